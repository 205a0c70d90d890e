"""Own: the practice's own words for a letter, which hold placeholders and marks and nothing else of a template.

`{{ pet }}` is filled with what the letter is about. `[visit]`, `[due]` and `[links]`, alone between empty lines, stand for
the facts of the visit, what is due, and how a visit is confirmed or cancelled. Everything else is plain text: a line
break is a line break, and HTML is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models import Letter
from models.refusal import InvalidInput
from models.text import named, prose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from jinja2 import Template

LONGEST_SUBJECT: Final = 150
LONGEST_BODY: Final = 5000

_OF_A_VISIT: Final = (
    "practice", "client", "pet", "service", "vet", "day", "time", "zone", "location", "address", "phone",
)  # fmt: skip
_OF_CARE: Final = ("practice", "client", "pets", "phone")
_MARKS: Final[Mapping[Letter, tuple[str, ...]]] = {
    Letter.APPOINTMENT_BOOKED: ("visit", "links"),
    Letter.APPOINTMENT_MOVED: ("visit", "links"),
    Letter.APPOINTMENT_CANCELLED: ("visit",),
    Letter.APPOINTMENT_MISSED: ("visit",),
    Letter.COMING_VISIT: ("visit", "links"),
    Letter.CARE_REMINDER: ("due",),
}
"""The marks of each letter that may be written in other words; the first one has to be there."""
ALWAYS_OURS: Final = "This letter is always written in our words. Please choose another one."
EDITABLE: Final = frozenset(_MARKS)
"""The letters for which a practice may have its own words."""

_TEMPLATES: Final = ImmutableSandboxedEnvironment(
    autoescape=False,
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Words:
    """Own words that are in order: a subject, and paragraphs, a mark by its name alone."""

    subject: Template
    paragraphs: tuple[Template | str, ...]

    def filled(self, known: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
        """The subject, and each paragraph as its mark or its text.

        Raises:
            UndefinedError: something is not known after all.
        """
        told = [(one, "") if isinstance(one, str) else ("", one.render(known)) for one in self.paragraphs]
        return " ".join(self.subject.render(known).split()), told


def names(letter: Letter, *, of_a_rule: bool) -> tuple[str, ...]:
    """The placeholders that a letter knows."""
    if letter is not Letter.CARE_REMINDER:
        return _OF_A_VISIT
    return (*_OF_CARE, "what") if of_a_rule else _OF_CARE


def marks(letter: Letter) -> tuple[str, ...]:
    """The marks that a letter knows; the first one has to be there."""
    return _MARKS[letter]


@lru_cache(256)
def words(letter: Letter, subject: str, body: str, *, of_a_rule: bool) -> Words:
    """The words, after a look at each placeholder and mark.

    Raises:
        InvalidInput: the letter always has our words; a text is empty or too long; a placeholder or mark is not known, is
            missing, stands in the wrong place, or something else of a template is there.
    """
    if letter not in EDITABLE:
        raise InvalidInput(ALWAYS_OURS, path=("letter",))
    known = names(letter, of_a_rule=of_a_rule)
    title = named(subject, path=("subject",), longest=LONGEST_SUBJECT)
    text = prose(body, path=("body",), longest=LONGEST_BODY)
    return Words(_looked_at(title, known, at=("subject",)), _paragraphs(text, known, marks(letter)))


def _paragraphs(text: str, known: Collection[str], wanted: Sequence[str]) -> tuple[Template | str, ...]:
    _look_at(text, known, at=("body",))
    found: list[Template | str] = []
    for number, paragraph in _numbered(text):
        mark = paragraph[1:-1]
        if mark in wanted and paragraph == f"[{mark}]":
            if mark in found:
                raise InvalidInput(f"Line {number}: [{mark}] stands there twice. Please leave one out.", path=("body",))
            found.append(mark)
            continue
        if re.fullmatch(r"\[\w+\]", paragraph):
            raise InvalidInput(f"Line {number}: {paragraph} is not known here. {_there_is(wanted)}", path=("body",))
        _must_hold_no_mark(paragraph, number, wanted)
        found.append(_TEMPLATES.from_string(paragraph))
    if wanted[0] not in found:
        raise InvalidInput(
            f"Please put [{wanted[0]}] into the text, alone between empty lines: without it nobody reads what it is about.",
            path=("body",),
        )
    return tuple(found)


def _numbered(text: str) -> list[tuple[int, str]]:
    """Each paragraph with the number of its first line, from 1."""
    paragraphs: list[tuple[int, list[str]]] = []
    is_new = True
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            is_new = True
            continue
        if is_new:
            paragraphs.append((number, []))
            is_new = False
        paragraphs[-1][1].append(line.strip())
    return [(number, "\n".join(lines)) for number, lines in paragraphs]


def _must_hold_no_mark(paragraph: str, number: int, wanted: Sequence[str]) -> None:
    for further, line in enumerate(paragraph.split("\n")):
        for mark in wanted:
            if f"[{mark}]" in line:
                said = f"Line {number + further}: [{mark}] must stand alone between empty lines."
                raise InvalidInput(said, path=("body",))


def _there_is(wanted: Sequence[str]) -> str:
    return f"Known are {_listed(f'[{mark}]' for mark in wanted)}."


def _looked_at(text: str, known: Collection[str], *, at: tuple[str, ...]) -> Template:
    _look_at(text, known, at=at)
    return _TEMPLATES.from_string(text)


def _look_at(text: str, known: Collection[str], *, at: tuple[str, ...]) -> None:
    """Refuse whatever is neither plain text nor the name of something known in `{{ }}`."""
    last = 1
    try:
        # What is between the braces is looked at before anything makes sense of it: it may be nested without end.
        for last, source in _expressions(text, at):
            if not source.isidentifier():
                raise InvalidInput(_no_other(last, f"{{{{ {source} }}}}"), path=at)
            if source not in known:
                there_are = _listed(f"{{{{ {name} }}}}" for name in known)
                raise InvalidInput(
                    f"Line {last}: {{{{ {source} }}}} is not known here. Known are {there_are}.", path=at
                )
        tree = _TEMPLATES.parse(text)
    except TemplateSyntaxError as error:
        raise InvalidInput(_no_other(error.lineno, "What begins with {{ and does not end with }}"), path=at) from error
    for node in tree.body:
        held = node.nodes if isinstance(node, nodes.Output) else [node]
        if any(not isinstance(one, nodes.TemplateData | nodes.Name) for one in held):
            raise InvalidInput(_no_other(node.lineno, "This"), path=at)


def _expressions(text: str, at: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Whatever stands in `{{ }}`, each with the number of its line, from 1; anything else of a template is refused."""
    begun, parts = 0, [""]
    for line, kind, value in _TEMPLATES.lex(text):
        if kind == "data":
            continue
        if kind == "variable_begin" and value == "{{":
            begun, parts = line, []
        elif kind == "variable_end" and value == "}}":
            yield begun, "".join(parts).strip(" ")
            begun = 0
        elif not begun or kind.endswith(("_begin", "_end")):
            raise InvalidInput(_no_other(line, value.strip()), path=at)
        else:
            parts.append(value)
    if begun:
        raise InvalidInput(_no_other(begun, "What begins with {{ and does not end with }}"), path=at)


def _no_other(line: int, what: str) -> str:
    return f"Line {line}: {what[:80]} cannot stand here. There are only placeholders such as {{{{ practice }}}}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
