"""Readings: who has read something of whose records is told once the answer is made, at the price of one column."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import strawberry

import models
from graph.context import Info
from graph.reading import Paged, batched, column, computed, many, one, shape
from graph.reading.connection import Connection
from graph.reading.pages import page
from graph.roles import EVERYBODY, STAFF, field
from graph.types.node import id_of
from models.role import Role
from resolvers import access
from tests.api.small import VET, Client, endpoint
from tests.world import AN_HOUR, NOW, a_booking, a_pet, a_world
from vetdesk.database import counted


async def moods(_viewer: Any, ids: Any) -> Any:
    return dict.fromkeys(ids, "calm")


@shape(models.Appointment, EVERYBODY, pet="pet_id")
class Paper:
    id: strawberry.ID = id_of("Paper")
    starts_at: str = computed("When.", str, "starts_at")
    reason: str = column("What was written.", body=True)
    length: int = computed("How much.", len, "reason", body=True)
    mood: str | None = batched("How it was.", moods, body=True)
    secret: str | None = column("For few.", Role.MANAGER, of="reason", body=True)


@shape(models.Pet, STAFF, pet="id")
class Beast:
    name: str = column("Its name.")
    colour: str = column("Its colour.", body=True)
    papers: list[Paper] = many("Its papers.", models.Appointment, "pet")


@shape(models.Ownership, STAFF)
class Belonging:
    beast: Beast = one("What.", key="pet", carried=True)


@strawberry.type
class Query:
    @field(STAFF)
    async def papers(self, info: Info, first: int = 20) -> Connection[Paper] | None:
        """A page of them."""
        rows = access.rows(info.context.viewer, models.Appointment).sorted_by("starts_at")
        return Paged(rows, page(first=first, after=None, most=100))  # type: ignore[return-value]

    @field(STAFF)
    async def beasts(self, info: Info) -> list[Beast] | None:
        """All."""
        return access.rows(info.context.viewer, models.Pet).sorted_by("fold")  # type: ignore[return-value]

    @field(STAFF)
    async def belongings(self, info: Info) -> list[Belonging] | None:
        """All."""
        return access.rows(info.context.viewer, models.Ownership)  # type: ignore[return-value]

    @field(STAFF)
    async def beast(self, info: Info, name: str) -> Beast | None:
        """One."""
        return access.rows(info.context.viewer, models.Pet, "{t}.name = ?", name)  # type: ignore[return-value]


class Book:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[UUID | None, frozenset[UUID], str | None]] = []

    def note(self, viewer: Any, pets: frozenset[UUID], operation: str | None) -> None:
        self.told.append((viewer.account_id, pets, operation))


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def client(book: Book) -> Client:
    return Client(endpoint(strawberry.Schema(Query), record_read=book.note), "vet")


async def two_pets_with_papers() -> tuple[Any, Any]:
    world = await a_world()
    other = await a_pet(world.owner, name="Zorro")
    await a_booking(reason="limps")
    await a_booking(other, starts_at=NOW + 3 * AN_HOUR, reason="sneezes")
    return world.pet, other


async def answered(client: Client, document: str) -> Any:
    body = (await client.ask(document)).json()
    assert "errors" not in body
    return body["data"]


async def test_whoever_is_answered_with_a_body_has_read_the_records_of_those_pets(database, client, book):
    first, second = await two_pets_with_papers()
    await answered(client, "query Round { papers { nodes { reason } } }")
    await answered(client, "{ papers(first: 1) { edges { node { length } } } }")
    await answered(client, "{ beasts { papers { mood } } }")
    await answered(client, "{ belongings { beast { colour } } }")
    await answered(client, 'query One { papers(first: 1) { nodes { id } } beast(name: "Zorro") { papers { reason } } }')
    assert book.told == [
        (VET.account_id, {first.id, second.id}, "Round"),
        (VET.account_id, {first.id}, None),  # the second was read only to see whether there are more
        (VET.account_id, {first.id, second.id}, None),
        (VET.account_id, {first.id, second.id}, None),
        (VET.account_id, {second.id}, "One"),
    ]


async def test_what_is_no_body_or_is_left_out_or_stands_behind_a_closed_gate_is_no_reading(database, client, book):
    await two_pets_with_papers()
    await answered(client, "{ papers { totalCount nodes { __typename id startsAt } } beasts { name } }")
    await answered(client, "query ($no: Boolean = false) { papers { nodes { id reason @include(if: $no) } } }")
    body = (await client.ask("{ papers { nodes { secret } } }")).json()
    assert body["data"] == {"papers": {"nodes": [{"secret": None}, {"secret": None}]}}
    assert book.told == []


async def test_an_answer_that_is_made_carefully_is_noted_as_any_other(database, client, book):
    first, second = await two_pets_with_papers()
    body = (await client.ask("{ papers { nodes { secret reason } } }")).json()
    assert [each["reason"] for each in body["data"]["papers"]["nodes"]] == ["limps", "sneezes"]
    assert book.told == [(VET.account_id, {first.id, second.id}, None)]


async def test_a_reading_is_noted_without_a_statement_of_its_own(database, client, book):
    await two_pets_with_papers()
    with counted() as plain:
        await answered(client, "{ papers { nodes { id } } }")
    with counted() as noted:
        await answered(client, "{ papers { nodes { id reason } } }")
    assert (plain.count, noted.count, len(book.told)) == (1, 1, 1)
