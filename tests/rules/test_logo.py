"""A logo is a picture and nothing else: what runs, or comes from elsewhere, is refused; what is no part of it is left out."""

from __future__ import annotations

import struct
import zlib

import pytest

from models import logo
from models.logo import Logo, LogoKind
from models.refusal import InvalidInput
from tests.papers import ROUND, a_png

FILE = ("file",)
NS = 'xmlns="http://www.w3.org/2000/svg"'


def checked(file):
    return logo.checked(file if isinstance(file, bytes) else file.encode(), path=FILE)


def refused(file):
    with pytest.raises(InvalidInput) as refusal:
        checked(file)
    assert refusal.value.path == FILE
    return refusal.value.message


def svg(inside="", more=""):
    return f'<svg {NS} width="10" height="10" {more}>{inside}</svg>'


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# PNG


def test_a_png_is_kept_without_what_a_program_has_put_beside_the_picture():
    beside = chunk(b"tEXt", b"Author\x00Ada") + chunk(b"iCCP", b"x" * 2000) + chunk(b"eXIf", b"here")
    assert checked(a_png(rest=beside)) == Logo(LogoKind.PNG, a_png())


def test_a_png_with_a_palette_is_kept_and_one_that_has_lost_it_is_not():
    palette = chunk(b"PLTE", b"\xd0\x20\x20") + chunk(b"tRNS", b"\x80")
    pixels = zlib.compress(b"\x00\x00\x00" * 2)
    whole = a_png(colours=3, rest=palette, pixels=pixels)
    assert checked(whole).content == whole
    assert refused(a_png(colours=3, pixels=pixels)) == "This PNG is broken. Please save it again."


@pytest.mark.parametrize(
    "file",
    [
        a_png()[:-1],
        a_png()[:40],
        a_png() + b"more",
        a_png().replace(b"IDAT", b"IDAX"),
        a_png(pixels=zlib.compress(b"\x00" * 13)),
        a_png(pixels=zlib.compress(b"\x00" * 15)),
        a_png(pixels=zlib.compress(b"\x09" * 14)),
        a_png(pixels=zlib.compress(b"\x00" * 10_000_000)),
        a_png(pixels=b"nonsense"),
        a_png(colours=5),
        a_png(0, 2),
        a_png(rest=chunk(b"IHDR", b"")),
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_png_that_is_not_whole_is_refused(file):
    assert refused(file) == "This PNG is broken. Please save it again."


def test_a_png_that_is_too_wide_or_interlaced_is_refused():
    assert refused(a_png(1201, 1)) == "Please use a picture of at most 1200 by 1200 pixels."
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 1)
    interlaced = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert refused(interlaced) == "Please save this PNG without interlacing."


# SVG


def test_an_svg_is_written_anew_without_what_a_program_has_noted_down():
    noted = (
        '<?xml version="1.0"?><?xml-stylesheet href="http://a.example/x.css"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
        ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><!-- by Ada -->'
        f'<svg {NS} xmlns:ink="http://ink.example" width="10" height="10" ink:zoom="2" class="x" data-a="b">'
        "<title>Ada</title><metadata><ink:who><ink:name>Ada</ink:name></ink:who></metadata><ink:view/>"
        '<path d="M0 0h1" style="fill:#ff0000; -ink-font:x" ink:label="l"/>Ada</svg>'
    )
    assert checked(noted).content.decode() == (
        f'<svg {NS} width="10" height="10"><path d="M0 0h1" fill="#ff0000"></path></svg>'
    )
    assert checked(ROUND.content).kind is LogoKind.SVG


def test_an_svg_may_name_its_own_parts():
    own = (
        '<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient>'
        '<linearGradient id="b" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/></defs>'
        '<rect width="1" height="1" fill="url(#b)"/>'
    )
    kept = checked(svg(own)).content.decode()
    assert 'fill="url(#b)"' in kept
    assert '<linearGradient id="b" href="#a">' in kept


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        '<image href="http://a.example/x.png"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        '<use href="#a"/>',
        '<a href="http://a.example"><path d="M0 0"/></a>',
        "<style>@import url(http://a.example)</style>",
        '<animate attributeName="x"/>',
        "<text>Ada</text>",
        '<path onclick="alert(1)"/>',
        '<path fill="url(http://a.example/x.svg#a)"/>',
        '<path fill="url( //a.example)"/>',
        '<path fill="u\\rl(x)"/>',
        '<path style="fill:url(http://a.example)"/>',
        '<linearGradient href="http://a.example/x.svg#a"/>',
        '<path href="#a"/>',
        f"<svg {NS}/>",
    ],
)
def test_an_svg_that_runs_or_comes_from_elsewhere_is_refused(inside):
    assert refused(svg(inside)).startswith("Please use an SVG")


def test_an_svg_with_entities_is_refused_before_they_are_told():
    bomb = f'<!DOCTYPE svg [<!ENTITY a "{"x" * 1000}"><!ENTITY b "&a;&a;&a;">]>{svg()}'
    assert refused(bomb) == "Please save this SVG without entities (a DOCTYPE of its own)."


def test_an_svg_that_is_too_deep_or_has_too_many_parts_is_refused():
    for inside in ("<g>" * 40 + "</g>" * 40, "<path/>" * 5_000):
        assert refused(svg(inside)) == "This picture has too many parts. Please use a simpler one."


@pytest.mark.parametrize("size", ['viewBox="0 0 x"', 'width="1e9" height="1"', 'width="10"', 'width="50%" height="10"'])
def test_an_svg_without_a_size_is_refused(size):
    file = f"<svg {NS} {size}/>"
    assert refused(file) == "Please use an SVG that says how wide and how high it is."


@pytest.mark.parametrize("file", [b"", b"nonsense", b"GIF89a", b"<html/>", b"<svg/>", b"<svg"])
def test_what_is_neither_is_refused(file):
    assert refused(file) == "This is no PNG and no SVG. Please choose another file."


def test_a_file_that_is_too_large_is_not_even_looked_into():
    assert refused(b"x" * (128 * 1024 + 1)) == "This file is too large. Please use one of at most 128 KiB."
