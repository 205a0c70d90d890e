"""A contract that breaks its own rules is not built, and one that takes something away is noticed."""

from __future__ import annotations

import enum
from typing import Annotated

import pytest
import strawberry

from graph.roles import OWNER, STAFF, allow, field
from graph.sdl import breaking_changes, printed
from graph.views import view_of
from resolvers.viewer import Audience

BOTH = [allow(STAFF, OWNER)]
STAFF_ONLY = [allow(STAFF)]


@strawberry.enum(directives=BOTH)
class Order(enum.Enum):
    NAME = "name"
    DEBT = strawberry.enum_value("debt", directives=STAFF_ONLY)


@strawberry.input(directives=BOTH)
class Wish:
    name: str = strawberry.field(directives=STAFF_ONLY)


@strawberry.type(directives=BOTH)
class Pet:
    name: str
    alerts: str | None = strawberry.field(default=None, directives=STAFF_ONLY)


@strawberry.type
class Query:
    @field(STAFF, OWNER)
    def pet(self, order: Order = Order.NAME) -> Pet | None:
        return None


SCHEMA = strawberry.Schema(Query)


def _flaws(query: type, **more) -> str:
    with pytest.raises(TypeError) as raised:
        view_of(strawberry.Schema(query, **more), Audience.STAFF)
    return str(raised.value)


def _query(answers):
    def thing(self):
        return None

    thing.__annotations__ = {"return": answers}
    return strawberry.type(type("Query", (), {"thing": field(STAFF, OWNER)(thing)}))


def test_a_type_without_a_mark_is_not_built():
    @strawberry.type
    class Toy:
        name: str

    assert "Toy does not say who may use it" in _flaws(_query(Toy | None))


def test_a_root_field_without_a_mark_is_not_built():
    @strawberry.type
    class Query:
        @strawberry.field
        def thing(self) -> int | None:
            return 1

    assert "Query.thing does not say who may use it" in _flaws(Query)


def test_a_root_field_that_is_never_null_is_not_built():
    assert "Query.thing is a root field and must be nullable" in _flaws(_query(int))


def test_a_narrower_field_that_is_never_null_is_not_built():
    @strawberry.type(directives=BOTH)
    class Toy:
        price: int = strawberry.field(directives=STAFF_ONLY)

    assert "Toy.price is for fewer than Toy is, so it must be nullable." in _flaws(_query(Toy | None))


def test_a_field_for_more_than_its_type_is_not_built():
    @strawberry.type(directives=STAFF_ONLY)
    class Toy:
        name: str

    assert "Query.thing returns Toy, which is not for OWNER." in _flaws(_query(Toy | None))


def test_a_required_input_cannot_be_hidden():
    @strawberry.type
    class Query:
        @field(STAFF, OWNER)
        def thing(self, wish: Wish, size: Annotated[int, strawberry.argument(directives=STAFF_ONLY)]) -> int | None:
            return 1

    words = _flaws(Query)
    assert "Wish.name is required, so the owner view cannot hide it." in words
    assert "Query.thing(size:) is required, so the owner view cannot hide it." in words


def test_an_enum_that_appears_in_answers_has_no_hidden_value():
    assert "Order.DEBT is marked, but Order appears in answers" in _flaws(_query(Order | None))


# What was promised


def test_taking_a_field_from_the_owners_is_a_breaking_change():
    committed = printed(SCHEMA).replace(
        "alerts: String @allow(roles: [RECEPTIONIST, NURSE, VET, MANAGER])", "alerts: String"
    )

    assert breaking_changes(committed, SCHEMA) == ["In the owner view: Field Pet.alerts was removed."]


def test_growing_is_no_breaking_change():
    committed = printed(SCHEMA).replace("  name: String!\n", "")

    assert breaking_changes(committed, SCHEMA) == []
    assert breaking_changes(printed(SCHEMA), SCHEMA) == []
    assert breaking_changes("", SCHEMA) == []


def test_a_committed_contract_that_cannot_be_read_is_said_so():
    assert breaking_changes("type Query {", SCHEMA)[0].startswith("The committed contract cannot be read")
