"""Errors: what clients hear when something does not work, and what only the log may know."""

from __future__ import annotations

import re
import textwrap
import traceback
from collections.abc import Iterator, Sequence

import structlog
from graphql import GraphQLError, GraphQLFormattedError

from graph.roles import spoken
from models.refusal import DatabaseUnavailable, Refusal

log = structlog.get_logger("vetdesk.graph")

UNAVAILABLE = "We cannot reach our records right now. Please try again in a moment; nothing is done twice."
TOO_LONG = "This took too long and was stopped. Please ask for less, or try again in a moment."
MASK = "Something went wrong on our side. Please try again; if it stays, tell us this number: {id}"

# One answer may hold the same failure a hundred times, once for each row.
_MOST_LOGGED = 3
# GraphQL quotes the input at fault, however long it is.
_LONGEST_SENTENCE = 500
# What these say was written by a programmer. Others may quote a row ("Key (email)=(…) already exists").
_SPEAK_OF_CODE = (
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    AssertionError,
    NotImplementedError,
    RecursionError,
)
_ARGUMENT = re.compile(r"^Argument ['\"]")
_VARIABLE = re.compile(r"^Variable '\$(?P<name>\w+)' has invalid value(?: at (?P<path>[.\w\[\]]+))?:")
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]")


def presented(errors: Sequence[GraphQLError], request_id: str) -> list[GraphQLFormattedError]:
    """The errors as a client may see them; what is unexpected is masked, and logged under the same id."""
    unexpected = 0
    if any(isinstance(_cause(error), DatabaseUnavailable) for error in errors):
        log.warning("database unavailable", id=request_id)
    answer: list[GraphQLFormattedError] = []
    for error in errors:
        known = expected(error)
        if known is None:
            unexpected += 1
            if unexpected <= _MOST_LOGGED:
                log_unexpected(_cause(error), request_id, path=error.path)
            known = masked(request_id)
        answer.append(_formatted(error, known))
    if unexpected > _MOST_LOGGED:
        log.error("unexpected error", id=request_id, and_more=unexpected - _MOST_LOGGED)
    return answer


def expected(error: GraphQLError) -> GraphQLError | None:
    """The error in words for a client; None when nobody expected it."""
    if error.extensions and "code" in error.extensions:
        return error
    cause = _cause(error)
    if isinstance(cause, Refusal):
        return spoken(cause)
    if isinstance(cause, DatabaseUnavailable):
        return unavailable()
    if _is_the_clients(error):
        sentence = textwrap.shorten(error.message, _LONGEST_SENTENCE, placeholder=" …")
        return GraphQLError(sentence, extensions={"code": "BAD_INPUT", **_place(error.message)})
    return None


def raise_unexpected(error: GraphQLError) -> None:
    """Nothing, unless it is one that nobody expected, or the database could not be reached: then that is raised again.

    Raises:
        Exception: what it was.
    """
    cause = _cause(error)
    if isinstance(cause, DatabaseUnavailable) or expected(error) is None:
        raise cause


def unavailable() -> GraphQLError:
    """The database cannot be reached."""
    return GraphQLError(UNAVAILABLE, extensions={"code": "UNAVAILABLE"})


def timed_out() -> GraphQLError:
    """The deadline has passed."""
    return GraphQLError(TOO_LONG, extensions={"code": "TIMEOUT"})


def masked(request_id: str) -> GraphQLError:
    """All a client learns of what nobody expected."""
    return GraphQLError(MASK.format(id=request_id), extensions={"code": "INTERNAL", "id": request_id})


def log_unexpected(cause: BaseException, request_id: str, *, path: Sequence[str | int] | None = None) -> None:
    """Log what nobody expected, with its traceback."""
    place = ".".join(str(step) for step in path or ()) or None
    log.error("unexpected error", id=request_id, error=type(cause).__name__, field=place, trace=trace(cause))


def trace(cause: BaseException) -> str:
    """The traceback without what an exception quotes of a row, and without the values of variables."""
    return "\n".join(line for part in _chain(cause) for line in _told(part))


def _chain(cause: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    present: BaseException | None = cause
    while present is not None and id(present) not in seen:
        seen.add(id(present))
        yield present
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)


def _told(part: BaseException) -> Iterator[str]:
    kind = f"{type(part).__module__}.{type(part).__qualname__}".removeprefix("builtins.")
    yield f"{kind}: {part}" if isinstance(part, _SPEAK_OF_CODE) else kind
    for frame in traceback.extract_tb(part.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


def _cause(error: GraphQLError) -> BaseException:
    """What was raised in the first place."""
    present: BaseException = error
    while isinstance(present, GraphQLError) and present.original_error is not None:
        present = present.original_error
    return present


def _is_the_clients(error: GraphQLError) -> bool:
    """Whether the request itself is at fault: its syntax, its names, its variables or its arguments."""
    if error.path is None:
        # Whatever the document is to blame for points at a place in it.
        return bool(error.locations) or error.original_error is None
    return isinstance(error.original_error, GraphQLError) and bool(_ARGUMENT.match(error.message))


def _place(message: str) -> dict[str, object]:
    """Which variable is wrong and where in it, as `variable` and `path`."""
    match = _VARIABLE.match(message)
    if match is None:
        return {}
    steps = _STEP.finditer(match["path"] or "")
    return {
        "variable": match["name"],
        "path": [int(step["index"]) if step["index"] else step["name"] for step in steps],
    }


def _formatted(error: GraphQLError, known: GraphQLError) -> GraphQLFormattedError:
    """The words of `known` at the place of `error`."""
    answer: GraphQLFormattedError = {"message": known.message}
    if error.locations:
        answer["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        answer["path"] = list(error.path)
    answer["extensions"] = dict(known.extensions or {})
    return answer
