"""PNG: whether a file is one, chunk by chunk, down to its last pixel. What is no part of the picture is left out.

Source: the PNG specification (W3C, third edition).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.refusal import Path

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
WIDEST: Final = 1_200
"""How many pixels it may be wide, and high."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_BY_PALETTE = 3
_BROKEN = "This PNG is broken. Please save it again."


def checked(file: bytes, *, path: Path) -> bytes:
    """The picture, without texts, profiles and whatever else a program has put beside it.

    Raises:
        InvalidInput: it is broken, wider or higher than `WIDEST`, or interlaced.
    """
    try:
        chunks = [(name, data) for name, data in _chunks(file) if name in _PICTURE]
        _must_be_in_order([name for name, _ in chunks])
        _must_have_its_colours(dict(chunks))
        lines, length = _measured(chunks[0][1], path)
        pixels = b"".join(data for name, data in chunks if name == b"IDAT")
        _must_be_whole(pixels, lines, length)
    except (ValueError, IndexError, struct.error, zlib.error) as broken:
        raise InvalidInput(_BROKEN, path=path) from broken
    return SIGNATURE + b"".join(_written(name, data) for name, data in chunks)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a file; nothing follows the last one."""
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", file, at)
        name, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        (sum_of_all,) = struct.unpack_from(">I", file, at + 8 + length)
        if sum_of_all != zlib.crc32(name + data):
            raise ValueError(name)
        yield name, data
        at += 12 + length
    if at != len(file):
        raise ValueError(at)


def _must_be_in_order(names: list[bytes]) -> None:
    """A head, its colours, the pixels in one stretch, an end."""
    order = [_PICTURE.index(name) for name in names]
    once = [name for name in names if name != b"IDAT"]
    if names[0] != b"IHDR" or b"IDAT" not in names or order != sorted(order) or len(once) != len(set(once)):
        raise ValueError(names)


def _must_have_its_colours(chunks: dict[bytes, bytes]) -> None:
    colours, palette = chunks[b"IHDR"][9], chunks.get(b"PLTE", b"")
    if len(palette) % 3 or len(palette) > 3 * 256 or (colours == _BY_PALETTE and not palette):
        raise ValueError(colours)


def _measured(head: bytes, path: Path) -> tuple[int, int]:
    """How many lines of pixels there are, and how long each is in bytes."""
    width, height, depth, colours, packing, filtering, interlacing = struct.unpack(">IIBBBBB", head)
    if not (width and height) or depth not in _DEPTHS.get(colours, ()) or packing or filtering or interlacing > 1:
        raise ValueError(head)
    if width > WIDEST or height > WIDEST:
        raise InvalidInput(f"Please use a picture of at most {WIDEST} by {WIDEST} pixels.", path=path)
    if interlacing:
        raise InvalidInput("Please save this PNG without interlacing.", path=path)
    return height, 1 + (width * depth * _CHANNELS[colours] + 7) // 8


def _must_be_whole(pixels: bytes, lines: int, length: int) -> None:
    """Every pixel is there and nothing else; a bomb is never unpacked further than the picture is large."""
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(pixels, lines * length + 1)
    if len(unpacked) != lines * length or not unpacking.eof or unpacking.unused_data:
        raise ValueError(len(unpacked))
    if max(unpacked[::length]) > 4:  # the filter of each line
        raise ValueError(length)


def _written(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
