"""Whatever is sent in place of any part of any input is refused in words that make sense, or kept as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graph.schema import schema
from graph.views import view_of
from models import IdempotencyKey
from resolvers.viewer import Audience, Viewer
from tests.api.garbage import readable, unreadable
from tests.api.questions_of_money import of_money
from tests.api.questions_of_reminding import of_reminding
from tests.api.samples import Sample
from tests.api.staff_samples import Samples, samples
from tests.doorkeeper import PASSWORD
from tests.doors import Answer, Program, id_of
from tests.undoing import undoing
from tests.world import how_many_rows

REFUSED = "__typename ... on Refusal { code message path }"
AT_ONCE = 5  # one input can be wrong in so many places that the others are no longer looked at
WANTS = {
    "day": "appointments { id }",
    "priceList": "nodes { item { id } quote { total { amount } } }",
    "debtors": "nodes { client { id } } debtorCount",
}
KEY = "the key"
KEYED = {"idempotencyKey"}
OFTEN: dict[str, Any] = {
    "sign_in_attempts_per_account": 10_000,
    "sign_in_attempts_per_origin": 10_000,
    "code_requests_per_address": 10_000,
    "code_requests_per_origin": 10_000,
}
DOORS = {
    Audience.STAFF: [
        Sample("signIn", Audience.STAFF, {"email": "vera@practice.example", "password": PASSWORD}, {}, ""),
        Sample("refreshSession", Audience.STAFF, {"refreshToken": "x"}, {}, ""),
    ],
    Audience.OWNER: [
        Sample("requestSignInCode", Audience.OWNER, {"email": "olga.berg@home.example"}, {}, ""),
        Sample("signInWithCode", Audience.OWNER, {"email": "olga.berg@home.example", "code": "123456"}, {}, ""),
        Sample("refreshSession", Audience.OWNER, {"refreshToken": "x"}, {}, ""),
    ],
}


def batches(given: list[Any], number: int) -> Iterator[list[Any]]:
    """All of the same size, so that one document asks for them; the last one is filled up with what was sent before."""
    for start in range(0, len(given), number):
        yield [given[place % len(given)] for place in range(start, start + number)]


class Undone(Exception):
    """Every request finds the same rows."""


async def together(program: Program, sample: Sample, given: list[Any], who: Viewer | Audience | None = None) -> Answer:
    """The answer to all of these inputs, in one document."""
    wants = f"{REFUSED} ... on {sample.payload}" if sample.payload else REFUSED
    head = ", ".join(f"$i{number}: {sample.name}Input!" for number in range(len(given)))
    body = " ".join(f"i{number}: {sample.deed}(input: $i{number}) {{ {wants} }}" for number in range(len(given)))
    variables = {f"i{number}": value for number, value in enumerate(given)}
    return await program.ask(who or sample.who, f"mutation ({head}) {{ {body} }}", **variables)


async def undone(program: Program, sample: Sample, given: list[Any], before: dict[str, int]) -> Answer:
    """The same, undone after a look at what was written: nothing, or one outcome for each that was done."""
    answer: Answer | None = None
    try:
        async with undoing():
            answer = await together(program, sample, given)
            done = zip(answer.body["data"].values(), given, strict=True)
            kept = sum("code" not in (one or {}) and not asked.get("dryRun") for one, asked in done)
            if not KEYED & given[0].keys():
                raise Undone
            assert await IdempotencyKey.all().count() == before.get("IdempotencyKey", 0) + kept, answer.body
            if not kept:
                assert await how_many_rows() == before, answer.body
            raise Undone
    except Undone:
        assert answer
        return answer


def troubles(answer: Answer) -> list[Any]:
    """The errors that no client should ever be told."""
    ours = {"INTERNAL", "TIMEOUT", "UNAVAILABLE"}
    return [error for error in answer.body.get("errors", ()) if error["extensions"]["code"] in ours]


def with_a_key_of_its_own(value: dict[str, Any], number: int) -> dict[str, Any]:
    return {**value, "idempotencyKey": f"k{number}"} if value.get("idempotencyKey") == KEY else value


async def refused_or_kept(program: Program, sample: Sample, of: Any, good: dict[str, Any], at_once: int) -> int:
    """Send what can be read; how many there were."""
    given = list(readable(of, good))
    before = await how_many_rows()
    for asked in batches(given, at_once):
        batch = [with_a_key_of_its_own(value, number) for number, value in enumerate(asked)]
        for trouble in troubles(await undone(program, sample, batch, before)):
            raise AssertionError((trouble, batch[int(str(trouble["path"][0])[1:])]))
    return len(given)


async def never_read(
    program: Program, sample: Sample, of: Any, good: dict[str, Any], audience: Audience, at_once: int
) -> int:
    """Send what cannot be read, even by whom nobody knows; how many there were."""
    given = list(unreadable(of, good))
    for batch in batches(given, at_once):
        answer = await together(program, sample, batch, who=audience)
        assert (answer.status, "data" in answer.body) == (400, False), (sample.deed, answer.body)
        assert answer.statements.count == 0
        told = {error["extensions"].get("variable"): error["extensions"]["code"] for error in answer.body["errors"]}
        fine = [value for number, value in enumerate(batch) if told.get(f"i{number}") != "BAD_INPUT"]
        assert not fine, (sample.deed, fine)
    return len(given)


def every_input(made: Samples, audience: Audience) -> Iterator[tuple[Sample, Any, dict[str, Any], int]]:
    """A sample of each mutation, its input, one that is good, and how many are sent at once."""
    mutations = view_of(schema, audience).graphql.mutation_type
    assert mutations
    for sample in [*(made.staff if audience is Audience.STAFF else made.owner), *DOORS[audience]]:
        of = mutations.fields[sample.deed].args["input"].type
        good = {**sample.given, **({"idempotencyKey": KEY} if KEYED & of.of_type.fields.keys() else {})}
        # The doors open for one at a time.
        yield sample, of, good, 1 if isinstance(sample.who, Audience) else AT_ONCE


@pytest.mark.parametrize("audience", Audience)
async def test_no_mutation_is_troubled_by_any_input(database, audience):
    program = Program(**OFTEN)
    made = await samples(program)
    await program.token(made.boss)
    number = 0
    for sample, of, good, at_once in every_input(made, audience):
        number += await refused_or_kept(program, sample, of, good, at_once)
    print(f"{number} inputs to the mutations of the {audience} view")


# What is refused before anything is asked of a database is refused the same on both.
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("audience", Audience)
async def test_what_no_mutation_can_read_is_refused_before_anybody_is_asked_who_she_is(database, audience):
    program = Program(**OFTEN)
    made = await samples(program)
    number = 0
    for sample, of, good, at_once in every_input(made, audience):
        number += await never_read(program, sample, of, good, audience, at_once)
    print(f"{number} inputs that the mutations of the {audience} view cannot read")


async def questions(made: Samples, audience: Audience) -> dict[str, dict[str, Any]]:
    """Arguments with which each query finds something."""
    world = made.world
    page = {"first": 2, "after": None, "last": None, "before": None}
    free = {
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "from": "2026-03-04",
        "to": "2026-03-05",
        "petId": id_of(world.pet),
        "vetId": id_of(world.vet.staff),
    }
    pet, paper = {"id": id_of(world.pet)}, {"id": id_of(made.certificate)}
    death = {"petId": id_of(world.pet), "diedOn": "2026-03-01"}
    both = {
        "node": pet,
        "pet": pet,
        "freeTimes": free,
        "certificate": paper,
        "certificateLink": paper,
        "paperLink": paper,
        "deathPreview": death,
        "petRecord": {"petId": id_of(world.pet)},
        **await of_money(world, audience, page),
        **await of_reminding(world, audience, page),
    }
    if audience is Audience.OWNER:
        return {**both, "myAppointments": page}
    return {
        **both,
        "client": {"id": id_of(world.owner.client)},
        "clients": {"search": "berg", **page},
        "pets": page,
        "diagnosisTerms": {"search": "tail", **page},
        "visit": {"id": next(each.given["visitId"] for each in made.staff if each.deed == "endVisit")},
        "recordReadings": {"petId": id_of(world.pet), **page},
        "history": {
            "search": "limps",
            "kinds": ["APPOINTMENT", "NOTE"],
            "from": "2026-03-01T00:00:00Z",
            "to": "2026-04-01T00:00:00Z",
            **page,
        },
        "vaccines": {"search": "rabisin"},
        "priceList": {
            "locationId": id_of(world.location),
            "on": "2026-03-03",
            "search": "consultation",
            "isOffered": True,
            **page,
        },
        "vaccinationsOfLot": {"lot": "A-1", "vaccineId": id_of(made.vaccine), **page},
        "day": {"locationId": id_of(world.location), "on": "2026-03-03"},
        "dueSteps": {"from": "2026-03-01", "to": "2026-03-03", **page},
        "appointments": {
            "startsBefore": "2026-03-04T00:00:00Z",
            "endsAfter": "2026-03-03T00:00:00Z",
            "locationId": id_of(world.location),
            **page,
        },
    }


@pytest.mark.parametrize("audience", Audience)
async def test_no_query_is_troubled_by_any_argument(database, audience):
    program = Program()
    made = await samples(program)
    view = view_of(schema, audience).graphql
    assert view.query_type
    known = await questions(made, audience)
    assert set(known) == {name for name, field in view.query_type.fields.items() if field.args}
    who = made.boss if audience is Audience.STAFF else made.world.owner.viewer
    for root, good in known.items():
        args = view.query_type.fields[root].args
        wants = WANTS.get(root, "nodes { id }" if "first" in args else "__typename")
        head = ", ".join(f"${name}: {argument.type}" for name, argument in args.items())
        body = ", ".join(f"{name}: ${name}" for name in args)
        document = f"query ({head}) {{ {root}({body}) {{ {wants} }} }}"
        assert (await program.ask(who, document, **good)).data[root], root
        for name, argument in args.items():
            for value in readable(argument.type, good[name]):
                answer = await program.ask(who, document, **{**good, name: value})
                assert not troubles(answer), (root, name, value, answer.body)
            for value in unreadable(argument.type, good[name]):
                answer = await program.ask(who, document, **{**good, name: value})
                assert answer.status == 400, (root, name, value, answer.body)
                # A page of billions is too much to ask, before it is no number.
                codes = {"BAD_INPUT", *(["LIMIT_EXCEEDED"] if name == "first" else [])}
                assert answer.code in codes, (root, name, value, answer.body)
