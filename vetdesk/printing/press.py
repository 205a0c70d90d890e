"""The press: sets papers with Typst, in a few threads of its own, for screen readers (PDF/UA-1) and archives (PDF/A-3a).

A character that no font has would be left out without a word, so the standards refuse it, and then the fonts of the
machine are tried as well. What they lack too is printed as a box, and the paper says what each box stands for.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import segno
import structlog
import typst

from models.text import TURNING

if TYPE_CHECKING:
    from models.paper import Letterhead, Paper

_log = structlog.get_logger(__name__)
_TEMPLATES = Path(__file__).parent / "templates"
_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]
_BOX = "\u25a1"
_NO_LOGO = "null"
_ROUNDS = 4  # a box may part what was one sign with the next, so the rest is looked at again
# No font has it, or it means whatever a font likes.
_REFUSED = re.compile(r'(?:the text|the codepoint) `"((?:[^"\\]|\\.)+)"`')
_TURNS = re.compile(f"[{''.join(sorted(TURNING))}]")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A paper as the templates take it: its words, and its logo as JSON of its own, which no word is looked for in."""

    template: str
    words: dict[str, Any]
    logo: str
    dated: int


class Press:
    """Prints on A4 or US Letter. Equal papers give equal bytes on one machine with one Typst.

    `threads` papers are set at once and no more. `machine_fonts` says whether those of the machine may be used for
    characters that ours lack.
    """

    def __init__(
        self, *, paper: Literal["a4", "us-letter"] = "a4", threads: int = 2, machine_fonts: bool = True
    ) -> None:
        self._size = paper
        self._machine_fonts = machine_fonts
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="press")
        self._own = threading.local()

    async def printed(self, paper: Paper) -> bytes:
        """The paper as PDF."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._set, _sheet(paper))

    def _set(self, sheet: _Sheet) -> bytes:
        missing: set[str] = set()
        machine_fonts = False
        for _ in range(_ROUNDS):
            try:
                return self._typeset(sheet, missing, machine_fonts=machine_fonts)
            except typst.TypstError as refused:
                if machine_fonts or not self._machine_fonts:
                    missing |= _unprintable(refused)
                machine_fonts = self._machine_fonts
        # Better a paper that no archive takes than none.
        _log.warning("printed without a standard", template=sheet.template, characters=len(missing))
        try:
            return self._typeset(sheet, missing, machine_fonts=machine_fonts, standards=[])
        except typst.TypstError:
            _log.warning("printed without the logo", template=sheet.template)
            plain = replace(sheet, logo=_NO_LOGO)
            return self._typeset(plain, missing, machine_fonts=machine_fonts, standards=[])

    def _typeset(
        self,
        sheet: _Sheet,
        missing: set[str],
        *,
        machine_fonts: bool = False,
        standards: list[typst.PDFStandard] = _STANDARDS,
    ) -> bytes:
        printed = self._compiler(machine_fonts=machine_fonts).compile(
            _source(sheet.template),
            format="pdf",
            pdf_standards=standards,
            sys_inputs={"paper": json.dumps(_boxed(sheet.words, missing)), "logo": sheet.logo, "size": self._size},
            timestamp=sheet.dated,
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


def _sheet(paper: Paper) -> _Sheet:
    words = {
        "facts": paper.facts,
        "said": paper.labels,
        "letterhead": _head(paper.letterhead),
        "language": paper.language,
        "code": _qr(paper.code) if paper.code else "",
    }
    return _Sheet(paper.template, _replaced(words, _TURNS, ""), _logo(paper.letterhead), int(paper.dated.timestamp()))


def _head(letterhead: Letterhead) -> dict[str, Any]:
    return {
        "practice": letterhead.practice,
        "location": letterhead.location,
        "address": letterhead.address,
        "phone": letterhead.phone,
        "email": letterhead.email,
    }


def _logo(letterhead: Letterhead) -> str:
    if letterhead.logo is None:
        return _NO_LOGO
    return json.dumps({"format": letterhead.logo.kind.value.lower(), "bytes": list(letterhead.logo.content)})


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


def _boxed(words: dict[str, Any], missing: set[str]) -> dict[str, Any]:
    """The words with a box for each sign that cannot be printed, and what the boxes stand for."""
    if not missing:
        return {**words, "unprintable": []}
    longest_first = "|".join(re.escape(each) for each in sorted(missing, key=lambda each: (-len(each), each)))
    codes = sorted({ord(character) for each in missing for character in each})
    boxed: dict[str, Any] = _replaced(words, re.compile(longest_first), _BOX)
    return {**boxed, "unprintable": [f"U+{code:04X}" for code in codes]}


def _replaced(value: Any, what: re.Pattern[str], by: str) -> Any:
    """The words with other signs in each of their texts."""
    if isinstance(value, str):
        return what.sub(by, value)
    if isinstance(value, Mapping):
        return {name: _replaced(each, what, by) for name, each in value.items()}
    if isinstance(value, bool):
        return value
    return [_replaced(each, what, by) for each in value]
