"""Chosen: the format where it is installed, and else somebody who says that it is not."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING

from models.refusal import FormatNotInstalled

if TYPE_CHECKING:
    from models.pet_record import LeftOut, PetRecord
    from resolvers.ports import RecordFormat


class NoFormat:
    """Reads and writes nothing, and says why."""

    async def written(self, record: PetRecord) -> tuple[str, tuple[LeftOut, ...]]:
        """Refuse."""
        raise FormatNotInstalled

    async def read(self, document: str) -> PetRecord:
        """Refuse."""
        raise FormatNotInstalled


class OpenVetFormat:
    """Reads and writes it, in threads; what it takes is loaded when it is first needed."""

    async def written(self, record: PetRecord) -> tuple[str, tuple[LeftOut, ...]]:
        """The document, and what it has no place for."""
        return await asyncio.to_thread(_written, record)

    async def read(self, document: str) -> PetRecord:
        """The record that the document tells."""
        return await asyncio.to_thread(_read, document)


def record_format() -> RecordFormat:
    """Who reads and writes the format in this process."""
    return NoFormat() if find_spec("ovf_types") is None else OpenVetFormat()


def _written(record: PetRecord) -> tuple[str, tuple[LeftOut, ...]]:
    from vetdesk.open_vet_format.outgoing import written  # noqa: PLC0415 - it needs what is not always installed

    return written(record)


def _read(document: str) -> PetRecord:
    from vetdesk.open_vet_format.incoming import read  # noqa: PLC0415 - it needs what is not always installed

    return read(document)
