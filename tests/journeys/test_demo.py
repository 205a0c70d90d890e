"""The demo practice: believable, whole, and quiet."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from models import (
    Account,
    Appointment,
    Client,
    ClientEmail,
    Consent,
    Letter,
    LetterText,
    Location,
    Message,
    MessageState,
    Ownership,
    Pet,
    Reminder,
    ReminderNotice,
    ReminderRule,
    ReminderRuleService,
    ReminderRuleVersion,
    Session,
    SigningKey,
    Status,
    UndeliverableAddress,
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
    newcomers, booked_as_a_letter_asked = 2, 1
    assert await Client.all().count() == SMALL.clients + newcomers
    assert await Pet.all().count() == SMALL.pets + newcomers
    week = timedelta(days=7)
    local_days = [visit.starts_at.date() for visit in await Appointment.all()]
    around = [day for day in local_days if abs(day - WEDNESDAY.date()) <= week]
    # A time for which no pet fits is left out: with few pets that happens.
    assert SMALL.fortnight * 0.9 <= len(around) <= SMALL.fortnight + newcomers + booked_as_a_letter_asked
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
    assert others.keys() == {"SENT", "WITHDRAWN", "WITHHELD", "FAILED", "DOUBTFUL"}
    assert (others["FAILED"], others["DOUBTFUL"]) == (1, 1)
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


async def test_five_rules_are_on_in_three_languages_each_with_a_service_to_book(database):
    rules = await ReminderRule.all().order_by("kind")
    assert [(rule.kind.value, rule.name, rule.is_on) for rule in rules] == [
        ("AGE", "Senior check for dogs", True),
        ("PRESCRIPTION_REPEAT", "Repeats of prescriptions", True),
        ("SERVICE_INTERVAL", "Yearly dental", True),
        ("TREATMENT_STEP", "Follow-up of treatment", True),
        ("VACCINATION", "Vaccination boosters", True),
    ]
    for version in await ReminderRuleVersion.all():
        assert set(json.loads(version.called)) == {"en", "de", "es"}
        assert version.made_by_id is not None
        assert await ReminderRuleService.filter(version_id=version.id, position=0).exists()


async def test_most_clients_agreed_to_be_reminded_and_it_is_known_how(database):
    said = Counter((one.is_given, one.source.value) for one in await Consent.filter(purpose="CARE"))
    assert said == {
        (True, "FORM"): 6, (True, "IN_PERSON"): 5, (True, "IMPORT"): 3, (True, "PHONE"): 2, (True, "OWNER"): 1,
        (False, "UNSUBSCRIBED"): 1,
    }  # fmt: skip
    by_client = {one.id: one for one in await Client.all()}
    for one in await Consent.exclude(source__in=["OWNER", "UNSUBSCRIBED"]):
        assert one.said_at == by_client[one.client_id].created_at


async def test_a_month_of_reminders_has_been_sent_by_day_and_some_were_not(database):
    letters = await Message.filter(letter=Letter.CARE_REMINDER).order_by("created_at")
    assert Counter(letter.state.value for letter in letters) == {"SENT": 17, "FAILED": 1, "DOUBTFUL": 1}
    assert (letters[0].created_at.date(), letters[-1].created_at.date()) == (date(2026, 2, 5), date(2026, 3, 3))
    for letter in letters:
        assert letter.created_at < WEDNESDAY.replace(hour=0, minute=0)
    assert {8 <= letter.sent_at.hour < 19 for letter in letters if letter.state is MessageState.SENT} == {True}
    decided = Counter((one.outcome.value, one.reason.value) for one in await ReminderNotice.all())
    assert decided == {
        ("SENT", "STEP_REACHED"): 28, ("WITHHELD", "NO_CONSENT"): 4, ("WITHHELD", "ADDRESS_UNDELIVERABLE"): 1,
        ("FAILED", "ADDRESS_UNDELIVERABLE"): 1, ("DOUBTFUL", "NO_ANSWER"): 4,
    }  # fmt: skip
    states = Counter(one.state.value for one in await Reminder.all())
    assert states == {"DUE": 35, "SUPPRESSED": 26, "COMPLETED": 21, "SENT": 17, "PLANNED": 17}
    (held,) = await Reminder.filter(reason="HELD")
    assert held.held_because == "Is on a walking tour and will ring when they are back"


async def test_two_pets_of_one_household_share_a_letter_and_a_reader_far_away_is_not_woken(database):
    shared = await Message.filter(subject="Erinnerung für Rosie und Pünktchen").order_by("created_at").first()
    assert shared
    told = await ReminderNotice.filter(message_id=shared.id).prefetch_related("reminder")
    assert sorted(str(one.due_on) for one in told) == ["2026-03-02", "2026-03-05"]
    assert len({one.reminder.pet_id for one in told}) == 2
    (away,) = await Client.exclude(zone="")
    assert away.zone == "America/New_York"
    first = await Message.filter(letter=Letter.CARE_REMINDER, client_id=away.id).order_by("created_at").first()
    assert first
    assert (first.not_before.hour, first.state) == (13, MessageState.SENT)  # eight in the morning there


async def test_the_practice_writes_in_its_own_words_since_a_while(database):
    (text,) = await LetterText.all()
    assert (text.language, text.is_in_use, text.made_at.date()) == ("en", True, date(2026, 2, 20))
    in_english = await Message.filter(letter=Letter.CARE_REMINDER, language="en", state=MessageState.SENT)
    for letter in in_english:
        assert (letter.text_id == text.id) == (letter.sent_at > text.made_at)
    assert len({letter.text_id for letter in in_english}) == 2


async def test_nobody_reads_one_address_and_that_of_another_is_in_doubt(database):
    (gone,) = await UndeliverableAddress.all()
    assert gone.answer == "550 5.1.1 There is no such mailbox here."
    doubtful = await Message.get(state=MessageState.DOUBTFUL)
    assert doubtful.to_address != gone.address
    assert doubtful.handed_at == doubtful.created_at


async def test_the_owner_is_told_today_of_what_is_due_in_a_month(database):
    account = await Account.get(audience="owner", email=sign_ins.OWNER)
    agreed = await Consent.get(client_id=account.client_id, purpose="CARE")
    assert (agreed.is_given, agreed.source.value) == (True, "OWNER")
    soon = await Reminder.get(next_step_at__lte=WEDNESDAY, pet__name="Wilma", subject="RABIES")
    assert (soon.due_on, soon.state.value) == (WEDNESDAY.date() + timedelta(days=30), "PLANNED")
    assert soon.next_step_at == datetime(2026, 3, 4, 8, tzinfo=UTC)
    # She was told twice of what is done by now; he who owns the cat with her has not been asked.
    seen_again = await Reminder.get(pet_id=soon.pet_id, state="COMPLETED")
    notices = await ReminderNotice.filter(reminder_id=seen_again.id).order_by("step", "outcome")
    assert [(one.step, one.outcome.value) for one in notices] == [
        (-7, "SENT"), (-7, "WITHHELD"), (0, "SENT"), (0, "WITHHELD"),
    ]  # fmt: skip
