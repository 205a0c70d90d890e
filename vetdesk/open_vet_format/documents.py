"""Documents: what comes in as text is bounded, parsed and cleaned before anybody looks at what it says."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from models.pet_record import LONGEST_TEXT, LeftOut
from models.refusal import InvalidInput
from models.text import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_DOCUMENT: Final = 1_000_000
DEEPEST: Final = 10
MOST_LEFT_OUT: Final = 500
_LONGEST_NUMBER = 30
_LONGEST_WHAT = 120
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_NOT_KEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Step = str | int


class Unfit:
    """What did not fit so far, in the order in which it was found."""

    def __init__(self) -> None:
        self.found: list[LeftOut] = []

    def note(self, path: Sequence[Step], what: Any, why: str) -> None:
        """Take in one thing.

        Raises:
            InvalidInput: so much does not fit that this is hardly the record of a pet.
        """
        if len(self.found) >= MOST_LEFT_OUT:
            sentence = (
                f"More than {MOST_LEFT_OUT} things in this document are not of the format. Please have it checked."
            )
            raise InvalidInput(sentence, path=("document", *map(str, path)))
        self.found.append(LeftOut(spelled(path), shortened(what), why))


def spelled(path: Sequence[Step]) -> str:
    """A path as people write it: `observations[3].value`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{named(step)}" for step in path)
    return text.removeprefix(".")


def named(step: str) -> str:
    """The name of a field, as far as it can be told."""
    return step if _NAME.fullmatch(step) else shortened(step)


def shortened(what: Any) -> str:
    """A value as a short text that can be shown."""
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, default=str)
    text = " ".join(_NOT_KEPT.sub(" ", text[: 4 * _LONGEST_WHAT]).split())
    return text if len(text) <= _LONGEST_WHAT else f"{text[: _LONGEST_WHAT - 1]}…"


def parsed(document: str) -> dict[str, Any]:
    """The JSON object that the document is, with nothing in it that is too long, too deep or no number.

    Raises:
        InvalidInput: it is none.
    """
    if len(document) > LONGEST_DOCUMENT:
        raise InvalidInput(f"This document is too long: at most {LONGEST_DOCUMENT} characters.", path=("document",))
    try:
        found = json.loads(
            document, parse_int=_whole, parse_float=_number, parse_constant=_number, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"This is no JSON that we can read: {_said(error)}.", path=("document",)) from error
    if not isinstance(found, dict):
        raise InvalidInput("The document is a JSON object, from { to }.", path=("document",))
    for depth, path in _deep(found, ()):
        if depth > DEEPEST:
            raise InvalidInput(f"This is nested more than {DEEPEST} deep.", path=("document", *path))
    return found


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()}, at line {error.lineno}, column {error.colno}"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number in it is too long")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number in it is not finite")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("an object in it names a field twice")
    return made


def _deep(value: Any, path: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """How deep each object or list lies, and where; without recursion, for it may lie very deep."""
    waiting = [(1, value, path)]
    while waiting:
        depth, here, where = waiting.pop()
        inside = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        yield depth, where
        if depth <= DEEPEST:
            waiting += [
                (depth + 1, each, (*where, shortened(str(name))))
                for name, each in inside
                if isinstance(each, dict | list)
            ]


def cleaned(value: Any, path: tuple[Step, ...], unfit: Unfit) -> Any:
    """The value with every text in it fit to be kept, and without fields whose names nobody could say."""
    if isinstance(value, str):
        return _text(value, path, unfit)
    if isinstance(value, list):
        return [cleaned(each, (*path, number), unfit) for number, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for name, each in value.items():
        if _NAME.fullmatch(name):
            kept[name] = cleaned(each, (*path, name), unfit)
        else:
            unfit.note((*path, name), each, "The format has no such field.")
    return kept


def _text(value: str, path: tuple[Step, ...], unfit: Unfit) -> str | None:
    if path[0] == "document_references" and path[2:] == (
        "data",
    ):  # the content of a document, in Base64: it is looked at where it is decoded
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    clean = _NOT_KEPT.sub("", text)
    if clean != text:
        unfit.note(path, value, "It holds characters that cannot be kept. They are left out.")
    try:
        return prose(clean, path=(), longest=LONGEST_TEXT)
    except InvalidInput:
        unfit.note(path, value, f"This text is too long: we keep at most {LONGEST_TEXT} characters.")
        return None
