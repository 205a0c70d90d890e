"""Crawling: one owner walks along every path of her view, and keeps whatever is answered."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from graph.ids import global_id, opened
from graph.reading.shape import SHAPES
from tests.doors import Program
from tests.world import Owner

DEEP = 6
BY_ID = {
    "pet": "Pet",
    "certificate": "Certificate",
    "certificateLink": "Certificate",
    "invoice": "Invoice",
    "payment": "Payment",
    "creditNote": "CreditNote",
}
"""What takes the id of a thing of one kind."""


class Crawler:
    """Asks as one owner, and keeps whatever is answered."""

    def __init__(self, program: Program, owner: Owner) -> None:
        self._program = program
        self._owner = owner
        self.view = program.operations["owner"].view.graphql
        self._nodes = self.view.get_possible_types(_node(self.view))
        self.heard: list[str] = []

    async def ask(self, document: str, **variables: Any) -> Any:
        body = (await self._program.ask(self._owner.viewer, document, **variables)).body
        text = json.dumps(body, ensure_ascii=False)
        self.heard += [text, *_opened(text)]
        return body

    async def ask_everything(self, ids: list[str]) -> None:
        """Every question there is, as deep as the law goes; those that take an id, for every one."""
        root = self.view.query_type
        assert root is not None
        taking = ("node", "freeTimes", "deathPreview", *BY_ID)
        for name, field in root.fields.items():
            if name not in taking:
                inside, fragments = self._whole(field.type)
                assert "errors" not in await self.ask(f"{{ {name} {inside} }} {fragments}"), name
        for each in ids:
            kind, _ = opened(each) or ("", None)
            for name in [name for name, taken in BY_ID.items() if taken == kind]:
                inside, fragments = self._whole(root.fields[name].type)
                body = await self.ask(f"query ($id: ID!) {{ {name}(id: $id) {inside} }} {fragments}", id=each)
                assert "errors" not in body, each
            # Asked of its own kind alone, and never shown as another.
            of = next((of for of in self._nodes if of.name == kind), None)
            inside, fragments = self._whole(of) if of else ("", "")
            shown = f"... on {kind} {inside}" if of else ""
            body = await self.ask(f"query ($id: ID!) {{ node(id: $id) {{ __typename {shown} }} }} {fragments}", id=each)
            assert "errors" not in body, each
            assert body["data"]["node"] is None or (of and body["data"]["node"]["__typename"] == kind), each

    async def ask_when(self, where: dict[str, str], ids: list[str]) -> None:
        """When a visit could be, for every pet."""
        field = self.view.query_type.fields["freeTimes"]  # type: ignore[union-attr]
        inside, fragments = self._whole(field.type)
        document = f"""query ($s: ID!, $l: ID!, $day: Date!, $pet: ID) {{ freeTimes(serviceId: $s, locationId: $l,
          from: $day, to: $day, petId: $pet) {inside} }} {fragments}"""
        for pet in [None, *ids]:
            await self.ask(document, **where, pet=pet)

    async def ask_of_deaths(self, died_on: str, pets: list[str]) -> None:
        """What would end if a pet had died, for every pet."""
        field = self.view.query_type.fields["deathPreview"]  # type: ignore[union-attr]
        inside, fragments = self._whole(field.type)
        document = f"query ($pet: ID!, $on: Date!) {{ deathPreview(petId: $pet, diedOn: $on) {inside} }} {fragments}"
        for pet in pets:
            await self.ask(document, pet=pet, on=died_on)

    async def do(self, deed: str, **given: Any) -> str:
        """Do something; the type of what comes of it, of which everything is asked."""
        field = self.view.mutation_type.fields[deed]  # type: ignore[union-attr]
        inside, fragments = self._whole(field.type)
        document = f"mutation ($input: {field.args['input'].type}) {{ {deed}(input: $input) {inside} }} {fragments}"
        answer = await self.ask(document, input={**given, "idempotencyKey": f"key {len(self.heard)}"})
        return str(answer["data"][deed]["__typename"])

    def _whole(self, of: Any) -> tuple[str, str]:
        """Everything in a type, as deep as the law goes, and the fragments that this needs."""
        said: dict[str, str] = {}
        inside = self._inside(of, DEEP - 1, said)
        return inside, " ".join(said.values())

    def _inside(self, wrapped: Any, deep: int, said: dict[str, str]) -> str:
        """Each field of an object, each member of whatever is one of several; what is said of one is said once."""
        of = get_named_type(wrapped)
        if is_leaf_type(of):
            return ""
        is_several = isinstance(of, GraphQLInterfaceType | GraphQLUnionType)
        members = self.view.get_possible_types(of) if is_several else [of]
        for each in members:
            name = f"{each.name}{deep}"
            if name not in said:
                said[name] = ""
                said[name] = f"fragment {name} on {each.name} {self._fields(each, deep, said)}"
        return f"{{ __typename {' '.join(f'...{each.name}{deep}' for each in members)} }}"

    def _fields(self, of: GraphQLObjectType, deep: int, said: dict[str, str]) -> str:
        found = ["__typename"]
        for name, field in of.fields.items():
            # Members of a union may say one name in two ways.
            if is_leaf_type(get_named_type(field.type)):
                found.append(f"{of.name}{name}: {name}")
            elif deep > 1:
                page = "(first: 10)" if "first" in field.args else ""
                found.append(f"{of.name}_{name}: {name}{page} {self._inside(field.type, deep - 1, said)}")
        return f"{{ {' '.join(found)} }}"


def _node(view: GraphQLSchema) -> GraphQLInterfaceType:
    node = view.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return node


def _opened(text: str) -> Iterator[str]:
    """What stands in a text that was only wrapped up, as cursors and ids are."""
    for each in set(re.findall(r'"([A-Za-z0-9_-]{16,})"', text)):
        try:
            yield base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)).decode()
        except ValueError:
            continue


async def every_id(view: Any) -> list[str]:
    """The id of every row that a type of the view could show, and of two rows for every other type there is."""
    found: list[str] = []
    for kind, model in SHAPES.items():
        rows = model.all() if kind.__name__ in view.type_map else model.all().limit(2)
        found += [global_id(kind.__name__, row.pk) for row in await rows]
    return found
