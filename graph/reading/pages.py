"""Pages: keyset cursors, so that a page neither skips nor repeats a row while others are added."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from graph.limits import bad_input
from resolvers.rows import Page, Rows

USUAL_SIZE = 20
# Two names of 200 letters, each of which folds to 33 bytes (U+FDFA), make a cursor of 17,679.
_LONGEST_CURSOR = 20_000
_MOST_NUMBER = 2**31
_BAD_CURSOR = "This is not a cursor of this list. Please start again from the first page."

# What every list takes that is read page by page.
First = Annotated[int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")]
After = Annotated[str | None, strawberry.argument(description="Those after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Those before this cursor.")]


@dataclass(frozen=True, slots=True)
class Paged:
    """A stretch of rows, answered as a connection; `said` is what the question itself tells of them to functions."""

    rows: Rows
    page: Page
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """The row as a certain type.

    `said` is what the question itself tells of it. Where there is no such row, `otherwise` says what is shown instead.
    """

    rows: Rows
    kind: str
    said: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Callable[[], Awaitable[Shown | None]] | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Some of the rows, by key; many answers pick from the same rows, which are read once."""

    rows: Rows
    keys: tuple[UUID, ...]


def page(
    *, first: int | None, after: str | None, last: int | None = None, before: str | None = None, most: int
) -> Page:
    """The page a client asks for; without a size, 20.

    Raises:
        GraphQLError: BAD_INPUT when both directions are asked for, a size is not 1 to `most`, or a cursor is not ours.
    """
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise bad_input("Please page forward with `first` and `after`, or backward with `last` and `before`.")
    goes_back = last is not None or before is not None
    size = last if goes_back else first
    if size is None:
        size = USUAL_SIZE
    if not 1 <= size <= most:
        raise bad_input(f"A page has 1 to {most} entries.")
    text = before if goes_back else after
    return Page(size, None if text is None else _opened(text), goes_back)


def given(arguments: Mapping[str, Any], most: int) -> Page:
    """The page that these arguments of a field ask for, as `page` has it."""
    sizes = {name: arguments.get(name) for name in ("first", "after", "last", "before")}
    return page(**sizes, most=most)


def cursor(values: tuple[Any, ...]) -> str:
    """The opaque cursor of a row with these values in the order of its list."""
    plain = [_plain(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _plain(value: Any) -> list[Any]:
    """A value as a cursor holds it: with a letter that says what it is."""
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    return ["n", value] if isinstance(value, int) else ["s", str(value)]


def _opened(text: str) -> tuple[Any, ...]:
    """The values in a cursor, which anybody may have written."""
    if len(text) > _LONGEST_CURSOR:
        raise bad_input(_BAD_CURSOR)
    try:
        plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [_value(kind, value) for kind, value in plain]
        return (*values[:-1], UUID(str(values[-1])))
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise bad_input(_BAD_CURSOR) from error


def _value(kind: str, value: Any) -> Any:
    match kind:
        case "t":
            return _moment(value)
        case "d":
            return date.fromisoformat(value)
        case "n":
            return _number(value)
    return _text(value)


def _moment(value: Any) -> datetime:
    """The moment in UTC, as the database wants it, where the first and the last year have no room for every zone."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _number(value: Any) -> int:
    """A number that a column of whole numbers can hold."""
    if type(value) is not int or not -_MOST_NUMBER <= value < _MOST_NUMBER:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    """A text that a database can keep: with a NUL in it, or half a character, none can."""
    text = str(value)
    if "\0" in text:
        raise ValueError("NUL")
    text.encode()
    return text


def fits(found: tuple[Any, ...] | None, kinds: tuple[type, ...]) -> bool:
    """Whether a cursor's values are of the kinds its list is sorted by."""
    return found is None or (
        len(found) == len(kinds) and all(type(value) is kind for value, kind in zip(found, kinds, strict=True))
    )


def must_fit(found: tuple[Any, ...] | None, kinds: tuple[type, ...]) -> None:
    """Refuse a cursor that belongs to another list.

    Raises:
        GraphQLError: BAD_INPUT.
    """
    if not fits(found, kinds):
        raise bad_input(_BAD_CURSOR)
