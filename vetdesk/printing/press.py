"""The press: sets papers with Typst, in a few threads of its own, for screen readers (PDF/UA-1) and archives (PDF/A-3a).

A character that no font has would be left out without a word, so the standards refuse it, and then the fonts of the
machine are tried as well. What they lack too is printed as a box, and the paper says what each box stands for.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import segno
import structlog
import typst

from models.text import TURNING

if TYPE_CHECKING:
    from datetime import datetime

    from models.certificate import CertificateFacts
    from models.paper import LetterFacts

Facts = dict[str, Any]

_log = structlog.get_logger(__name__)
_TEMPLATES = Path(__file__).parent / "templates"
_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]
_BOX = "\u25a1"
_ROUNDS = 4  # a box may part what was one sign with the next, so the rest is looked at again
# No font has it, or it means whatever a font likes.
_REFUSED = re.compile(r'(?:the text|the codepoint) `"((?:[^"\\]|\\.)+)"`')
_TURNS = re.compile(f"[{''.join(sorted(TURNING))}]")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


class Press:
    """Prints on A4 or US Letter. Equal facts give equal bytes on one machine with one Typst.

    `threads` papers are set at once and no more. `machine_fonts` says whether those of the machine may be used for
    characters that ours lack.
    """

    def __init__(
        self, *, paper: Literal["a4", "us-letter"] = "a4", threads: int = 2, machine_fonts: bool = True
    ) -> None:
        self._paper = paper
        self._machine_fonts = machine_fonts
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="press")
        self._own = threading.local()

    async def certificate(self, facts: CertificateFacts, *, address: str, issued_at: datetime, voided_on: str) -> bytes:
        """The certificate as PDF."""
        more = {"address": address, "qr": _qr(address), "voided_on": voided_on}
        return await self._print("certificate", {**asdict(facts), **more}, issued_at)

    async def letter(self, facts: LetterFacts, *, written_at: datetime) -> bytes:
        """The letter as PDF."""
        return await self._print("letter", asdict(facts), written_at)

    async def _print(self, template: str, facts: Facts, at: datetime) -> bytes:
        facts = _replaced(facts, _TURNS, "")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._set, template, facts, at)

    def _set(self, template: str, facts: Facts, at: datetime) -> bytes:
        missing: set[str] = set()
        machine_fonts = False
        for _ in range(_ROUNDS):
            try:
                return self._typeset(template, _boxed(facts, missing), at, machine_fonts=machine_fonts)
            except typst.TypstError as refused:
                if machine_fonts or not self._machine_fonts:
                    missing |= _unprintable(refused)
                machine_fonts = self._machine_fonts
        # Better a paper that no archive takes than none.
        _log.warning("printed without a standard", template=template, characters=len(missing))
        return self._typeset(template, _boxed(facts, missing), at, machine_fonts=machine_fonts, standards=[])

    def _typeset(
        self,
        template: str,
        facts: Facts,
        at: datetime,
        *,
        machine_fonts: bool = False,
        standards: list[typst.PDFStandard] = _STANDARDS,
    ) -> bytes:
        printed = self._compiler(machine_fonts=machine_fonts).compile(
            _source(template),
            format="pdf",
            pdf_standards=standards,
            sys_inputs={"facts": json.dumps({"unprintable": [], **facts}), "paper": self._paper},
            timestamp=int(at.timestamp()),
        )
        assert isinstance(printed, bytes)  # noqa: S101 - one PDF, and nowhere else to put it
        return printed

    def _compiler(self, *, machine_fonts: bool) -> typst.Compiler:
        """The compiler of this thread: none may be used by two."""
        kept: dict[bool, typst.Compiler] = self._own.__dict__.setdefault("compilers", {})
        if machine_fonts not in kept:
            kept[machine_fonts] = typst.Compiler(
                root=_TEMPLATES, font_paths=_fonts(machine_fonts), ignore_system_fonts=not machine_fonts
            )
        return kept[machine_fonts]


@cache
def _fonts(machine_fonts: bool) -> typst.Fonts:  # noqa: FBT001 - what is kept is known by its position
    return typst.Fonts(include_system_fonts=machine_fonts)


@cache
def _source(template: str) -> bytes:
    return (_TEMPLATES / f"{template}.typ").read_bytes()


def _qr(address: str) -> str:
    """The address as a QR code that still reads when 15 % of it cannot be seen, as SVG."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, dark="#22333b", xmldecl=False)
    return drawn.getvalue().decode()


def _unprintable(refused: typst.TypstError) -> set[str]:
    """The signs that the standards refuse, as Typst names them."""
    return {_ESCAPED.sub(_unescaped, found) for found in _REFUSED.findall(refused.diagnostic)}


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def _boxed(facts: Facts, missing: set[str]) -> Facts:
    """The facts with a box for each sign that cannot be printed, and what the boxes stand for."""
    if not missing:
        return facts
    longest_first = "|".join(re.escape(each) for each in sorted(missing, key=lambda each: (-len(each), each)))
    codes = sorted({ord(character) for each in missing for character in each})
    return {**_replaced(facts, re.compile(longest_first), _BOX), "unprintable": [f"U+{code:04X}" for code in codes]}


def _replaced(value: Any, what: re.Pattern[str], by: str) -> Any:
    """The facts with other signs in each of their texts."""
    if isinstance(value, str):
        return what.sub(by, value)
    if isinstance(value, dict):
        return {name: _replaced(each, what, by) for name, each in value.items()}
    return [_replaced(each, what, by) for each in value]
