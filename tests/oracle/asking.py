"""Asking: random documents put to the program and to the oracle by everybody who comes to a door, and what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import get_named_type, is_leaf_type

from models.role import Role
from tests.oracle.arguments import Arguments
from tests.oracle.desk import Desk, heard
from tests.oracle.directed import Asked, Directed, askable
from tests.oracle.documents import Document, Writer
from tests.oracle.house import House, role_of
from tests.oracle.oracle import Heard, Oracle
from tests.oracle.records import Records


@dataclass
class Tally:
    """What was asked so far: how often each field by each role, and how many documents found a row or an error."""

    documents: int = 0
    found: int = 0
    with_errors: int = 0
    directed: int = 0
    asked: dict[Role, Counter[Asked]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, role: Role, oracle: Oracle, errors: list[Any]) -> None:
        """Count a document that the oracle has just answered."""
        self.documents += 1
        self.found += oracle.told
        self.with_errors += bool(errors)
        self.asked[role] += oracle.asked


class Asking:
    """Those who come to one door of a house, and the documents they bring."""

    def __init__(
        self, house: House, names: tuple[str, ...], records: Records, seed: int = 0, *, many: int = 14
    ) -> None:
        self.people = {name: house.people[name] for name in names}
        self.oracles = {name: Oracle(each.viewer, records) for name, each in self.people.items()}
        audience = next(iter(self.oracles.values())).audience
        self.arguments = Arguments(records, audience)
        self.tally = Tally()
        self._chance = Random(f"{names} {seed}")
        self._writer = Writer(audience, self.arguments, self._chance, many=many, seed=seed)

    def documents(self, number: int) -> Iterator[tuple[str, Document]]:
        """Who asks, and what; each text is asked by three of them, with other values where it has variables."""
        # Who sees little of what is somebody's own asks less often.
        names = [name for name in self.people for _ in range(1 if name in ("stranger", "blind owner") else 2)]
        for _ in range(0, number, 3):
            document, left = None, list(names)
            for _ in range(3):
                name = self._chance.choice(left)
                left = [each for each in left if each != name]
                self.arguments.ask_as(self.people[name].viewer)
                document = self._writer.again(document) if document else self._writer.document()
                yield name, document

    def by_id(self) -> Iterator[tuple[str, Document]]:
        """Everybody asks for everything that has an id, with all that it is and all that it leads to."""
        for kind in self.arguments.shown:
            asked = [
                f'n{place}: node(id: "{each}") {{ ...All }}' for place, each in enumerate(self.arguments.ids[kind])
            ]
            fields = self._writer.schema.type_map[kind].fields.items()  # type: ignore[attr-defined]
            whole = [f"{name} {_shortly(get_named_type(each.type))}" for name, each in fields]
            for name in self.people:
                yield name, Document(f"{{ {' '.join(asked)} }} fragment All on {kind} {{ {' '.join(whole)} }}")

    def answer(self, name: str, document: Document) -> Heard:
        """What the oracle says to a document, which is counted."""
        oracle = self.oracles[name]
        oracle.forget()
        expected = oracle.hears(document.text, document.variables)
        self.tally.count(role_of(self.people[name]), oracle, expected[1])
        return expected

    async def must_agree(self, desk: Desk, name: str, document: Document) -> None:
        """Ask both, and count it.

        Raises:
            AssertionError: they do not say the same.
        """
        expected = self.answer(name, document)
        said = heard(await desk.says(self.people[name].viewer, document))
        assert said == expected, (name, document.text, document.variables)

    def left_out(self, least: int = 1) -> Iterator[tuple[str, Asked, int]]:
        """What was asked of too little: by whom it could be, which field, and how often that is still to be."""
        for role in dict.fromkeys(map(role_of, self.people.values())):
            names = [name for name, each in self.people.items() if role_of(each) is role]
            audience = self.oracles[names[0]].audience
            for asked in sorted(askable(audience, role)):
                if (missing := least - self.tally.asked[role][asked]) > 0:
                    yield names[0], asked, missing

    def directed(self, name: str, asked: Asked) -> Document | None:
        """A document by which somebody asks for a field that chance has left out."""
        return Directed(self.oracles[name], role_of(self.people[name]), self.arguments).document(asked)


def _shortly(of: Any) -> str:
    """What is asked of what stands behind a field: whether it is there, and of a list with pages, what is in it."""
    if is_leaf_type(of):
        return ""
    return "{ totalCount nodes { __typename id } }" if of.name.endswith("Connection") else "{ __typename }"
