"""Registering and amending pets."""

from datetime import date, timedelta

import pytest

from models import EventKind, Ownership, Pet, Right, Sex, Species
from models.pet import DatePrecision
from models.refusal import (
    AlreadyAnOwner,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    LastPayer,
    NotFound,
    SharesMustSumTo100,
)
from models.row import uuid7
from resolvers import pets
from resolvers.pets import PetChanges, PetOwner, PetRegistration
from resolvers.viewer import Viewer
from tests.found import events, found, last_event
from tests.world import NOW, TODAY, a_client, a_pet, a_vet, an_owner, an_ownership, how_many_rows

pytestmark = pytest.mark.anyio

CHIP = "276 0982 1234 5678"


def a_cat(*owners, **more):
    return PetRegistration(**{"name": "Mimi", "species": Species.CAT, "owners": owners} | more)


async def terms(pet_id):
    return {
        one.client_id: (one.share, one.rights, one.starts_on, one.ends_on)
        for one in await Ownership.filter(pet_id=pet_id)
    }


# Registering


async def test_a_vet_registers_a_pet_with_its_owner(database):
    vet, olga = await a_vet(), await a_client()

    pet_id = await pets.register(
        vet.viewer,
        a_cat(
            PetOwner(olga.id),
            breed="Maine Coon",
            sex=Sex.FEMALE,
            neutered=True,
            born_on=date(2020, 5, 1),
            born_precision=DatePrecision.MONTH,
            colour="red tabby",
            microchip=CHIP,
            alerts=("Bites", "Diabetic", "Bites"),
            tags=("indoor",),
        ),
        key="k1",
        now=NOW,
    )

    mimi = await Pet.get(id=pet_id)
    assert (mimi.name, mimi.fold, mimi.species, mimi.sex, mimi.neutered) == (
        "Mimi",
        "mimi",
        Species.CAT,
        Sex.FEMALE,
        True,
    )
    assert (mimi.born_on, mimi.born_precision) == (date(2020, 5, 1), DatePrecision.MONTH)
    assert (mimi.microchip, list(mimi.alerts), list(mimi.tags)) == (
        "276098212345678",
        ["Bites", "Diabetic"],
        ["indoor"],
    )
    assert (mimi.died_on, mimi.created_at) == (None, NOW)
    assert await terms(pet_id) == {olga.id: (100, frozenset(Right), TODAY, None)}
    event, _ = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.PET_REGISTERED, pet_id)


async def test_co_owners_come_with_their_rights_and_shares(database):
    vet, olga, paul, rita = await a_vet(), await a_client(), await a_client(), await a_client()

    owners = (
        PetOwner(olga.id, share=60),
        PetOwner(paul.id, frozenset({Right.PAY, Right.VIEW}), 40),
        PetOwner(rita.id, frozenset({Right.VIEW})),
    )
    pet_id = await pets.register(vet.viewer, a_cat(*owners), key="k1", now=NOW)

    assert {client: (share, rights) for client, (share, rights, *_) in (await terms(pet_id)).items()} == {
        olga.id: (60, frozenset(Right)),
        paul.id: (40, frozenset({Right.PAY, Right.VIEW})),
        rita.id: (0, frozenset({Right.VIEW})),
    }


async def test_without_shares_the_first_owner_who_may_pay_pays_for_everything(database):
    vet, olga, paul = await a_vet(), await a_client(), await a_client()

    owners = (PetOwner(olga.id, frozenset({Right.VIEW})), PetOwner(paul.id))
    pet_id = await pets.register(vet.viewer, a_cat(*owners), key="k1", now=NOW)

    assert {client: share for client, (share, *_) in (await terms(pet_id)).items()} == {olga.id: 0, paul.id: 100}


async def test_an_owner_registers_her_own_pet_and_sees_it(database):
    olga, stranger = await an_owner(), await an_owner()

    pet_id = await pets.register(olga.viewer, a_cat(), key="k1", now=NOW)

    assert await terms(pet_id) == {olga.id: (100, frozenset(Right), TODAY, None)}
    assert [pet.id for pet in await found(pets.mine(olga.viewer))] == [pet_id]
    assert await found(pets.mine(stranger.viewer)) == []


@pytest.mark.parametrize("more", [{"alerts": ("Bites",)}, {"tags": ("vip",)}, {"owners": (PetOwner(uuid7()),)}])
async def test_owners_alerts_and_tags_are_for_the_staff_to_say(database, more):
    olga = await an_owner()
    before = await how_many_rows()

    with pytest.raises(InvalidInput):
        await pets.register(olga.viewer, a_cat(**more), key="k1", now=NOW)
    assert await how_many_rows() == before


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "R\x07x"}, ("name",)),
        ({"breed": "B" * 201}, ("breed",)),
        ({"microchip": "12345"}, ("microchip",)),
        ({"microchip": "9" * 10_000_000}, ("microchip",)),
        ({"microchip": "٢٧٦٠٩٨٢١٢٣٤٥٦٧٨"}, ("microchip",)),
        ({"born_on": date(2020, 5, 1)}, ("bornPrecision",)),
        ({"born_precision": DatePrecision.DAY}, ("bornPrecision",)),
        ({"born_on": TODAY + timedelta(days=2), "born_precision": DatePrecision.DAY}, ("bornOn",)),
        ({"alerts": ["a"] * 21}, ("alerts",)),
        ({"tags": ("good", " ")}, ("tags", "1")),
        ({"owners": ()}, ("owners",)),
    ],
)
async def test_a_pet_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    vet, olga = await a_vet(), await a_client()
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await pets.register(vet.viewer, a_cat(**{"owners": (PetOwner(olga.id),)} | wrong), key="k1", now=NOW)

    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_a_pet_born_today_where_the_day_begins_first_can_be_registered(database):
    olga = await an_owner()

    tomorrow_in_utc = a_cat(born_on=TODAY + timedelta(days=1), born_precision=DatePrecision.DAY)
    pet_id = await pets.register(olga.viewer, tomorrow_in_utc, key="k1", now=NOW)
    assert (await Pet.get(id=pet_id)).born_on == TODAY + timedelta(days=1)


async def test_the_shares_of_a_new_pet_must_make_a_whole(database):
    vet, olga, paul = await a_vet(), await a_client(), await a_client()
    only_view = frozenset({Right.VIEW})
    before = await how_many_rows()

    for refusal, owners in (
        (SharesMustSumTo100, (PetOwner(olga.id, share=60), PetOwner(paul.id, share=30))),
        (SharesMustSumTo100, (PetOwner(olga.id, share=99),)),
        (LastPayer, (PetOwner(olga.id, share=0),)),
        (LastPayer, (PetOwner(olga.id, only_view),)),
        (InvalidInput, (PetOwner(olga.id, share=101), PetOwner(paul.id, share=-1))),
        (InvalidInput, (PetOwner(olga.id, only_view, 100),)),
        (AlreadyAnOwner, (PetOwner(olga.id, share=50), PetOwner(olga.id, share=50))),
        (NotFound, (PetOwner(olga.id, share=50), PetOwner(uuid7(), share=50))),
        (NotFound, (PetOwner(None),)),
    ):
        with pytest.raises(refusal) as refused:
            await pets.register(vet.viewer, a_cat(*owners), key="k1", now=NOW)
        assert refused.value.path == ("owners",)
    assert await how_many_rows() == before


async def test_a_pet_is_registered_once_however_often_it_is_sent(database):
    olga = await an_owner()

    first = await pets.register(olga.viewer, a_cat(), key="k1", now=NOW)

    assert await pets.register(olga.viewer, a_cat(), key="k1", now=NOW) == first
    with pytest.raises(IdempotencyKeyReused):
        await pets.register(olga.viewer, a_cat(name="Momo"), key="k1", now=NOW)
    assert await Pet.all().count() == 1
    assert await events() == ["PET_REGISTERED"]


# Amending


async def test_only_what_is_given_of_a_pet_changes(database):
    vet = await a_vet()
    rex = await a_pet(await a_client(), name="Rex", breed="Pug", neutered=False, alerts=["Bites"])

    await pets.amend(vet.viewer, rex.id, PetChanges(name="Rexi", neutered=None, alerts=()), key="k1", now=NOW)

    row = await Pet.get(id=rex.id)
    assert (row.name, row.fold, row.breed, row.neutered, list(row.alerts)) == ("Rexi", "rexi", "Pug", None, [])
    event, detail = await last_event()
    assert (event.kind, list(event.changed)) == (EventKind.PET_AMENDED, ["alerts", "fold", "name", "neutered"])
    assert '"before": {"alerts": ["Bites"]' in detail


async def test_a_birth_date_and_its_precision_stay_together(database):
    vet, olga = await a_vet(), await a_client()
    rex = await a_pet(olga, born_on=date(2020, 5, 1), born_precision=DatePrecision.YEAR)
    before = await how_many_rows()

    for wrong in (PetChanges(born_precision=None), PetChanges(born_on=None)):
        with pytest.raises(InvalidInput) as refused:
            await pets.amend(vet.viewer, rex.id, wrong, key="k1", now=NOW)
        assert refused.value.path == ("bornPrecision",)
    assert await how_many_rows() == before

    await pets.amend(vet.viewer, rex.id, PetChanges(born_on=date(2020, 6, 2)), key="k1", now=NOW)
    assert (await Pet.get(id=rex.id)).born_precision is DatePrecision.YEAR
    await pets.amend(vet.viewer, rex.id, PetChanges(born_on=None, born_precision=None), key="k2", now=NOW)
    assert (await Pet.get(id=rex.id)).born_on is None


async def test_a_pet_was_not_born_after_it_died(database):
    vet = await a_vet()
    rex = await a_pet(await a_client(), died_on=date(2026, 1, 5))
    before = await how_many_rows()

    late = PetChanges(born_on=date(2026, 1, 6), born_precision=DatePrecision.DAY)
    with pytest.raises(InvalidInput) as refused:
        await pets.amend(vet.viewer, rex.id, late, key="k1", now=NOW)

    assert refused.value.path == ("bornOn",)
    assert await how_many_rows() == before


async def test_an_owner_amends_no_pet_and_nobody_amends_one_that_does_not_exist(database):
    olga, vet = await an_owner(), await a_vet()
    rex = await a_pet(olga)
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await pets.amend(olga.viewer, rex.id, PetChanges(name="X"), key="k1", now=NOW)
    for nothing in (uuid7(), None):
        with pytest.raises(NotFound) as refused:
            await pets.amend(vet.viewer, nothing, PetChanges(name="X"), key="k1", now=NOW)
        assert refused.value.path == ("petId",)
    assert await how_many_rows() == before


# Reading


async def test_mine_are_the_pets_she_owns_now_with_the_right_to_see_them(database):
    olga, paul = await an_owner(), await an_owner()
    luna, bello = await a_pet(olga, name="Luna"), await a_pet(paul, olga, name="Bello")
    sold, hidden = await a_pet(paul, name="Sold"), await a_pet(paul, name="Hidden")
    await an_ownership(sold, olga, ends_on=date(2026, 1, 1))
    await an_ownership(hidden, olga, rights=frozenset({Right.BOOK}))

    assert [pet.id for pet in await found(pets.mine(olga.viewer))] == [bello.id, luna.id]
    assert [pet.id for pet in await found(pets.one(olga.viewer, luna.id))] == [luna.id]
    assert await found(pets.one(olga.viewer, sold.id)) == []
    assert await found(pets.one(olga.viewer, hidden.id)) == []
    assert await found(pets.one(Viewer.anyone(), luna.id)) == []
    assert await found(pets.mine((await a_vet()).viewer)) == []


async def test_the_staff_see_every_pet_by_name(database):
    vet, olga, paul = await a_vet(), await an_owner(), await an_owner()
    luna, bello = await a_pet(olga, name="Luna"), await a_pet(paul, name="bello")

    assert [pet.id for pet in await found(pets.listed(vet.viewer))] == [bello.id, luna.id]
    assert [pet.id for pet in await found(pets.listed(olga.viewer))] == [luna.id]
