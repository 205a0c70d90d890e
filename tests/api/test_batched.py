"""Batched fields: what SQL cannot say is found by a function, once for all rows of a level."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry

import models
from graph.context import Info
from graph.reading import Paged, batched, many, one, shape, told
from graph.reading.connection import Connection, mark_as_its_entries
from graph.roles import STAFF, field
from graph.types.node import id_of
from models.refusal import InvalidInput
from resolvers import access
from resolvers.rows import Page
from tests.api.small import VET, Client, endpoint
from tests.world import a_client, a_pet

ASKED: list[Any] = []


async def weights(viewer, ids):
    ASKED.append((viewer, len(ids)))
    animals = await models.Pet.filter(id__in=ids)  # takes a connection of its own
    return {each.id: len(each.name) for each in animals if each.name != "Unweighed"}


async def moods(_viewer, ids):
    return {key: None if number else "calm" for number, key in enumerate(ids)}


async def ages(_viewer, ids, question):
    ASKED.append(("ages", len(ids)))
    return dict.fromkeys(ids, question["years"])


async def broken(_viewer, _ids):
    raise InvalidInput("The scales are being repaired.")


@shape(models.Pet, STAFF)
class Animal:
    id: strawberry.ID = id_of("Animal")
    weight: int | None = batched("Its weight.", weights)
    mood: str = batched("Its mood.", moods)
    size: int | None = batched("Its size.", broken)
    age: int | None = told("How old it will be.", ages)


@shape(models.Ownership, STAFF)
class Belonging:
    animal: Animal = one("What.", key="pet", carried=True)


@shape(models.Client, STAFF)
class Person:
    belongings: list[Belonging] = many("Hers.", models.Ownership, "client")


@strawberry.type
class Query:
    @field(STAFF)
    async def animals(self, info: Info) -> list[Animal] | None:
        """All."""
        return access.rows(info.context.viewer, models.Pet).sorted_by("fold")  # type: ignore[return-value]

    @field(STAFF)
    async def animals_in(self, info: Info, years: int) -> Connection[Animal] | None:
        """All."""
        rows = access.rows(info.context.viewer, models.Pet).sorted_by("fold")
        return Paged(rows, Page(2), {"years": years})  # type: ignore[return-value]

    @field(STAFF)
    async def people(self, info: Info) -> list[Person] | None:
        """All."""
        return access.rows(info.context.viewer, models.Client).sorted_by("fold")  # type: ignore[return-value]


@pytest.fixture
def client():
    ASKED.clear()
    return Client(endpoint(mark_as_its_entries(strawberry.Schema(Query))), "vet")


async def test_a_function_is_asked_once_for_all_rows_of_a_level(database, client):
    olga, peter = await a_client("Olga Berg"), await a_client("Peter Lang")
    for owner, name in ((olga, "Bo"), (olga, "Unweighed"), (peter, "Bella")):
        await a_pet(owner, name=name)
    answer = (await client.ask("{ animals { weight } }")).json()
    assert answer["data"] == {"animals": [{"weight": 5}, {"weight": 2}, {"weight": None}]}
    assert ASKED == [(VET, 3)]
    answer = (await client.ask("{ people { belongings { animal { weight } } } }")).json()
    weighed = [[each["animal"]["weight"] for each in person["belongings"]] for person in answer["data"]["people"]]
    assert (sorted(weighed[0], key=str), weighed[1]) == ([2, None], [5])
    assert ASKED == [(VET, 3)] * 2


async def test_a_function_is_told_what_the_question_tells(database, client):
    for name in ("Bo", "Cora", "Dot"):
        await a_pet(name=name)
    answer = (
        await client.ask("{ a: animalsIn(years: 3) { nodes { age } } b: animalsIn(years: 4) { nodes { age } } }")
    ).json()
    assert answer["data"] == {"a": {"nodes": [{"age": 3}] * 2}, "b": {"nodes": [{"age": 4}] * 2}}
    assert ASKED == [("ages", 2)] * 2


async def test_where_there_are_no_rows_no_function_is_asked(database, client):
    assert (await client.ask("{ animals { weight } people { belongings { animal { weight } } } }")).json()["data"] == {
        "animals": [],
        "people": [],
    }
    assert ASKED == []


async def test_a_function_that_fails_or_leaves_a_hole_is_told_in_its_places_and_nowhere_else(database, client):
    await a_pet(name="Bo")
    answer = (await client.ask("{ animals { weight size } }")).json()
    assert answer["data"] == {"animals": [{"weight": 2, "size": None}]}
    assert [(error["path"], error["message"]) for error in answer["errors"]] == [
        (["animals", 0, "size"], "The scales are being repaired.")
    ]
    await a_pet(name="Cora")
    answer = (await client.ask("{ animals { mood } }")).json()
    assert answer["data"] == {"animals": None}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["animals", 1, "mood"], "INTERNAL")
    ]
