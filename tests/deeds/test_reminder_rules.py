"""Reminder rules: kept as versions by those who answer for the whole practice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from models import (
    Event,
    EventKind,
    Location,
    ReminderRule,
    ReminderRuleService,
    ReminderRuleVersion,
    RuleKind,
    Service,
    Species,
    Target,
)
from models.refusal import IdempotencyKeyReused, InvalidInput, LocationClosed, NotFound, Refusal
from models.row import uuid7
from models.rule_terms import Terms
from resolvers import reminder_rules, services
from resolvers.reminder_rules import NewRule, RuleChanges
from resolvers.services import ServiceChanges
from tests.found import events, last_event
from tests.world import (
    NOW,
    TODAY,
    a_location,
    a_manager,
    a_rule,
    a_rule_version,
    a_service,
    a_world,
    how_many_rows,
    the_version,
)

CHECK = Terms(steps=(-30, -7, 0, 14), every_months=12)
DOSES = Terms(steps=(-30, 0))
ONE = uuid7()


async def add(manager: Any, kind: RuleKind = RuleKind.VACCINATION, terms: Terms = DOSES, **more: Any) -> ReminderRule:
    """A rule that this manager adds."""
    given: dict[str, Any] = {"name": "Doses", "key": "add", **more}
    rule = NewRule(given["name"], kind, terms)
    return await ReminderRule.get(id=await reminder_rules.add(manager.viewer, rule, key=given["key"], now=NOW))


async def test_a_rule_is_off_at_first_and_its_first_version_says_what_it_does(database):
    manager, place = await a_manager(), await a_location()
    check, heart = await a_service("Senior check"), await a_service("Heart check")
    terms = Terms(
        species=(Species.CAT, Species.DOG, Species.CAT),
        from_age_months=84,
        every_months=12,
        first_age_months=84,
        called=(("en", " senior check "), ("de", "Seniorencheck")),
        steps=(-14, 0, 21),
        location_id=place.id,
        service_ids=(check.id, heart.id),
    )

    rule = await add(manager, RuleKind.SERVICE_INTERVAL, terms, name=" Élan check ")

    assert (rule.name, rule.fold, rule.kind) == ("Élan check", "elan check", RuleKind.SERVICE_INTERVAL)
    assert (rule.is_on, rule.switched_at, rule.version, rule.created_at) == (False, None, 1, NOW)
    version, said = await reminder_rules.terms_of(rule)
    assert (version.number, version.made_at, version.made_by_id) == (1, NOW, manager.id)
    called = (("de", "Seniorencheck"), ("en", "senior check"))
    assert said == replace(terms, species=(Species.DOG, Species.CAT), called=called)
    assert [list(version.species), list(version.steps)] == [["DOG", "CAT"], [-14, 0, 21]]
    event, detail = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (EventKind.REMINDER_RULE_ADDED, rule.id, None)
    after = json.loads(detail)["after"]
    assert (after["steps"], after["service_ids"]) == ([-14, 0, 21], [str(check.id), str(heart.id)])


async def test_a_rule_that_is_sent_twice_is_added_once(database):
    manager = await a_manager()
    first = await add(manager)
    assert (await add(manager)).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        await add(manager, terms=replace(DOSES, steps=(0,)))
    assert await ReminderRule.all().count() == await ReminderRuleVersion.all().count() == 1
    assert await events() == ["REMINDER_RULE_ADDED"]


@pytest.mark.parametrize(
    ("kind", "terms", "path"),
    [
        ("VACCINATION", replace(DOSES, steps=()), "steps"),
        ("VACCINATION", replace(DOSES, steps=tuple(range(0, 27, 3))), "steps"),
        ("VACCINATION", replace(DOSES, steps=(0, -7)), "steps"),
        ("VACCINATION", replace(DOSES, steps=(0, 0)), "steps"),
        ("VACCINATION", replace(DOSES, steps=(0, 2)), "steps"),
        ("VACCINATION", replace(DOSES, steps=(-367, 0)), "steps"),
        ("VACCINATION", replace(DOSES, steps=(0, 367)), "steps"),
        ("VACCINATION", replace(DOSES, every_months=12), "everyMonths"),
        ("VACCINATION", replace(DOSES, first_age_months=12), "firstAgeMonths"),
        ("VACCINATION", replace(DOSES, from_age_months=-1), "fromAgeMonths"),
        ("VACCINATION", replace(DOSES, from_age_months=1201), "fromAgeMonths"),
        ("VACCINATION", replace(DOSES, until_age_months=0), "untilAgeMonths"),
        ("VACCINATION", replace(DOSES, from_age_months=12, until_age_months=12), "untilAgeMonths"),
        ("VACCINATION", replace(DOSES, called=(("xx", "doses"),)), "called"),
        ("VACCINATION", replace(DOSES, called=(("en", "dose"), ("en", "doses"))), "called"),
        ("VACCINATION", replace(DOSES, called=(("en", " "),)), "called"),
        ("VACCINATION", replace(DOSES, called=(("en", "x" * 101),)), "called"),
        ("VACCINATION", replace(DOSES, service_ids=(ONE, ONE)), "serviceIds"),
        ("VACCINATION", replace(DOSES, service_ids=tuple(uuid7() for _ in range(21))), "serviceIds"),
        ("TREATMENT_STEP", replace(DOSES, targets=(Target.RABIES,)), "targets"),
        ("TREATMENT_STEP", replace(DOSES, every_months=1), "everyMonths"),
        ("PRESCRIPTION_REPEAT", replace(DOSES, targets=(Target.RABIES,)), "targets"),
        ("PRESCRIPTION_REPEAT", replace(DOSES, first_age_months=1), "firstAgeMonths"),
        ("SERVICE_INTERVAL", replace(CHECK, every_months=None, service_ids=(ONE,)), "everyMonths"),
        ("SERVICE_INTERVAL", replace(CHECK, every_months=0, service_ids=(ONE,)), "everyMonths"),
        ("SERVICE_INTERVAL", replace(CHECK, every_months=121, service_ids=(ONE,)), "everyMonths"),
        ("SERVICE_INTERVAL", replace(CHECK, first_age_months=0, service_ids=(ONE,)), "firstAgeMonths"),
        ("SERVICE_INTERVAL", CHECK, "serviceIds"),
        ("SERVICE_INTERVAL", replace(CHECK, targets=(Target.RABIES,), service_ids=(ONE,)), "targets"),
        ("AGE", replace(DOSES, service_ids=(ONE,)), "firstAgeMonths"),
        ("AGE", replace(DOSES, first_age_months=84), "serviceIds"),
        ("AGE", replace(CHECK, first_age_months=84, service_ids=(ONE,)), "everyMonths"),
        ("AGE", replace(DOSES, first_age_months=6, from_age_months=7, service_ids=(ONE,)), "firstAgeMonths"),
        ("AGE", replace(DOSES, first_age_months=7, until_age_months=7, service_ids=(ONE,)), "firstAgeMonths"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_and_nothing_is_written(database, kind, terms, path):
    manager = await a_manager()
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await add(manager, RuleKind(kind), terms)
    assert refused.value.path == (path,)
    assert await how_many_rows() == before


async def test_a_rule_wants_a_name(database):
    manager = await a_manager()
    with pytest.raises(InvalidInput) as refused:
        await add(manager, name=" ")
    assert refused.value.path == ("name",)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("VACCINATION", replace(DOSES, targets=(Target.RABIES,), from_age_months=0, until_age_months=1)),
        ("VACCINATION", replace(DOSES, steps=(-366, -363, 363, 366))),
        ("VACCINATION", replace(DOSES, steps=(0, 3, 6, 9, 12, 15, 18, 21))),
        ("TREATMENT_STEP", DOSES),
        ("PRESCRIPTION_REPEAT", replace(DOSES, steps=(-7,))),
        ("SERVICE_INTERVAL", replace(CHECK, every_months=120)),
        ("AGE", replace(DOSES, first_age_months=84, from_age_months=84, until_age_months=85)),
    ],
)
async def test_each_kind_of_rule_is_kept_as_it_was_said(database, kind, terms):
    manager, check = await a_manager(), await a_service("Check")
    terms = replace(terms, service_ids=(check.id,))
    rule = await add(manager, RuleKind(kind), terms)
    assert (await reminder_rules.terms_of(rule))[1] == terms


async def test_what_a_rule_names_has_to_be_there_open_offered_and_no_farewell(database):
    manager, hill = await a_manager(), await a_location("Hill", closed_on=TODAY)
    gone, quiet = await a_service("Old", is_offered=False), await a_service("Farewell", is_farewell=True)
    before = await how_many_rows()
    for terms, refusal, path, words in (
        (replace(DOSES, service_ids=(uuid7(),)), NotFound, "serviceIds", ""),
        (replace(DOSES, location_id=uuid7()), NotFound, "locationId", ""),
        (replace(DOSES, location_id=hill.id), LocationClosed, "locationId", ""),
        (replace(DOSES, service_ids=(gone.id,)), InvalidInput, "serviceIds", "“Old” is not offered any more"),
        (replace(DOSES, service_ids=(quiet.id,)), InvalidInput, "serviceIds", "Nobody is reminded of a farewell"),
    ):
        with pytest.raises(Refusal) as refused:
            await add(manager, terms=terms)
        assert (type(refused.value), refused.value.path) == (refusal, (path,))
        assert words in refused.value.message
    assert await how_many_rows() == before
    await Location.filter(id=hill.id).update(closed_on=date(2030, 1, 1))
    assert (await add(manager, terms=replace(DOSES, location_id=hill.id))).version == 1


# Amending


async def test_an_amended_rule_gets_a_new_version_and_the_one_before_stays(database):
    manager, check = await a_manager(), await a_service("Check")
    other = await a_service("Other")
    rule = await add(manager, RuleKind.SERVICE_INTERVAL, replace(CHECK, service_ids=(check.id,)))
    first = await the_version(rule)

    changes = RuleChanges(every_months=6, service_ids=(other.id, check.id), called=(("en", "check"),))
    assert await reminder_rules.amend(manager.viewer, rule.id, changes, key="1", now=NOW) == rule.id
    assert await reminder_rules.amend(manager.viewer, rule.id, changes, key="1", now=NOW) == rule.id

    rule = await ReminderRule.get(id=rule.id)
    version, terms = await reminder_rules.terms_of(rule)
    assert (rule.version, rule.name, rule.is_on, version.number) == (2, "Doses", False, 2)
    said = replace(CHECK, every_months=6, service_ids=(other.id, check.id), called=(("en", "check"),))
    assert terms == said
    kept = await ReminderRuleVersion.get(id=first.id)
    assert (kept.number, kept.every_months, kept.called) == (1, 12, "{}")
    assert [each.service_id for each in await ReminderRuleService.filter(version_id=first.id)] == [check.id]
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.REMINDER_RULE_AMENDED, rule.id)
    assert list(event.changed) == ["called", "every_months", "service_ids", "version"]
    told = json.loads(detail)
    assert [(told[when]["every_months"], told[when]["version"]) for when in ("before", "after")] == [(12, 1), (6, 2)]


async def test_what_changes_nothing_makes_no_version_and_no_event(database):
    manager, check = await a_manager(), await a_service("Check")
    terms = replace(CHECK, service_ids=(check.id,), called=(("en", "check"),), species=(Species.DOG, Species.CAT))
    rule = await add(manager, RuleKind.SERVICE_INTERVAL, terms)
    for number, changes in enumerate(
        (
            RuleChanges(),
            RuleChanges(name=" Doses ", steps=CHECK.steps, every_months=12, targets=(), location_id=None),
            RuleChanges(species=(Species.CAT, Species.DOG, Species.DOG), called=(("en", " check "),)),
        )
    ):
        await reminder_rules.amend(manager.viewer, rule.id, changes, key=f"{number}", now=NOW)
    assert (await ReminderRule.get(id=rule.id)).version == await ReminderRuleVersion.all().count() == 1
    assert await events() == ["REMINDER_RULE_ADDED"]


async def test_a_new_name_alone_needs_no_version(database):
    manager = await a_manager()
    rule = await add(manager)
    await reminder_rules.amend(manager.viewer, rule.id, RuleChanges(name="Élan"), key="1", now=NOW)
    rule = await ReminderRule.get(id=rule.id)
    assert (rule.name, rule.fold, rule.version) == ("Élan", "elan", 1)
    event, _ = await last_event()
    assert list(event.changed) == ["fold", "name"]


@pytest.mark.parametrize(
    ("changes", "refusal", "path"),
    [
        (RuleChanges(steps=()), InvalidInput, "steps"),
        (RuleChanges(name=""), InvalidInput, "name"),
        (RuleChanges(service_ids=()), InvalidInput, "serviceIds"),
        (RuleChanges(every_months=None), InvalidInput, "everyMonths"),
        (RuleChanges(targets=(Target.RABIES,)), InvalidInput, "targets"),
        (RuleChanges(first_age_months=12, until_age_months=12), InvalidInput, "firstAgeMonths"),
        (RuleChanges(service_ids=(ONE,)), NotFound, "serviceIds"),
        (RuleChanges(location_id=ONE), NotFound, "locationId"),
    ],
)
async def test_an_amendment_is_checked_with_all_that_stays(database, changes, refusal, path):
    manager, check = await a_manager(), await a_service("Check")
    rule = await add(manager, RuleKind.SERVICE_INTERVAL, replace(CHECK, service_ids=(check.id,)))
    before = await how_many_rows()
    with pytest.raises(Refusal) as refused:
        await reminder_rules.amend(manager.viewer, rule.id, changes, key="1", now=NOW)
    assert (type(refused.value), refused.value.path) == (refusal, (path,))
    assert await how_many_rows() == before
    assert (await ReminderRule.get(id=rule.id)).version == 1


async def test_a_rule_that_is_not_there_is_neither_amended_nor_switched(database):
    manager = await a_manager()
    for rule_id in (uuid7(), None):
        for deed in (
            lambda unknown: reminder_rules.amend(manager.viewer, unknown, RuleChanges(steps=(0,)), key="1", now=NOW),
            lambda unknown: reminder_rules.switch_on(manager.viewer, unknown, key="1", now=NOW),
            lambda unknown: reminder_rules.switch_off(manager.viewer, unknown, key="1", now=NOW),
        ):
            with pytest.raises(NotFound) as refused:
                await deed(rule_id)
            assert refused.value.path == ("ruleId",)


async def test_the_database_itself_keeps_every_version(database):
    rule = await a_rule(services=(await a_service("Check"),))
    version = await the_version(rule)
    for change in (
        ReminderRuleVersion.filter(id=version.id).update(steps=[0]),
        ReminderRuleService.filter(version_id=version.id).update(position=1),
    ):
        with pytest.raises((IntegrityError, OperationalError)):
            await change


# Switching


async def test_a_rule_is_switched_on_and_off_and_each_is_told_once(database):
    manager = await a_manager()
    rule = await add(manager)
    viewer = manager.viewer
    for key, switch, is_on in (
        ("1", reminder_rules.switch_off, False),
        ("2", reminder_rules.switch_on, True),
        ("2", reminder_rules.switch_on, True),
        ("3", reminder_rules.switch_on, True),
        ("4", reminder_rules.switch_off, False),
        ("5", reminder_rules.switch_off, False),
    ):
        assert await switch(viewer, rule.id, key=key, now=NOW) == rule.id
        assert (await ReminderRule.get(id=rule.id)).is_on is is_on
    assert (await ReminderRule.get(id=rule.id)).switched_at == NOW
    assert await events() == ["REMINDER_RULE_ADDED", "REMINDER_RULE_SWITCHED_ON", "REMINDER_RULE_SWITCHED_OFF"]
    assert {each.subject_id for each in await Event.all()} == {rule.id}
    assert (await ReminderRule.get(id=rule.id)).version == 1


async def test_a_rule_is_not_switched_on_for_what_is_not_there_any_more(database):
    manager, place, check = await a_manager(), await a_location("Hill"), await a_service("Check")
    rule = await add(manager, terms=replace(DOSES, service_ids=(check.id,), location_id=place.id))
    await Service.filter(id=check.id).update(is_offered=False)
    with pytest.raises(InvalidInput) as refused:
        await reminder_rules.switch_on(manager.viewer, rule.id, key="1", now=NOW)
    assert refused.value.path == ("ruleId",)
    assert "“Check” is not offered" in refused.value.message
    await Service.filter(id=check.id).update(is_offered=True)
    await Location.filter(id=place.id).update(closed_on=TODAY)
    with pytest.raises(LocationClosed):
        await reminder_rules.switch_on(manager.viewer, rule.id, key="1", now=NOW)
    assert not (await ReminderRule.get(id=rule.id)).is_on
    assert await events() == ["REMINDER_RULE_ADDED"]


# Farewells


async def test_a_service_that_a_rule_names_does_not_become_a_farewell(database):
    world = await a_world()
    boss, check, other = world.manager.viewer, await a_service("Check"), await a_service("Other")
    rule = await a_rule("Seniors", services=(check, other))
    quiet = ServiceChanges(name="Quiet", is_farewell=True)
    for service in (check, other):
        with pytest.raises(InvalidInput) as refused:
            await services.amend(boss, service.id, quiet, key=f"{service.id}", now=NOW)
        assert refused.value.path == ("isFarewell",)
        assert "“Seniors”" in refused.value.message
    await a_rule_version(rule, services=(other,))
    await ReminderRule.filter(id=rule.id).update(version=2)
    await services.amend(boss, check.id, quiet, key="k", now=NOW)  # only the version before named it
    assert (await Service.get(id=check.id)).is_farewell
    await services.amend(boss, other.id, ServiceChanges(is_farewell=False, name="More"), key="k2", now=NOW)
