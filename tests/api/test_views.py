"""What a view lacks does not exist there, and what is there is gated."""

from __future__ import annotations

import enum
from typing import Annotated

import graphql
import pytest
import strawberry

from graph.context import Admitted
from graph.roles import ANYONE, OWNER, STAFF, allow, field
from graph.sdl import printed
from models.role import Role
from resolvers.viewer import Audience, Viewer
from tests.api.small import Client, codes, endpoint, message

pytestmark = pytest.mark.anyio

BOTH = [allow(STAFF, OWNER)]
STAFF_ONLY = [allow(STAFF)]


@strawberry.enum(directives=BOTH)
class Order(enum.Enum):
    NAME = "name"
    DEBT = strawberry.enum_value("debt", directives=STAFF_ONLY)


@strawberry.interface(directives=BOTH)
class Node:
    id: strawberry.ID


@strawberry.type(directives=BOTH)
class Pet(Node):
    name: str = "Bello"
    alerts: str | None = strawberry.field(default="bites", directives=STAFF_ONLY)
    chip: str | None = strawberry.field(default="276", directives=[allow(Role.VET, OWNER)])


@strawberry.type(directives=STAFF_ONLY)
class Ledger(Node):
    total: int = 3


@strawberry.input(directives=BOTH)
class Filter:
    name: str | None = None
    flagged: bool | None = strawberry.field(default=None, directives=STAFF_ONLY)


@strawberry.input(directives=STAFF_ONLY)
class Audit:
    reason: str = ""


Found = Annotated[Pet | Ledger, strawberry.union("Found", directives=BOTH)]


@strawberry.type
class Query:
    @field(STAFF, OWNER)
    def pets(
        self,
        filter: Filter | None = None,
        order: Order = Order.NAME,
        ghosts: Annotated[bool, strawberry.argument(directives=STAFF_ONLY)] = False,
    ) -> list[Pet] | None:
        return [Pet(id=strawberry.ID("1"))]

    @field(STAFF, OWNER)
    def node(self, id: strawberry.ID) -> Node | None:
        return Ledger(id=id) if id == "9" else Pet(id=id)

    @field(STAFF, OWNER)
    def found(self) -> list[Found] | None:
        return [Pet(id=strawberry.ID("1"))]

    @field(STAFF)
    def ledger(self, audit: Audit | None = None) -> Ledger | None:
        return Ledger(id=strawberry.ID("9"))

    @field(Role.MANAGER)
    async def salaries(self) -> int | None:
        return 1

    @field(ANYONE, STAFF, OWNER)
    def hours(self) -> str | None:
        return "8 to 18"


@strawberry.type
class Mutation:
    @field(STAFF)
    def close(self) -> bool | None:
        return True


SCHEMA = strawberry.Schema(Query, Mutation, types=[Pet, Ledger])


@pytest.fixture(scope="module")
def owner():
    return Client(endpoint(SCHEMA, Audience.OWNER), "owner")


@pytest.fixture(scope="module")
def vet():
    return Client(endpoint(SCHEMA, Audience.STAFF), "vet")


SECRETS = {
    "a field": ("{ pets { alerts } }", "Cannot query field 'alerts' on type 'Pet'."),
    "a root field": ("{ ledger { total } }", "Cannot query field 'ledger' on type 'Query'."),
    "an argument": ("{ pets(ghosts: true) { name } }", "Unknown argument 'ghosts' on field 'Query.pets'."),
    "a value": ("{ pets(order: DEBT) { name } }", "Value 'DEBT' does not exist in 'Order' enum."),
    "a member": ("{ found { ... on Ledger { total } } }", "Unknown type 'Ledger'."),
    "an input type": ("query ($a: Audit) { ledger(audit: $a) { total } }", "Unknown type 'Audit'."),
    "a mutation": ("mutation { close }", "The mutation operation is not supported by the schema."),
}


@pytest.mark.parametrize(("query", "words"), SECRETS.values(), ids=list(SECRETS))
async def test_what_is_for_staff_does_not_exist_for_an_owner(owner, vet, query, words):
    refused = await owner.ask(query)

    assert refused.status_code == 400
    assert set(codes(refused)) == {"BAD_INPUT"}
    assert message(refused) == words
    assert "errors" not in (await vet.ask(query)).json()


async def test_a_hidden_input_is_unknown_in_a_variable_too(owner, vet):
    query = "query ($filter: Filter) { pets(filter: $filter) { name } }"

    refused = await owner.ask(query, variables={"filter": {"flagged": True}})

    assert refused.status_code == 400
    assert "unknown field 'flagged'" in message(refused)
    assert (await vet.ask(query, variables={"filter": {"flagged": True}})).json()["data"] == {
        "pets": [{"name": "Bello"}]
    }


@pytest.mark.parametrize("near", ["{ pets { alert } }", "{ ledgr { total } }", "{ pets(ghost: true) { name } }"])
async def test_a_near_miss_suggests_nothing(owner, vet, near):
    for client in (owner, vet):
        assert "Did you mean" not in (await client.ask(near)).text


async def test_a_near_miss_in_a_variable_suggests_nothing(vet):
    refused = await vet.ask("query ($order: Order!) { pets(order: $order) { name } }", variables={"order": "DEBTS"})

    assert message(refused) == "Variable '$order' has invalid value: Value 'DEBTS' does not exist in 'Order' enum."


async def test_introspection_of_the_owner_view_holds_no_word_for_staff(owner):
    answer = await owner.ask(graphql.get_introspection_query())

    assert answer.status_code == 200
    for word in ("Ledger", "alerts", "ghosts", "DEBT", "flagged", "Audit", "salaries", "close", "allow", "MANAGER"):
        assert word not in answer.text
    hidden = await owner.ask('{ __type(name: "Ledger") { name } }')
    assert hidden.json()["data"] == {"__type": None}


async def test_a_hidden_type_behind_an_interface_is_not_named(owner):
    answer = await owner.ask('{ node(id: "9") { id } }')

    assert answer.json()["data"] == {"node": None}
    assert codes(answer) == ["INTERNAL"]
    assert "Ledger" not in answer.text


async def test_unions_interfaces_and_enums_work_in_a_view(owner):
    answer = await owner.ask(
        '{ node(id: "1") { ... on Pet { name } } found { __typename } pets(order: NAME) { name } }'
    )

    assert answer.json()["data"] == {
        "node": {"name": "Bello"},
        "found": [{"__typename": "Pet"}],
        "pets": [{"name": "Bello"}],
    }


def test_the_owner_view_prints_without_marks():
    sdl = printed(SCHEMA, Audience.OWNER)

    assert "@allow" not in sdl
    assert "Role" not in sdl
    assert "type Mutation" not in sdl
    assert "@allow(roles: [RECEPTIONIST, NURSE, VET, MANAGER])" in printed(SCHEMA)
    graphql.build_schema(sdl)
    graphql.build_schema(printed(SCHEMA))


# The gate


async def test_who_is_signed_out_hears_so_and_siblings_still_arrive():
    nobody = Client(endpoint(SCHEMA))

    answer = await nobody.ask("{ hours pets { name } }")

    assert answer.status_code == 200
    assert answer.json()["data"] == {"hours": "8 to 18", "pets": None}
    assert codes(answer) == ["SIGNED_OUT"]
    assert answer.json()["errors"][0]["path"] == ["pets"]


async def test_a_role_that_may_not_is_told_and_siblings_still_arrive(vet):
    answer = await vet.ask("{ hours salaries }")

    assert answer.json()["data"] == {"hours": "8 to 18", "salaries": None}
    assert codes(answer) == ["FORBIDDEN"]


async def test_a_narrower_field_is_gated_row_by_row(vet):
    manager = Client(endpoint(SCHEMA), "manager")

    assert (await vet.ask("{ pets { name chip } }")).json()["data"] == {"pets": [{"name": "Bello", "chip": "276"}]}
    refused = await manager.ask("{ pets { name chip } }")
    assert refused.json()["data"] == {"pets": [{"name": "Bello", "chip": None}]}
    assert codes(refused) == ["FORBIDDEN"]


async def test_staff_who_lost_every_role_may_do_nothing():
    answer = await Client(endpoint(SCHEMA), "without-roles").ask("{ hours pets { name } }")

    assert answer.json()["data"] == {"hours": "8 to 18", "pets": None}
    assert codes(answer) == ["FORBIDDEN"]


async def test_the_practices_own_machinery_passes_every_gate():
    async def machinery(_token, _audience):
        return Admitted(Viewer.system("a test"), 600.0)

    answer = await Client(endpoint(SCHEMA, authenticate=machinery), "any").ask("{ salaries }")

    assert answer.json()["data"] == {"salaries": 1}
