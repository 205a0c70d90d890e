"""Crawling: one owner walks along every path of her view, and keeps whatever is answered."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type

from graph.ids import global_id, opened
from graph.reading.shape import SHAPES
from tests.doors import Program
from tests.world import Owner

DEEP = 6
BY_ID = {"pet": "Pet", "certificate": "Certificate", "certificateLink": "Certificate"}
"""What takes the id of a thing of one kind."""


class Crawler:
    """Asks as one owner, and keeps whatever is answered."""

    def __init__(self, program: Program, owner: Owner) -> None:
        self._program = program
        self._owner = owner
        self.view = program.operations["owner"].view.graphql
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
        asked = {name: whole(field.type, self.view, DEEP - 1) for name, field in root.fields.items()}
        plain = {
            name: inside for name, inside in asked.items() if name not in ("node", "freeTimes", "deathPreview", *BY_ID)
        }
        for name, inside in plain.items():
            assert "errors" not in await self.ask(f"{{ {name} {inside} }}"), name
        for name in ("node", *BY_ID):
            for each in ids:
                if name == "node" or (opened(each) or ("", None))[0] == BY_ID[name]:
                    body = await self.ask(f"query ($id: ID!) {{ {name}(id: $id) {asked[name]} }}", id=each)
                    assert "errors" not in body, each

    async def ask_when(self, where: dict[str, str], ids: list[str]) -> None:
        """When a visit could be, for every pet."""
        field = self.view.query_type.fields["freeTimes"]  # type: ignore[union-attr]
        document = f"""query ($s: ID!, $l: ID!, $day: Date!, $pet: ID) {{ freeTimes(serviceId: $s, locationId: $l,
          from: $day, to: $day, petId: $pet) {whole(field.type, self.view, DEEP - 1)} }}"""
        for pet in [None, *ids]:
            await self.ask(document, **where, pet=pet)

    async def ask_of_deaths(self, died_on: str, pets: list[str]) -> None:
        """What would end if a pet had died, for every pet."""
        field = self.view.query_type.fields["deathPreview"]  # type: ignore[union-attr]
        document = f"""query ($pet: ID!, $on: Date!) {{ deathPreview(petId: $pet, diedOn: $on)
          {whole(field.type, self.view, DEEP - 1)} }}"""
        for pet in pets:
            await self.ask(document, pet=pet, on=died_on)

    async def do(self, deed: str, **given: Any) -> str:
        """Do something; the type of what comes of it, of which everything is asked."""
        field = self.view.mutation_type.fields[deed]  # type: ignore[union-attr]
        inside = whole(field.type, self.view, DEEP - 1)
        document = f"mutation ($input: {field.args['input'].type}) {{ {deed}(input: $input) {inside} }}"
        answer = await self.ask(document, input={**given, "idempotencyKey": f"key {len(self.heard)}"})
        return str(answer["data"][deed]["__typename"])


def whole(wrapped: Any, view: Any, deep: int) -> str:
    """Everything in a type, so many levels deep: each field of an object, each member of whatever is one of several."""
    of = get_named_type(wrapped)
    if is_leaf_type(of):
        return ""
    if isinstance(of, GraphQLInterfaceType | GraphQLUnionType):
        members = view.get_possible_types(of)
        return f"{{ __typename {' '.join(f'... on {each.name} {fields(each, view, deep)}' for each in members)} }}"
    return fields(of, view, deep)


def fields(of: GraphQLObjectType, view: Any, deep: int) -> str:
    said = ["__typename"]
    for name, field in of.fields.items():
        # Members of a union may say one name in two ways.
        alias = f"{of.name}_{name}: " if not is_leaf_type(get_named_type(field.type)) else f"{of.name}{name}: "
        if is_leaf_type(get_named_type(field.type)):
            said.append(f"{alias}{name}")
        elif deep > 1:
            page = "(first: 10)" if "first" in field.args else ""
            said.append(f"{alias}{name}{page} {whole(field.type, view, deep - 1)}")
    return f"{{ {' '.join(said)} }}"


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
