"""What a reminder rule would do, counted before it does anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    BusyTime,
    Client,
    ClientEmail,
    NoticeReason,
    Ownership,
    Pet,
    RuleKind,
    Species,
    Status,
    Target,
    VaccinationDue,
)
from models.due_date import Reason
from models.ownership import Right
from models.pet import DatePrecision
from models.refusal import InvalidInput, NotFound
from models.row import uuid7
from models.rule_terms import Terms
from resolvers import reminder_forecasts, reminder_rules
from resolvers.reminder_forecasts import Outlook
from resolvers.reminder_rules import NewRule, RuleChanges
from tests.found import events
from tests.reminding import decided, letters
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    TODAY,
    World,
    a_booking,
    a_client,
    a_consent,
    a_pet,
    a_rule,
    a_service,
    a_world,
    an_ownership,
    an_undeliverable_address,
    how_many_rows,
)
from vetdesk.database import counted

DAY = timedelta(days=1)
DOSES = Terms(steps=(-30, -7, 0, 14))
BORN: Any = {"born_on": date(2025, 3, 10), "born_precision": DatePrecision.DAY}
WHY = {NoticeReason.NO_CONSENT: 0, NoticeReason.NO_ADDRESS: 0, NoticeReason.ADDRESS_UNDELIVERABLE: 0}


async def due(pet: Pet, days: int, target: Target = Target.RABIES, **more: Any) -> Pet:
    """A pet with a dose that is due in so many days."""
    on: Any = {"due_on": TODAY + days * DAY, "earliest_on": TODAY, "reason": Reason.BOOSTER, "worked_out_at": NOW}
    await VaccinationDue.create(pet_id=pet.id, target=target, sentence=f"In {days} days.", **on, **more)
    return pet


async def somebody(name: str, **more: Any) -> Client:
    """A client who wants letters about care."""
    client = await a_client(name, **more)
    await a_consent(client)
    return client


async def outlook(world: World, terms: Terms = DOSES, kind: RuleKind = RuleKind.VACCINATION) -> Outlook:
    return await reminder_forecasts.of_terms(world.manager.viewer, kind, terms, now=NOW)


async def test_a_rule_that_nothing_is_due_by_does_nothing(database):
    world = await a_world()
    assert await outlook(world) == Outlook(0, 0, {30: 0, 90: 0, 365: 0}, 0, 0, WHY, 0, [])


async def test_what_is_due_is_counted_by_when(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    for days in (-400, -1, 0, 30, 31, 90, 91, 365, 366):
        await due(await a_pet(olga), days)
    await due(await Pet.filter(ownerships__client_id=olga.id).first() or await a_pet(), 0, Target.LEPTOSPIROSIS)
    found = await outlook(world)
    assert (found.pets, found.overdue, found.due_within) == (9, 2, {30: 3, 90: 5, 365: 7})


async def test_the_examples_are_of_different_pets_each_with_what_is_told_first(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    rex, milo = await a_pet(olga, name="Rex"), await a_pet(olga, name="Milo")
    for days, target in ((70, Target.RABIES), (40, Target.LEPTOSPIROSIS), (90, Target.LYME)):
        await due(rex, days, target)
    await due(milo, 60)
    found = await outlook(world)
    assert (found.pets, found.due_within[90]) == (2, 4)
    assert [(each.pet_id, each.due_on) for each in found.examples] == [
        (rex.id, TODAY + 40 * DAY),
        (milo.id, TODAY + 60 * DAY),
    ]


async def test_each_pet_counts_for_a_letter_or_for_why_somebody_has_to_be_called(database):
    world = await a_world()
    olga, nora = await somebody("Olga Stern"), await a_client("Nora Lund")
    empty, dead = await somebody("Ida Blom"), await somebody("Rosa Falk")
    await ClientEmail.filter(client_id=empty.id).delete()
    await an_undeliverable_address("rosa.falk@home.example")
    for owners in ((olga,), (olga, nora), (nora,), (nora, empty, dead), (empty,), (empty, dead), (dead,)):
        await due(await a_pet(*owners), 200)
    found = await outlook(world)
    assert (found.pets, found.by_letter) == (7, 2)
    assert found.by_phone == {
        NoticeReason.NO_CONSENT: 2,
        NoticeReason.NO_ADDRESS: 2,
        NoticeReason.ADDRESS_UNDELIVERABLE: 1,
    }
    told = next(each for each in found.examples if len(each.told) == len(each.to_call) == 1)
    assert (told.told, told.to_call) == ([olga.id], [nora.id])


async def test_who_has_died_or_belongs_to_nobody_who_may_see_it_does_not_count(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    await due(await a_pet(olga, died_on=TODAY), 0)
    sold, hidden = await a_pet(olga), await a_pet(await a_client("Ben Castro"))
    await Ownership.filter(pet_id=sold.id).update(ends_on=TODAY)
    await Ownership.filter(pet_id=hidden.id).delete()
    await an_ownership(hidden, olga, rights=EVERY_RIGHT - {Right.VIEW})
    await due(sold, 0)
    await due(hidden, 0)
    assert (await outlook(world)).pets == 0


async def test_a_rule_is_for_the_pets_that_it_says(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    dog = await due(await a_pet(olga, born_on=date(2020, 3, 2), born_precision=DatePrecision.DAY), 0)
    await due(await a_pet(olga, species=Species.CAT), 0, Target.PANLEUKOPENIA)
    for terms, count in (
        (DOSES, 2),
        (replace(DOSES, species=(Species.CAT,)), 1),
        (replace(DOSES, targets=(Target.RABIES,)), 1),
        (replace(DOSES, from_age_months=72, until_age_months=73), 1),
        (replace(DOSES, from_age_months=73), 0),
        (replace(DOSES, until_age_months=72), 0),
        (replace(DOSES, location_id=world.location.id), 2),
    ):
        assert (await outlook(world, terms)).pets == count, terms
    check = replace(DOSES, first_age_months=84, service_ids=(world.service.id,))
    senior = await outlook(world, check, RuleKind.AGE)
    assert (senior.pets, senior.due_within) == (1, {30: 0, 90: 0, 365: 1})
    assert (senior.examples[0].pet_id, senior.examples[0].due_on) == (dog.id, date(2027, 3, 2))


async def test_the_letters_of_the_first_day_are_those_that_go_out_when_it_is_switched_on(database):
    """Whatever the forecast promises is what planning and deciding then do."""
    world = await a_world()
    olga, rita = await somebody("Olga Stern"), await somebody("Rita Stern", email="olga.stern@home.example")
    nora, paul, late, far = [await somebody(name) for name in ("Nora Lund", "Paul Key", "Lea Late", "Fay Far")]
    ben = await a_client("Ben Castro")
    await due(await a_pet(olga), 5)  # 7 days before was two days ago
    await due(await a_pet(olga, nora), 36)  # 30 days before is in six days: she is told at once, and so is Nora
    await due(await a_pet(rita), 0)  # the same mailbox as Olga's
    await due(await a_pet(paul), -14)
    await due(await a_pet(late), -29)  # 14 days after is more than 14 days ago
    await due(await a_pet(far), 38)
    await due(await a_pet(ben), 0)
    booked = await due(await a_pet(await somebody("Bea Booked")), 7)
    await a_booking(booked, starts_at=NOW + 9 * DAY, service=world.service)
    terms = replace(DOSES, service_ids=(world.service.id,))

    found = await outlook(world, terms)

    assert (found.pets, found.booked, found.first_letters) == (8, 1, 3)
    assert [((each.due_on - TODAY).days, len(each.told), len(each.to_call)) for each in found.examples] == [
        (5, 1, 0),
        (-14, 1, 0),
        (0, 1, 0),
        (0, 0, 1),
        (36, 2, 0),
        (38, 1, 0),
        (-29, 0, 0),
        (7, 0, 0),
    ]
    assert {each.why for each in found.examples if each.due_on == TODAY} == {"In 0 days."}
    new = NewRule("Doses", RuleKind.VACCINATION, terms)
    rule_id = await reminder_rules.add(world.manager.viewer, new, key="1", now=NOW)
    await reminder_rules.switch_on(world.manager.viewer, rule_id, key="2", now=NOW)
    decision = await decided(NOW)
    assert decision.letters == found.first_letters
    told = [each.to_address for each in await letters()]
    assert sorted(told) == ["nora.lund@home.example", "olga.stern@home.example", "paul.key@home.example"]
    assert await reminder_forecasts.of_rule(world.manager.viewer, rule_id, now=NOW) == found


async def test_a_forecast_of_a_rule_goes_by_the_version_in_force(database):
    world = await a_world()
    await due(await a_pet(await somebody("Olga Stern"), species=Species.CAT), 20)
    rule = await a_rule(is_on=False, species=[Species.DOG])
    boss = world.manager.viewer
    assert (await reminder_forecasts.of_rule(boss, rule.id, now=NOW)).pets == 0
    await reminder_rules.amend(boss, rule.id, RuleChanges(species=()), key="1", now=NOW)
    assert (await reminder_forecasts.of_rule(boss, rule.id, now=NOW)).pets == 1
    with pytest.raises(NotFound):
        await reminder_forecasts.of_rule(boss, uuid7(), now=NOW)


async def test_a_visit_counts_as_booked_while_it_is_for_what_is_due(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    other = await a_service("Other")
    terms = replace(DOSES, service_ids=(world.service.id,))
    cases: list[tuple[int, dict[str, Any], bool]] = [
        (0, {"starts_at": NOW + 60 * DAY}, True),
        (0, {"starts_at": NOW + 61 * DAY}, False),
        (-100, {"starts_at": NOW + 60 * DAY}, True),
        (100, {"starts_at": NOW + 160 * DAY}, True),
        (100, {"starts_at": NOW + 40 * DAY}, True),
        (100, {"starts_at": NOW + 39 * DAY}, False),
        (0, {"starts_at": NOW + DAY, "service": other}, False),
        (0, {"starts_at": NOW + DAY, "status": Status.CANCELLED}, False),
        (0, {"starts_at": NOW - 23 * AN_HOUR}, True),
        (0, {"starts_at": NOW - 25 * AN_HOUR}, False),
    ]
    for days, more, is_booked in cases:
        pet = await due(await a_pet(olga), days)
        visit = await a_booking(pet, **{"service": world.service, **more})
        assert (await outlook(world, terms)).booked == is_booked, (days, more)
        await BusyTime.filter(appointment_id=visit.id).delete()
        await Pet.filter(id=pet.id).update(died_on=TODAY)


async def test_what_makes_no_sense_or_is_not_there_is_refused(database):
    world = await a_world()
    for terms, refusal in (
        (replace(DOSES, steps=(0, -7)), InvalidInput),
        (replace(DOSES, service_ids=(uuid7(),)), NotFound),
        (replace(DOSES, location_id=uuid7()), NotFound),
    ):
        with pytest.raises(refusal):
            await outlook(world, terms)


async def test_a_forecast_writes_nothing(database):
    world, olga = await a_world(), await somebody("Olga Stern")
    for days in range(12):
        await due(await a_pet(olga), days)
    rule = await a_rule()
    before = await how_many_rows()
    assert len((await outlook(world)).examples) == 10
    assert (await reminder_forecasts.of_rule(world.manager.viewer, rule.id, now=NOW)).pets == 12
    assert await how_many_rows() == before
    assert await events() == []


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        (RuleKind.VACCINATION, DOSES),
        (RuleKind.TREATMENT_STEP, DOSES),
        (RuleKind.PRESCRIPTION_REPEAT, DOSES),
        (RuleKind.SERVICE_INTERVAL, replace(DOSES, every_months=12, first_age_months=12)),
        (RuleKind.AGE, replace(DOSES, first_age_months=12)),
    ],
)
async def test_a_forecast_for_fifty_pets_takes_as_many_statements_as_for_one(database, kind, terms):
    world, counts = await a_world(), []
    terms = replace(terms, service_ids=(world.service.id,))
    for more in (1, 49):
        for number in range(more):
            pet = await a_pet(await somebody(f"Olga Stern{more}x{number}"), **BORN)
            await due(pet, number)
        with counted() as statements:
            await outlook(world, terms, kind)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 20
