"""Who may say that a pet has died, what is told beforehand, and who is told what."""

from datetime import date, timedelta

import pytest

from models import Death, DeathEffect, Letter, Pet
from models.death import EndingKind
from models.ownership import Right
from models.pet import DatePrecision
from models.refusal import InvalidInput, NotFound, PetHasDied, RightNeeded
from models.row import uuid7
from resolvers import deaths, vaccinations_due
from resolvers.ended import Thing
from tests.found import last_event
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    TODAY,
    a_booking,
    a_letter,
    a_life,
    a_pet,
    a_record,
    a_vaccination,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio


async def test_an_owner_reports_a_death_herself_and_it_is_marked_so(database):
    world = await a_world()
    await a_life(world.pet)

    recorded = await deaths.record(world.owner.viewer, world.pet.id, TODAY, key="k", now=NOW)

    death = await Death.get(id=recorded.death_id)
    assert (death.pet_id, death.died_on, death.is_reported_by_owner) == (world.pet.id, TODAY, True)
    assert (death.recorded_by_account_id, death.recorded_at) == (world.owner.account.id, NOW)
    assert (await Pet.get(id=world.pet.id)).died_on == TODAY
    _, detail = await last_event()
    assert detail
    known = (await deaths.standing(world.receptionist.viewer, [world.pet.id]))[world.pet.id]
    assert (known.died_on, known.recorded_by, known.is_reported_by_owner) == (TODAY, "Olga Berg", True)


async def test_a_death_that_the_staff_record_is_theirs(database):
    world = await a_world()
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k", now=NOW)
    known = (await deaths.standing(world.owner.viewer, [world.pet.id]))[world.pet.id]
    assert (known.recorded_at, known.recorded_by, known.is_reported_by_owner) == (
        NOW,
        world.vet.staff.display_name,
        False,
    )


async def test_an_owner_needs_the_right_to_consent_and_whoever_does_not_see_the_pet_hears_of_none(database):
    world = await a_world()
    booker, blind, stranger = await an_owner(), await an_owner(), await an_owner()
    await an_ownership(world.pet, booker, rights=EVERY_RIGHT - {Right.CONSENT})
    await an_ownership(world.pet, blind, rights=EVERY_RIGHT - {Right.VIEW})
    await a_life(world.pet)
    before = await how_many_rows()
    for owner, refusal in ((booker, RightNeeded), (blind, NotFound), (stranger, NotFound)):
        for ask in (
            lambda viewer: deaths.preview(viewer, world.pet.id, TODAY, now=NOW),
            lambda viewer: deaths.record(viewer, world.pet.id, TODAY, key="k", now=NOW),
        ):
            with pytest.raises(refusal) as refused:
                await ask(owner.viewer)
            assert refused.value.path == ("petId",)
    assert await how_many_rows() == before
    assert (await Pet.get(id=world.pet.id)).died_on is None


async def test_an_owner_with_the_right_to_consent_alone_may(database):
    world = await a_world()
    carer = await an_owner()
    await an_ownership(world.pet, carer, rights=frozenset({Right.CONSENT, Right.VIEW}))
    await deaths.record(carer.viewer, world.pet.id, TODAY, key="k", now=NOW)
    assert (await Death.get()).is_reported_by_owner


async def test_a_preview_refuses_what_the_deed_refuses(database):
    world = await a_world()
    rex = await a_pet(world.owner, born_on=date(2026, 2, 1), born_precision=DatePrecision.DAY)
    for day in (TODAY + timedelta(days=2), date(2026, 1, 31)):
        with pytest.raises(InvalidInput):
            await deaths.preview(world.owner.viewer, rex.id, day, now=NOW)
    with pytest.raises(NotFound):
        await deaths.preview(world.vet.viewer, uuid7(), TODAY, now=NOW)
    await deaths.record(world.owner.viewer, rex.id, TODAY, key="k", now=NOW)
    with pytest.raises(PetHasDied):
        await deaths.preview(world.owner.viewer, rex.id, TODAY, now=NOW)


async def a_full_house(world):
    """Every kind of thing to come, twice, beside everything that stays."""
    await a_record(world.pet)
    await a_life(world.pet, times=2, is_reminded=True)
    await a_vaccination(world.pet)
    await vaccinations_due.work_out([world.pet.id], now=NOW)
    await a_booking(world.pet, starts_at=NOW - timedelta(days=2))  # nobody came
    await a_booking(world.pet, starts_at=NOW - timedelta(days=9))
    await a_life(await a_pet(world.owner, name="Mia"), starts_at=NOW + 5 * AN_HOUR)


@pytest.mark.parametrize("days", [0, 3, 12])
async def test_a_preview_and_the_deed_never_disagree(database, days):
    world = await a_world()
    await a_full_house(world)
    died_on = TODAY - timedelta(days=days)
    before = await how_many_rows()
    previewed = await deaths.preview(world.vet.viewer, world.pet.id, died_on, now=NOW)
    assert await deaths.preview(world.vet.viewer, world.pet.id, died_on, now=NOW) == previewed
    hers = await deaths.preview(world.owner.viewer, world.pet.id, died_on, now=NOW)
    assert [each.count for each in hers.others] == [each.count for each in previewed.others]
    assert await how_many_rows() == before

    recorded = await deaths.record(world.vet.viewer, world.pet.id, died_on, key="k", now=NOW)

    ended = await deaths.what_ended(world.vet.viewer, recorded.death_id)
    assert ended == previewed
    assert len(ended.appointment_ids) == {0: 2, 3: 3, 12: 4}[days]
    assert {each.kind for each in ended.others} == set(EndingKind) - {EndingKind.APPOINTMENT}
    told_with_others = ("busy_time", "reminder_notice")  # with an appointment, and with a letter
    effects = await DeathEffect.filter(death_id=recorded.death_id).exclude(subject_table__in=told_with_others)
    assert len(effects) == len(ended.appointment_ids) + sum(each.count for each in ended.others)


async def test_the_staff_are_told_everything_and_an_owner_what_is_hers(database):
    world = await a_world()
    paul = await an_owner("Paul Stone")
    await an_ownership(world.pet, paul)
    life = await a_life(world.pet)
    at = NOW + 3 * AN_HOUR
    await a_letter(await a_booking(world.pet, starts_at=at, client=paul), Letter.COMING_VISIT, not_before=at)
    await a_record(world.pet)  # with a plan of the practice's own

    async def told(viewer):
        ended = await deaths.preview(viewer, world.pet.id, TODAY, now=NOW)
        return {each.kind: (each.count, each.things) for each in ended.others}

    staff, owner = await told(world.vet.viewer), await told(world.owner.viewer)
    hers = Thing("APPOINTMENT_BOOKED", NOW, None, "Olga Berg")
    assert staff[EndingKind.LETTER] == (2, (hers, Thing("COMING_VISIT", at, None, "Paul Stone")))
    assert owner[EndingKind.LETTER] == (2, (hers,))
    titles = [thing.what for thing in owner[EndingKind.TREATMENT_PLAN][1]]
    assert (staff[EndingKind.TREATMENT_PLAN][0], titles) == (3, [life.plans[0].title, "Leg"])
    assert len(owner[EndingKind.TREATMENT_STEP][1]) == 2
    assert owner[EndingKind.PRESCRIPTION] == staff[EndingKind.PRESCRIPTION]


async def test_whoever_owned_the_pet_once_is_told_nothing_of_its_death(database):
    world = await a_world()
    former = await an_owner()
    await an_ownership(world.pet, former, ends_on=TODAY)
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k", now=NOW)
    assert await deaths.standing(former.viewer, [world.pet.id]) == {}
