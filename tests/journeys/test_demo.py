"""The demo practice: believable, whole, and quiet."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from models import (
    Account,
    Appointment,
    Client,
    ClientEmail,
    Letter,
    Location,
    Message,
    MessageState,
    Ownership,
    Pet,
    Session,
    SigningKey,
    Status,
    sql,
)
from models.appointment import BUSY
from resolvers import sessions
from resolvers.ports import Ports
from resolvers.viewer import Audience, Viewer
from tests.doorkeeper import HOME, RULES, VAULT, FastPasswords
from vetdesk.database import at_once, connect
from vetdesk.demo import sign_ins
from vetdesk.demo.building import Size, build
from vetdesk.demo.quiet import NoTokens
from vetdesk.open_vet_format import record_format

WEDNESDAY = datetime(2026, 3, 4, 11, 10, tzinfo=UTC)
SMALL = Size(clients=20, pets=30, fortnight=45, past_year=25)
PORTS = Ports(VAULT, FastPasswords(), NoTokens(), record_format(), RULES)


@pytest.fixture(scope="module")
async def database(anyio_backend, databases):
    """A small demo practice, filled once: these tests only look at it."""
    async with databases.migrated() as made, connect(made.url):
        with at_once():
            await build(PORTS, now=WEDNESDAY, report=lambda *_: None, size=SMALL)
        yield made


async def test_the_owner_is_known_and_two_newcomers_wait_for_reception(database):
    owner = await Account.get(audience="owner", email=sign_ins.OWNER)
    assert owner.is_linked
    pets = await Ownership.filter(client_id=owner.client_id, ends_on=None).prefetch_related("pet")
    assert sorted(ownership.pet.name for ownership in pets) == ["Biscuit", "Pixel", "Wilma"]
    hers = [ownership.pet_id for ownership in pets]
    assert await Appointment.filter(pet_id__in=hers, status=Status.COMPLETED).exists()
    assert await Appointment.filter(pet_id__in=hers, starts_at__gt=WEDNESDAY).exists()
    newcomers = await Account.filter(audience="owner", is_linked=False)
    assert len(newcomers) == 2
    for newcomer in newcomers:
        visit = await Appointment.get(client_id=newcomer.client_id)
        assert (visit.status, visit.starts_at > WEDNESDAY) == (Status.BOOKED, True)
    # Nobody is signed in any more, and no key was made for a day long gone.
    assert not await Session.filter(revoked_at=None).exists()
    assert not await SigningKey.exists()


async def test_there_is_as_much_as_was_asked_for(database):
    newcomers = 2
    assert await Client.all().count() == SMALL.clients + newcomers
    assert await Pet.all().count() == SMALL.pets + newcomers
    week = timedelta(days=7)
    local_days = [visit.starts_at.date() for visit in await Appointment.all()]
    around = [day for day in local_days if abs(day - WEDNESDAY.date()) <= week]
    # A time for which no pet fits is left out: with few pets that happens.
    assert SMALL.fortnight * 0.9 <= len(around) <= SMALL.fortnight + newcomers
    assert SMALL.past_year * 0.9 <= len(local_days) - len(around) <= SMALL.past_year
    assert all(email.address.endswith(".example") for email in await ClientEmail.all())
    shares: Counter[UUID] = Counter()
    for ownership in await Ownership.filter(ends_on=None):
        shares[ownership.pet_id] += ownership.share
    assert set(shares.values()) == {100}


async def test_what_is_past_is_over_and_what_comes_is_booked(database):
    for appointment in await Appointment.all():
        if appointment.ends_at < WEDNESDAY - timedelta(minutes=20):
            assert appointment.status in (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
        if appointment.starts_at > WEDNESDAY + timedelta(minutes=15):
            assert appointment.status in (Status.BOOKED, Status.CONFIRMED, Status.CANCELLED)
        assert appointment.created_at < appointment.starts_at


async def test_letters_wait_for_coming_visits_only(database):
    waiting = await Message.filter(state=MessageState.WAITING).prefetch_related("appointment")
    assert waiting
    for message in waiting:
        assert message.letter is Letter.COMING_VISIT
        assert message.not_before > WEDNESDAY
        assert message.appointment
        assert message.appointment.status in (Status.BOOKED, Status.CONFIRMED)
    others = Counter(message.state.value for message in await Message.exclude(state=MessageState.WAITING))
    assert others.keys() == {"SENT", "WITHDRAWN"}
    assert await Message.filter(sent_at__gt=WEDNESDAY).count() == 0
    assert await Message.exclude(secret=None).count() == 0


async def test_nobody_is_booked_twice_and_everything_happens_in_its_order(database):
    busy = await Appointment.filter(status__in=list(BUSY)).order_by("starts_at")
    for taken in ("vet_id", "room_id", "pet_id"):
        until = dict.fromkeys((getattr(one, taken) for one in busy), datetime.min.replace(tzinfo=UTC))
        for appointment in busy:
            assert until[getattr(appointment, taken)] <= appointment.starts_at
            until[getattr(appointment, taken)] = appointment.ends_at
    rows = await sql.fetch("SELECT at FROM event ORDER BY number")
    moments = [sql.as_instant(row["at"]) for row in rows]
    # A booking made online takes some minutes, in which somebody else may be served.
    assert all(later - earlier > -timedelta(minutes=15) for earlier, later in pairwise(moments))


async def test_there_are_two_clocks_and_everybody_whose_sign_in_is_printed_gets_in(database):
    assert sorted(location.zone for location in await Location.all()) == ["Europe/Berlin", "Europe/London"]
    assert await Account.filter(audience="staff").count() == 6
    for person in sign_ins.STAFF:
        signed_in = await sessions.sign_in(
            Viewer.anyone(),
            person.email,
            sign_ins.PASSWORD,
            origin=HOME,
            vault=VAULT,
            passwords=PORTS.passwords,
            tokens=PORTS.tokens,
            rules=RULES,
            now=WEDNESDAY,
        )
        viewer = await sessions.viewer_of(signed_in.session_id, signed_in.account_id, Audience.STAFF, now=WEDNESDAY)
        assert viewer
        assert [role.value.lower() for role in viewer.roles] == [person.role]
    assert sorted(person.role for person in sign_ins.STAFF) == ["manager", "nurse", "receptionist", "vet"]
