"""Reception says which client an account belongs to, and takes it back when an address goes."""

import asyncio
import json

import pytest
from tortoise.transactions import in_transaction

from models import (
    Appointment,
    Client,
    ClientEmail,
    ClientWord,
    Event,
    EventDetail,
    EventKind,
    Message,
    Ownership,
    Right,
)
from models.refusal import AlreadyLinked, Forbidden, IdempotencyKeyReused, InvalidInput, NotFound, SignedOut
from models.row import uuid7
from resolvers import accounts, events, sessions
from resolvers.viewer import Audience, Viewer
from tests.doorkeeper import ANYONE
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_client,
    a_letter,
    a_manager,
    a_nurse,
    a_pet,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
async def lena(world):
    """She registered online."""
    return await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")


@pytest.fixture
async def known(world):
    """The same Lena, as reception has known her since long."""
    return await a_client("Lena Hoff-Meyer", email="lena@work.example")


async def link(who, account, client, *, key="k", now=NOW):
    return await accounts.link_account(
        who if isinstance(who, Viewer) else who.viewer, account and account.id, client and client.id, key=key, now=now
    )


async def the_viewer(owner):
    return await sessions.viewer_of(owner.viewer.session_id, owner.account.id, Audience.OWNER, now=NOW)


# Linking


async def test_what_she_made_moves_to_the_known_client_and_the_other_is_no_more(world, lena, known):
    minka = await a_pet(lena, name="Minka")
    visit = await a_booking(pet=minka, client=lena.client)
    letter = await a_letter(visit)
    assert await link(world.receptionist, lena.account, known) == lena.account.id

    viewer = await the_viewer(lena)
    assert (viewer.client_id, viewer.is_linked) == (known.id, True)
    assert (await Ownership.get(pet_id=minka.id)).client_id == known.id
    assert (await Appointment.get(id=visit.id)).client_id == known.id
    assert (await Message.get(id=letter.id)).client_id == known.id
    assert not await Client.exists(id=lena.id)
    assert not await ClientEmail.exists(client_id=lena.id)
    assert not await ClientWord.exists(client_id=lena.id)


async def test_her_proven_address_joins_those_of_the_known_client_and_finds_her(world, lena, known):
    await link(world.receptionist, lena.account, known)
    emails = await ClientEmail.filter(client_id=known.id).order_by("position")
    assert [(one.address, one.position) for one in emails] == [("lena@work.example", 0), ("lena@mail.example", 1)]
    assert await ClientWord.exists(client_id=known.id, kind="EMAIL", word="lena@mail.example")


async def test_an_address_that_the_known_client_has_already_is_not_added_twice(world, lena):
    known = await a_client("Lena Hoff-Meyer", email="Lena@Mail.example")
    await link(world.receptionist, lena.account, known)
    assert [one.address for one in await ClientEmail.filter(client_id=known.id)] == ["Lena@Mail.example"]
    assert await ClientWord.filter(client_id=known.id, kind="EMAIL").count() == 1


async def test_two_ownerships_of_one_pet_become_one_with_every_right_and_both_shares(world, lena, known):
    minka = await a_pet(known, name="Minka")
    kept = await Ownership.get(pet_id=minka.id)
    await Ownership.filter(id=kept.id).update(share=70, may_consent=False)
    rights = frozenset({Right.CONSENT, Right.PAY, Right.VIEW})
    await an_ownership(minka, lena, share=30, rights=rights, starts_on=TODAY.replace(year=2024))
    await link(world.receptionist, lena.account, known)
    one = await Ownership.get(pet_id=minka.id)
    assert (one.id, one.client_id, one.share, one.ends_on) == (kept.id, known.id, 100, None)
    assert one.rights == frozenset(Right)
    assert one.starts_on == TODAY.replace(year=2024)


async def test_past_ownerships_move_as_they_are(world, lena, known):
    minka = await a_pet(known, name="Minka")
    await an_ownership(minka, lena, ends_on=TODAY)
    await link(world.receptionist, lena.account, known)
    hers = await Ownership.filter(pet_id=minka.id, client_id=known.id).order_by("ends_on")
    assert sorted(one.ends_on is None for one in hers) == [False, True]


async def test_the_event_says_what_moved_so_that_it_could_be_moved_back(world, lena, known):
    minka = await a_pet(lena, name="Minka")
    visit = await a_booking(pet=minka, client=lena.client)
    await link(world.receptionist, lena.account, known)
    event = await Event.get(kind=EventKind.ACCOUNT_LINKED)
    assert (event.subject_id, event.account_id) == (lena.account.id, world.receptionist.account.id)
    assert json.loads((await EventDetail.get(number=event.number)).detail) == {
        "before": {"client_id": str(lena.id), "given_name": "Lena", "family_name": "Hoff"},
        "after": {"client_id": str(known.id), "pets": [str(minka.id)], "appointments": [str(visit.id)], "invoices": []},
    }


def test_everything_that_refers_to_a_client_is_thought_of():
    # Moved, merged, or gone with the client: whoever adds a table that refers to clients has to decide here.
    # What was invoiced to her or paid by her moves nowhere: then she stays.
    assert Client._meta.backward_fk_fields == {
        "accounts",
        "appointments",
        "client_accounts",
        "consents",
        "credit_notes",
        "email_rows",
        "invoices",
        "messages",
        "ownerships",
        "payments",
        "phone_rows",
        "reminder_notices",
        "word_rows",
    }


async def test_a_new_client_is_accepted_by_linking_the_account_to_what_it_registered_as(world, lena):
    minka = await a_pet(lena, name="Minka")
    await link(world.receptionist, lena.account, lena.client)
    assert (await the_viewer(lena)).is_linked
    assert not (await Client.get(id=lena.id)).is_registered_online
    assert (await Ownership.get(pet_id=minka.id)).client_id == lena.id


async def test_another_account_of_hers_may_be_linked_to_the_same_client(world, lena, known):
    second = await an_owner("Lena Two", is_linked=False)
    await link(world.receptionist, lena.account, known, key="1")
    await link(world.receptionist, second.account, known, key="2")
    assert (await the_viewer(lena)).client_id == (await the_viewer(second)).client_id == known.id


async def test_an_account_that_is_linked_stays_where_it_is(world, lena, known):
    await link(world.receptionist, lena.account, known, key="1")
    other = await a_client("Paul Stone")
    before = await how_many_rows()
    with pytest.raises(AlreadyLinked) as refused:
        await link(world.receptionist, lena.account, other, key="2")
    assert refused.value.path == ("accountId",)
    assert await how_many_rows() == before
    assert (await the_viewer(lena)).client_id == known.id


async def test_another_client_who_registered_online_is_nobody_to_link_to(world, lena):
    other = await an_owner("Paul Stone", is_linked=False)
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await link(world.receptionist, lena.account, other.client)
    assert refused.value.path == ("clientId",)
    assert await how_many_rows() == before
    assert (await the_viewer(lena)).client_id == lena.id


async def test_what_does_not_exist_is_not_found(world, lena, known):
    before = await how_many_rows()
    for account_id, client_id, path in (
        (uuid7(), known.id, "accountId"),
        (None, known.id, "accountId"),
        (world.vet.account.id, known.id, "accountId"),
        (lena.account.id, uuid7(), "clientId"),
        (lena.account.id, None, "clientId"),
    ):
        with pytest.raises(NotFound) as refused:
            await accounts.link_account(world.receptionist.viewer, account_id, client_id, key="k", now=NOW)
        assert refused.value.path == (path,)
    assert await how_many_rows() == before


async def test_only_reception_and_managers_link(world, lena, known):
    before = await how_many_rows()
    for who in (await a_nurse(), await a_vet(), lena):
        with pytest.raises(Forbidden):
            await link(who, lena.account, known)
    with pytest.raises(SignedOut):
        await link(ANYONE, lena.account, known)
    new = {"Account", "Session", "Staff", "StaffRole", "WorkingHours", "ServiceStaff"}
    after = {name: count for name, count in (await how_many_rows()).items() if name not in new}
    assert after == {name: count for name, count in before.items() if name not in new}
    await link(await a_manager(), lena.account, known)


async def test_a_retry_links_once_and_a_key_with_other_input_is_refused(world, lena, known):
    await link(world.receptionist, lena.account, known)
    assert await link(world.receptionist, lena.account, known) == lena.account.id
    assert await Event.filter(kind=EventKind.ACCOUNT_LINKED).count() == 1
    with pytest.raises(IdempotencyKeyReused):
        await link(world.receptionist, lena.account, world.owner.client)


async def test_two_who_link_at_once_link_once(world, lena, known):
    manager = await a_manager()
    answers = await asyncio.gather(
        link(world.receptionist, lena.account, known), link(manager, lena.account, known), return_exceptions=True
    )
    assert sum(isinstance(answer, AlreadyLinked) for answer in answers) == 1
    assert (await the_viewer(lena)).client_id == known.id


# Losing the link


async def unlink(world, client, *folds):
    async with in_transaction():
        happened = await accounts.unlink_address(client.id, set(folds), now=NOW + AN_HOUR)
        for happening in happened:
            await events.record(world.receptionist.viewer, happening, now=NOW + AN_HOUR)


async def test_an_account_whose_address_goes_works_on_as_a_stranger(world):
    olga, rex = world.owner, world.pet
    await unlink(world, olga.client, olga.account.email)

    viewer = await the_viewer(olga)
    assert not viewer.is_linked
    assert viewer.client_id != olga.id
    stranger = await Client.get(id=viewer.client_id)
    assert (stranger.family_name, stranger.display_name, stranger.fold) == ("Unknown", "Unknown", "unknown")
    assert stranger.is_registered_online
    assert (await ClientEmail.get(client_id=stranger.id)).address == olga.account.email
    assert await ClientWord.exists(client_id=stranger.id, word=olga.account.email)
    assert (await Ownership.get(pet_id=rex.id)).client_id == olga.id
    event = await Event.get(kind=EventKind.ACCOUNT_UNLINKED)
    assert (event.subject_id, event.account_id) == (olga.account.id, world.receptionist.account.id)


async def test_accounts_of_other_addresses_and_other_clients_keep_their_links(world):
    olga = world.owner
    peter = await an_owner("Peter Lang")
    before = await how_many_rows()
    await unlink(world, olga.client, "old@home.example", peter.account.email)
    await unlink(world, olga.client)
    assert await how_many_rows() == before
    assert (await the_viewer(olga)).is_linked
    assert (await the_viewer(peter)).is_linked


async def test_an_account_that_was_unlinked_can_be_linked_again(world):
    olga = world.owner
    await unlink(world, olga.client, olga.account.email)
    await link(world.receptionist, olga.account, olga.client)
    assert (await the_viewer(olga)).client_id == olga.id
    assert await Client.all().count() == 1
