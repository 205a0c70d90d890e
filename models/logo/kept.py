"""Kept logos: one for the practice, as it was made safe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.logo import png, svg
from models.practice import Practice
from models.refusal import InvalidInput
from models.row import Instant, Row

if TYPE_CHECKING:
    from models.refusal import Path

LARGEST: Final = 128 * 1024
"""Of a file, in bytes."""


class LogoKind(StrEnum):
    """What kind of picture it is."""

    PNG = "PNG"
    SVG = "SVG"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that is safe to print."""

    kind: LogoKind
    content: bytes


class PracticeLogo(Row):
    """The logo of the practice, on every paper that is printed from now on."""

    practice: fields.OneToOneRelation[Practice] = fields.OneToOneField(
        "models.Practice", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    practice_id: UUID
    kind = fields.CharEnumField(LogoKind, max_length=8)
    content = fields.BinaryField()
    changed_at = Instant()

    class Meta:
        table = "practice_logo"


def checked(file: bytes, *, path: Path) -> Logo:
    """The picture in a file, without whatever is no part of the picture.

    Raises:
        InvalidInput: it is larger than `LARGEST`, no PNG or SVG, or holds what does not belong in a logo.
    """
    if len(file) > LARGEST:
        raise InvalidInput(f"This file is too large. Please use one of at most {LARGEST // 1024} KiB.", path=path)
    if file.startswith(png.SIGNATURE):
        return Logo(LogoKind.PNG, png.checked(file, path=path))
    return Logo(LogoKind.SVG, svg.checked(file, path=path))
