"""Mixed rows: an interface over several tables is answered as graphql-core answers it, one statement a kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import graphql
import hypothesis
import pytest
import strawberry
from hypothesis import HealthCheck, Phase, strategies
from hypothesis_graphql import nodes, queries
from strawberry.schema.config import StrawberryConfig

import models
from graph.context import Info
from graph.limits import Limits
from graph.reading import Paged, column, computed, many, mixed, one, shape
from graph.reading.connection import Connection
from graph.reading.pages import page
from graph.roles import EVERYBODY, STAFF, field
from graph.scalars import SCALARS
from graph.types.node import Node, id_of
from graph.views import view_of
from models import HistoryKind
from models.role import Role
from resolvers import access
from resolvers.viewer import Audience
from tests.api.small import Client, endpoint
from tests.oracle.oracle import id_of as global_id
from tests.world import AN_HOUR, NOW, a_note, a_pet, a_visit, a_weight, a_world
from vetdesk.database import counted


def _long(text: str) -> int:
    if not text:
        raise ValueError("Nothing was written.")
    return len(text)


@shape(models.Pet, EVERYBODY)
class Beast:
    name: str = column("Its name.")
    moments: list[Annotated[Moment, strawberry.lazy("tests.api.test_mixed")]] = many(
        "All there was.", models.HistoryEntry, "pet", order=("-at",)
    )


@mixed(models.HistoryEntry, "kind", EVERYBODY)
class Moment(Node):
    """Something that was."""

    at: datetime = strawberry.field(description="When.")
    beast: Beast | None = strawberry.field(description="Whose.")


@shape(models.Addendum, STAFF)
class Afterthought:
    reason: str = column("Why.")


@shape(models.Note, EVERYBODY, kind=HistoryKind.NOTE)
class Jotting(Moment):
    id: strawberry.ID = id_of("Jotting")
    at: datetime = column("When.")
    beast: Beast | None = one("Whose.", key="pet", carried=True)
    plan: str = column("What to do.")
    length: int | None = computed("How long it is.", _long, "assessment")
    strict: int = computed("How long it is.", _long, "objective")
    version: int = column("Which.")
    afterthoughts: list[Afterthought] | None = many("Later.", models.Addendum, "note", STAFF, order=("at",))


@shape(models.Visit, EVERYBODY, kind=HistoryKind.VISIT)
class Sighting(Moment):
    id: strawberry.ID = id_of("Sighting")
    at: datetime = column("When.")
    beast: Beast | None = one("Whose.", key="pet", carried=True)
    plan: str = column("Why.", of="reason")


@shape(models.Vital, Role.VET, kind=HistoryKind.VITAL)
class Weighing(Moment):
    id: strawberry.ID = id_of("Weighing")
    at: datetime = column("When.")
    beast: Beast | None = one("Whose.", key="pet", carried=True)
    version: str = column("How much.", of="given")


@strawberry.type
class Query:
    @field(STAFF)
    async def moments(self, info: Info) -> list[Moment] | None:
        """All."""
        return access.rows(info.context.viewer, models.HistoryEntry).sorted_by("-at")  # type: ignore[return-value]

    @field(STAFF)
    async def latest(self, info: Info) -> Connection[Moment] | None:
        """Some."""
        rows = access.rows(info.context.viewer, models.HistoryEntry).sorted_by("-at")
        return Paged(rows, page(first=4, after=None, most=100))  # type: ignore[return-value]

    @field(STAFF)
    async def beasts(self, info: Info) -> list[Beast] | None:
        """All."""
        return access.rows(info.context.viewer, models.Pet).sorted_by("fold")  # type: ignore[return-value]


SCHEMA = strawberry.Schema(Query, types=[Jotting, Sighting, Weighing], config=StrawberryConfig(scalar_map=SCALARS))
PLAIN = graphql.build_schema(graphql.print_schema(view_of(SCHEMA, Audience.STAFF).graphql))
DRESSED = """query ($no: Boolean = false, $yes: Boolean = true) {
  moments { ...M __typename @skip(if: $yes) ... on Node { id } ... on Sighting { plan beast { name } } ...M }
  latest { totalCount again: totalCount
    nodes { ... on Moment { when: at } ... on Jotting @include(if: $no) { plan } ... on Jotting { length strict } }
    edges { node { __typename ...M ... on Weighing { amount: version } ... { at @include(if: $yes) } } } }
  beasts { name moments { ...M ... on Jotting { beast { name moments { __typename } } } } } }
  fragment M on Moment { kind: __typename at beast { name } beast { moments { ... on Jotting { plan } } } ...J }
  fragment J on Jotting { version afterthoughts { reason __typename } }"""


async def a_mixture() -> None:
    world = await a_world()
    for number, pet in enumerate((world.pet, await a_pet(world.owner, name="Bo"), world.pet)):
        at = NOW - timedelta(days=number)
        visit = await a_visit(pet, at=at)
        note = await a_note(visit, at=at + AN_HOUR / 2, assessment="" if number == 1 else "Sprain.")
        await models.Addendum.create(
            note_id=note.id, author_id=note.author_id, at=at, reason=f"Late {number}", text="x"
        )
        await a_weight(pet, 10 + number, at=at - AN_HOUR)


class Plainly:
    """Answers from the rows themselves, as graphql-core does."""

    def __init__(
        self, pets: list[Any], rows: dict[str, list[Any]], afterthoughts: list[Any], *, sees: set[str]
    ) -> None:
        self._pets = pets
        self._all = sorted(
            ((row.at, row.id, kind, row) for kind, held in rows.items() if kind in sees for row in held), reverse=True
        )
        self._afterthoughts = afterthoughts

    @classmethod
    async def of_all(cls, *sees: str) -> Plainly:
        rows: dict[str, list[Any]] = {
            "Jotting": await models.Note.all(),
            "Sighting": await models.Visit.all(),
            "Weighing": await models.Vital.all(),
        }
        return cls(await models.Pet.all().order_by("fold", "id"), rows, await models.Addendum.all(), sees=set(sees))

    def says(self, document: str) -> tuple[Any, list[Any]]:
        result = graphql.execute_sync(
            PLAIN, graphql.parse(document), field_resolver=self._resolved, type_resolver=lambda value, *_: value[2]
        )
        return result.data, sorted((error.path for error in result.errors or ()), key=repr)

    def _resolved(self, source: Any, info: graphql.GraphQLResolveInfo) -> Any:
        match info.parent_type.name, info.field_name:
            case "Query", "moments":
                return self._all
            case "Query", "latest":
                return {
                    "nodes": self._all[:4],
                    "totalCount": len(self._all),
                    "edges": self._edges(),
                    "pageInfo": self._place(),
                }
            case "Query", "beasts":
                return self._pets
            case "Beast", "name":
                return source.name
            case "Beast", "moments":
                return [each for each in self._all if each[3].pet_id == source.id]
            case "Afterthought", "reason":
                return source.reason
        return source[info.field_name] if isinstance(source, dict) else self._of_moment(source, info.field_name)

    def _of_moment(self, source: Any, name: str) -> Any:
        at, key, kind, row = source
        values = {
            "at": lambda: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "id": lambda: global_id(kind, key),
            "beast": lambda: next(each for each in self._pets if each.id == row.pet_id),
            "plan": lambda: row.reason if kind == "Sighting" else row.plan,
            "length": lambda: _long(row.assessment),
            "strict": lambda: _long(row.objective),
            "version": lambda: row.given if kind == "Weighing" else row.version,
            "afterthoughts": lambda: [each for each in self._afterthoughts if each.note_id == key],
        }
        return values[name]()

    def _edges(self) -> list[Any]:
        return [{"node": each, "cursor": "a cursor"} for each in self._all[:4]]

    def _place(self) -> dict[str, Any]:
        return {"hasNextPage": len(self._all) > 4, "hasPreviousPage": False, "startCursor": "a", "endCursor": "b"}


async def heard(client: Client, document: str) -> tuple[Any, list[Any]]:
    body = (await client.ask(document)).json()
    assert "data" in body, (document, body)
    return body["data"], sorted((error["path"] for error in body.get("errors", ())), key=repr)


def drawn(number: int) -> list[str]:
    found: list[str] = []
    scalars = {
        name: strategies.just(nodes.Null) for name, each in PLAIN.type_map.items() if graphql.is_scalar_type(each)
    }

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(queries(PLAIN, custom_scalars=scalars))
    def draw(document: str) -> None:
        if not {"cursor", "startCursor", "endCursor"} & set(document.split()):  # which say nothing about kinds
            found.append(document)

    draw()
    return found


@pytest.fixture(scope="module")
def documents() -> list[str]:
    return drawn(120)


@pytest.mark.parametrize("token", ["vet", "manager"])
async def test_whatever_is_asked_of_mixed_rows_is_answered_as_the_specification_says(database, documents, token):
    await a_mixture()
    plainly = await Plainly.of_all("Jotting", "Sighting", *(["Weighing"] if token == "vet" else []))
    client = Client(endpoint(SCHEMA, limits=Limits(max_cost=10**9)), token)
    assert len(documents) > 60
    assert sum("... on" in each for each in documents) > 20
    for document in [*documents, DRESSED]:
        assert await heard(client, document) == plainly.says(document), document


async def test_what_goes_wrong_in_one_row_of_one_kind_is_told_in_its_place(database):
    await a_mixture()
    await models.Note.filter(assessment="").update(objective="")
    client = Client(endpoint(SCHEMA), "vet")
    data, errors = await heard(client, "{ moments { __typename ... on Jotting { length } } }")
    assert errors == [["moments", 3, "length"]]
    assert [each.get("length") for each in data["moments"]] == [7, None, None, None, None, None, 7, None, None]
    data, errors = await heard(client, "{ latest { nodes { __typename ... on Jotting { strict } } } beasts { name } }")
    assert (data["latest"], errors) == (None, [["latest", "nodes", 3, "strict"]])
    assert len(data["beasts"]) == 2


async def test_what_kinds_there_are_decides_how_many_statements_it_takes_not_how_many_rows(database):
    world = await a_world()
    client = Client(endpoint(SCHEMA), "vet")
    asked = "{ beasts { moments { id at ... on Jotting { plan } ... on Sighting { plan beast { name } } } } }"

    async def statements() -> int:
        with counted() as sent:
            await heard(client, asked)
        return sent.count

    numbers = [await statements()]
    visit = await a_visit(world.pet)
    numbers.append(await statements())
    await a_note(visit)
    numbers.append(await statements())
    for number in range(50):
        await a_note(await a_visit(world.pet, at=NOW - timedelta(days=number)))
    numbers.append(await statements())
    # One for each kind that is there; on PostgreSQL one for all that is below the pets, whatever is there.
    assert numbers == {"sqlite": [2, 3, 4, 4], "postgres": [2, 2, 2, 2]}[database.dialect]


async def test_a_row_that_has_gone_since_its_entry_was_read_is_left_out(database, monkeypatch):
    await a_mixture()
    # As if it were deleted between the two statements: the rule of the row itself hides it.
    (first,) = await models.Note.all().order_by("-at").limit(1)
    rule = access.ROWS[models.Note]
    monkeypatch.setitem(access.ROWS, models.Note, type(rule)(staff=f"{{t}}.id <> '{first.id}'", owner=rule.owner))
    client = Client(endpoint(SCHEMA), "vet")
    data, errors = await heard(client, "{ moments { id } latest { nodes { id } edges { cursor node { id } } } }")
    assert errors == []
    assert [len(data["moments"]), len(data["latest"]["nodes"]), len(data["latest"]["edges"])] == [8, 3, 3]
    gone = global_id("Jotting", first.id)
    assert gone not in str(data)
