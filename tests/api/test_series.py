"""Series: a list that is cut at its old end, so that a curve shows what was measured last."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import pytest
import strawberry

import models
from graph.context import Context, Info
from graph.reading import column, shape
from graph.reading.shape import READS, Many, unresolved
from graph.roles import STAFF, field
from models import VitalKind
from resolvers import access
from tests.api.small import Client, endpoint
from tests.world import NOW, a_pet, a_weight, a_world
from vetdesk.database import counted


def _of_kind(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    return "{t}.kind = ?", (given["kind"],)


@shape(models.Vital, STAFF)
class Point:
    at: datetime = column("When.")
    given: str = column("How much.")


@shape(models.Pet, STAFF)
class Creature:
    name: str = column("Its name.")

    @strawberry.field(description="A curve.", metadata={READS: Many(models.Vital, "pet", ("at",), _of_kind, most=3)})  # type: ignore[untyped-decorator]
    def points(self, kind: Annotated[str, strawberry.argument(description="Of what.")]) -> list[Point]:
        """A curve."""
        return unresolved()


@strawberry.type
class Query:
    @field(STAFF)
    async def creatures(self, info: Info, name: str | None = None) -> list[Creature] | None:
        """All, or one."""
        rows = access.rows(info.context.viewer, models.Pet)
        rows = rows if name is None else rows.narrowed("{t}.name = ?", name)
        return rows.sorted_by("fold")  # type: ignore[return-value]


@pytest.fixture
def client() -> Client:
    return Client(endpoint(strawberry.Schema(Query)), "vet")


async def some_curves() -> None:
    world = await a_world()
    for number in range(5):
        await a_weight(world.pet, 10 + number, at=NOW - timedelta(days=5 - number))
    await a_weight(await a_pet(name="Bo"), 3, at=NOW)
    await a_pet(name="Cora")
    fever = await a_weight(world.pet, 39, at=NOW)
    await models.Vital.filter(id=fever.id).update(kind=VitalKind.TEMPERATURE)


@pytest.mark.parametrize("given", ['(name: "Rex")', ""], ids=["one", "all"])
async def test_the_last_points_of_a_curve_are_answered_oldest_first(database, client, given):
    await some_curves()
    with counted() as sent:
        answer = (await client.ask(f'{{ creatures{given} {{ name points(kind: "WEIGHT") {{ given }} }} }}')).json()
    found = {each["name"]: [point["given"] for point in each["points"]] for each in answer["data"]["creatures"]}
    expected = {"Bo": ["3"], "Cora": [], "Rex": ["12", "13", "14"]}
    assert found == ({"Rex": expected["Rex"]} if given else expected)
    assert sent.count == {"sqlite": 2, "postgres": 1}[database.dialect]
