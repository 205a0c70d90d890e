"""Reminders: what the oracle says of what is due, of letters and of wishes; and what there is of them in the house."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import models
from models import (
    Appointment,
    Client,
    ClientEmail,
    ConsentSource,
    Letter,
    LetterText,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Ownership,
    Pet,
    Purpose,
    ReminderNotice,
    ReminderReason,
    ReminderRule,
    ReminderState,
    RuleKind,
)
from resolvers import wording
from tests.oracle.kinds import Thing
from tests.oracle.pages import bad_input, connection
from tests.oracle.prices import graph_id
from tests.world import NOW, a_care_letter, a_consent, a_letter_text, a_notice, a_reminder, an_undeliverable_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)
DUE = tuple(date(2026, 3, 2) + days * DAY for days in (0, 1, 1, 4, 9, 30))
OPEN = ("PLANNED", "DUE", "SENT")
STILL_DUE = (*OPEN, "SUPPRESSED")
SENT: Any = {"state": MessageState.SENT, "sent_at": NOW, "subject": "Rex: Zeit", "body": "Für Rex ist etwas fällig."}


async def some_reminders(world: Any, people: dict[str, Any]) -> None:
    """Something due for every pet however it stands, letters in every state, and owners who said this, that or nothing."""
    rules = await ReminderRule.all().order_by("kind", "id")
    pets = await Pet.all().order_by("fold", "id")
    for number, pet in enumerate(pets * 4):
        stands, letter = await _standing(world, pet, number), None
        reminder = await a_reminder(
            pet, rules[number % len(rules)], due_on=DUE[number % len(DUE)], cycle=f"open {number}", **stands
        )
        for step, owned in enumerate(await Ownership.filter(pet_id=pet.id).order_by("id")):
            given: Any = {"client_id": owned.client_id, "step": step, "decided_at": NOW - step * DAY}
            if (number + step) % 2:
                letter = await a_care_letter(await owned.client, **_letter(number + step))
                told = NoticeOutcome[letter.state.name]
                reason = NoticeReason.NO_OWNER if told is NoticeOutcome.WITHHELD else NoticeReason.STEP_REACHED
                given |= {"outcome": told, "reason": reason, "consent_source": ConsentSource.FORM, "consent_at": NOW}
                if told is not NoticeOutcome.WAITING:
                    given["settled_at"] = NOW + (number - step) * DAY
            await a_notice(reminder, letter if (number + step) % 2 else None, **given)
    await _wishes(people)


async def _standing(world: Any, pet: Pet, number: int) -> dict[str, Any]:
    """How one of them stands: each way comes up for pets of everybody."""
    visit = await Appointment.filter(pet_id=pet.id).order_by("starts_at").first()
    ways: list[dict[str, Any]] = [
        {"next_step_at": NOW + DAY},
        {"state": ReminderState.DUE, "reason": ReminderReason.STEP_REACHED, "last_step": -30},
        {"state": ReminderState.SENT, "reason": ReminderReason.TOLD, "last_step": -7},
        {
            "state": ReminderState.SUPPRESSED,
            "reason": ReminderReason.HELD,
            "held_because": "Später.",
            "held_by_id": world.vet.id,
        },
    ]
    if visit is not None:
        booked = {"reason": ReminderReason.BOOKED, "appointment_id": visit.id, "booked_at": NOW}
        ways.append({"state": ReminderState.SUPPRESSED, **booked})
    return ways[number % len(ways)]


def _letter(number: int) -> dict[str, Any]:
    state = tuple(MessageState)[number % len(MessageState)]
    said: dict[str, Any] = SENT if state is MessageState.SENT else {"state": state, "reason": "Warum."}
    return {**said, "created_at": NOW - number * DAY, "last_answer": "451", "bounced_at": NOW if number % 4 else None}


async def _wishes(people: dict[str, Any]) -> None:
    """Letters about visits and of the practice's own making, codes, and what owners want; one reads German."""
    owner, other = people["owner"], people["other owner"]
    visit = await Appointment.filter(pet__ownerships__client_id=owner.id).order_by("id").first()
    assert visit
    text = await LetterText.first() or await a_letter_text()
    await a_care_letter(owner, **SENT, text_id=text.id, appointment_id=visit.id, consent_at=NOW)
    sold = await Appointment.filter(pet__ownerships__ends_on__not_isnull=True).order_by("id").first()
    assert sold
    await a_care_letter(owner, **SENT, appointment_id=sold.id)
    for letter in (Letter.SIGN_IN_CODE, Letter.INVITATION):
        code = await a_care_letter(owner)
        await Message.filter(id=code.id).update(letter=letter, state=MessageState.SENT, sent_at=NOW, purpose=None)
    nobodys = await a_care_letter(owner)
    await Message.filter(id=nobodys.id).update(client_id=None, state=MessageState.FAILED)
    await a_consent(owner)
    await a_consent(owner, Purpose.APPOINTMENT, is_given=False, source=ConsentSource.UNSUBSCRIBED)
    await a_consent(other, Purpose.MARKETING, source=ConsentSource.OWNER, said_at=NOW - DAY)
    await a_consent(people["stranger"])
    await a_consent(other)
    await Client.filter(id=other.id).update(language="de-CH", zone="Europe/Zurich")
    message = await Message.filter(client_id=other.id, letter=Letter.CARE_REMINDER).order_by("id").first()
    address = (await ClientEmail.filter(client_id=other.id).order_by("position").first()).address  # type: ignore[union-attr]
    await an_undeliverable_address(address.upper(), message_id=message and message.id)
    await an_undeliverable_address("nobody@home.example", found_at=NOW - DAY)
    mine = (await ClientEmail.filter(client_id=owner.id).order_by("position").first()).address  # type: ignore[union-attr]
    second = await ClientEmail.create(client_id=owner.id, address=f"x{mine}", fold=f"x{mine}", position=1)
    await an_undeliverable_address(second.address)


# What the oracle says of a row


def _tag(oracle: Oracle) -> str:
    """The language of whoever asks."""
    client = oracle.records.one(Client, oracle.viewer.client_id)
    return str((client or oracle.records.rows[models.Practice][0]).language)


def _called(oracle: Oracle, row: Any) -> str:
    rule, version = oracle.records.one(ReminderRule, row.rule_id), _version(oracle, row)
    assert rule
    assert version
    tag = _tag(oracle)
    spoken = tag[:2] if tag[:2] in ("en", "de", "es") else "en"
    name = json.loads(version.row.called).get(spoken) or rule.name
    if rule.kind is RuleKind.VACCINATION and len(version.row.targets) != 1:
        return f"{name} ({wording.of(tag, 'DE').sections['target'][row.subject]})"
    return str(name)


def _explained(oracle: Oracle, row: Any) -> str:
    """Staff read what was worked out; owners what letters say."""
    rule, version = oracle.records.one(ReminderRule, row.rule_id), _version(oracle, row)
    assert rule
    assert version
    words = wording.of(_tag(oracle), "DE")
    if oracle.viewer.client_id is None:
        return str(row.sentence)
    if rule.kind is RuleKind.SERVICE_INTERVAL:
        return words.said("why", "SERVICE_INTERVAL", span=words.months(version.row.every_months))
    if rule.kind is not RuleKind.VACCINATION:
        return words.sections["why"][rule.kind.value]
    dues = oracle.records.rows[models.VaccinationDue]
    reason = next((due.reason for due in dues if (due.pet_id, due.target) == (row.pet_id, row.subject)), None)
    return words.sections["why"][reason.value] if reason else str(row.sentence)


def _version(oracle: Oracle, row: Any) -> Thing | None:
    return oracle.one("ReminderRuleVersion", row.version_id)


def _booking(oracle: Oracle, row: Any) -> dict[str, Any] | None:
    is_due = row.state.value in OPEN or row.reason.value == "HELD"
    firsts = [
        each.service_id
        for each in oracle.records.rows[models.ReminderRuleService]
        if each.version_id == row.version_id and each.position == 0
    ]
    services = [each.row for each in oracle.all("Service") if each.row.id in firsts]
    if not is_due or not services or not services[0].is_offered or services[0].is_farewell:
        return None
    return {
        "serviceId": graph_id("Service", services[0].id),
        "serviceName": services[0].name,
        "lastsMinutes": services[0].lasts_minutes,
        "locationId": graph_id("Location", row.location_id),
        "petId": graph_id("Pet", row.pet_id),
    }


_BECAME = {
    "WAITING": "A letter waits to be sent.",
    "SENT": "A letter was sent.",
    "WITHHELD": "No letter was sent.",
    "WITHDRAWN": "The letter was withdrawn before it was sent.",
    "FAILED": "The letter could not be sent.",
    "DOUBTFUL": "A letter may have arrived: the mail server took it and never answered.",
}


def _why(_oracle: Oracle, row: Any) -> str:
    """Of the decisions that there are in the house."""
    begins = _BECAME[row.outcome.value]
    if row.reason.value == "NO_CONSENT":
        return f"{begins} Letters about care were never agreed to."
    if row.outcome.value in ("WITHHELD", "WITHDRAWN", "FAILED"):
        return f"{begins} The pet was not with this owner any more." if row.reason.value == "NO_OWNER" else begins
    days = f"{abs(row.step)} days {'before' if row.step < 0 else 'after'} it"
    when = {0: "on that day", 1: "1 day after it"}.get(row.step, days)
    said = "Nothing was said against such letters."
    if row.consent_source:
        said = "Letters about care were agreed to on a form on 2 March 2026."
    due_on = f"{row.due_on.day} {row.due_on:%B %Y}"
    return f"{begins} Due day: {due_on}; its owners are told {when}. {said}"


def _preferences(oracle: Oracle, row: Any) -> list[dict[str, Any]]:
    said = {each.row.purpose: each.row for each in oracle.all("Consent", client_id=row.id)}
    return [
        {
            "purpose": purpose.value,
            "isWanted": said[purpose].is_given if purpose in said else purpose is Purpose.APPOINTMENT,
            "source": said[purpose].source.value if purpose in said else None,
            "since": said[purpose].said_at if purpose in said else None,
        }
        for purpose in Purpose
    ]


def _told_at(oracle: Oracle, reminder: Any) -> Any:
    """Of any of its owners, also of those whose notices the viewer does not see."""
    said = [
        row for row in oracle.records.rows[ReminderNotice] if row.reminder_id == reminder.id and row.outcome == "SENT"
    ]
    return max((row.settled_at for row in said), default=None)


def _undeliverable_since(oracle: Oracle, row: Any) -> Any:
    return next((each.row.found_at for each in oracle.all("UndeliverableAddress", fold=row.fold)), None)


def _holders(oracle: Oracle, row: Any) -> list[dict[str, str]]:
    keys = {each.row.client_id for each in oracle.all("Email", fold=row.fold)}
    clients = [each.row for each in oracle.all("Client", "fold") if each.row.id in keys]
    return [{"clientId": graph_id("Client", each.id), "displayName": each.display_name} for each in clients]


def _text_version(oracle: Oracle, row: Any) -> int | None:
    text = oracle.records.one(LetterText, row.text_id)
    return text.version if text else None


def reminders_of(oracle: Oracle, pet: Any, **page: Any) -> Any:
    """What was and is due for a pet, by the day."""
    return connection(oracle.all("Reminder", "due_on", pet_id=pet.id), ("due_on", "id"), **page)


SPECIAL: dict[tuple[str, str], Any] = {
    ("Reminder", "called"): _called,
    ("Reminder", "explanation"): _explained,
    ("Reminder", "ruleVersion"): _version,
    ("Reminder", "booking"): _booking,
    ("Reminder", "toldAt"): _told_at,
    ("ReminderNotice", "explanation"): _why,
    ("ReminderNotice", "dedupeKey"): lambda _oracle, row: ":".join(
        map(str, (row.reminder_id, row.round, row.step, row.channel.value, row.client_id))
    ),
    ("Message", "serverAnswer"): lambda _oracle, row: row.last_answer,
    ("Message", "textVersion"): _text_version,
    ("Client", "contactPreferences"): _preferences,
    ("Email", "undeliverableSince"): _undeliverable_since,
    ("UndeliverableAddress", "clients"): _holders,
}


# What is asked at the top


def _due(oracle: Oracle, place: UUID | None, first: str, last: str) -> list[Thing]:
    days = date.fromisoformat(first), date.fromisoformat(last)
    if days[1] < days[0]:
        raise bad_input()
    found = oracle.all("Reminder", "due_on")
    return [each for each in found if each.row.location_id == place and days[0] <= each.row.due_on <= days[1]]


def due_list(
    oracle: Oracle, place: UUID | None, rule: UUID | None, to: str, states: list[str] | None = None, **more: Any
) -> Any:
    """What is due at a place on some days; `rule` may be a key that nothing has."""
    found = _due(oracle, place, more.pop("from"), to)
    found = [each for each in found if each.row.state.value in (STILL_DUE if states is None else states)]
    if rule is not None:
        found = [each for each in found if each.row.rule_id == rule]
    return connection(found, ("due_on", "id"), **more)


def call_list(oracle: Oracle, place: UUID | None, to: str, **more: Any) -> Any:
    """What of it no letter tells."""
    found = _due(oracle, place, more.pop("from"), to)
    found = [each for each in found if each.row.state.value in OPEN and not _is_told(oracle, each.row.pet_id)]
    return connection(found, ("due_on", "id"), **more)


def _is_told(oracle: Oracle, pet_id: UUID) -> bool:
    owners = [each.row for each in oracle.all("Ownership", pet_id=pet_id, ends_on=None) if each.row.may_view]
    return any(_is_reached(oracle, each.client_id) for each in owners)


def _is_reached(oracle: Oracle, client_id: UUID) -> bool:
    wants = [each.row.is_given for each in oracle.all("Consent", client_id=client_id, purpose=Purpose.CARE)]
    emails = oracle.all("Email", "position", client_id=client_id)
    return wants == [True] and bool(emails) and _undeliverable_since(oracle, emails[0].row) is None


def mine(oracle: Oracle, **page: Any) -> Any:
    """What is still due for one's own pets."""
    found = [each for each in oracle.all("Reminder", "due_on") if each.row.state.value in STILL_DUE]
    return connection(found, ("due_on", "id"), **page)


def messages(oracle: Oracle, states: list[str] | None = None, letter: str | None = None, **more: Any) -> Any:
    """Letters that stand so, are about this, and were written then."""
    since, until = (_moment(more.pop(name, None)) for name in ("from", "to"))
    found = [
        each
        for each in oracle.all("Message", "-created_at")
        if (states is None or each.row.state.value in states)
        and (letter is None or each.row.letter.value == letter)
        and (since is None or each.row.created_at >= since)
        and (until is None or each.row.created_at < until)
    ]
    return connection(found, ("created_at", "id"), is_down=True, **more)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class ReminderRoots:
    """The questions about what is due and about letters; each is a method of the same name."""

    _oracle: Oracle

    def due_list(self, location_id: str, rule_id: str | None = None, **given: Any) -> Any:
        """What is due at a place on some days."""
        rule = None if rule_id is None else key("ReminderRule", rule_id) or UUID(int=0)
        return due_list(self._oracle, key("Location", location_id), rule, **given)

    def call_list(self, location_id: str, **given: Any) -> Any:
        """What of it no letter tells."""
        return call_list(self._oracle, key("Location", location_id), **given)

    def my_reminders(self, **page: Any) -> Any:
        """What is still due for one's own pets."""
        return mine(self._oracle, **page)

    def messages(self, **given: Any) -> Any:
        """Letters that are meant."""
        return messages(self._oracle, **given)

    def my_messages(self, **page: Any) -> Any:
        """The letters to oneself."""
        return messages(self._oracle, **page)

    def undeliverable_addresses(self, **page: Any) -> Any:
        """Where nothing arrives."""
        found = self._oracle.all("UndeliverableAddress", "-found_at")
        return connection(found, ("found_at", "id"), is_down=True, **page)


def key(kind: str, text: str) -> UUID | None:
    """The key in an id of this kind."""
    from tests.oracle.oracle import opened

    found = opened(text)
    return found[1] if found and found[0] == kind else None


# What is asked for


def some_months(chance: Random, due: list[str], others: Sequence[str]) -> dict[str, str]:
    """Two months between which something is due; some other ones, or the wrong way round."""
    if chance.random() < 0.2:
        return {"from": chance.choice(others), "to": chance.choice(others)}
    return {"from": chance.choice((due[0], "2026-01-05")), "to": chance.choice((due[-1], "2026-05-31"))}


def drawn(chance: Random, field: str, due: list[date], place: str, rule: str) -> dict[str, Any]:
    """What is given to the lists, beside the page; `due` are the days on which something is."""
    if field == "messages":
        given: dict[str, Any] = {}
        if chance.random() < 0.4:
            given["states"] = chance.choice((["DOUBTFUL", "FAILED"], [], ["SENT"], None))
        if chance.random() < 0.3:
            given["letter"] = chance.choice(("CARE_REMINDER", "COMING_VISIT", "SIGN_IN_CODE"))
        if chance.random() < 0.3:
            given["from"] = "2026-02-20T00:00:00Z"
        if chance.random() < 0.3:
            given["to"] = "2026-03-02T09:00:00+01:00"
        return given
    if field not in ("dueList", "callList"):
        return {}
    days = [str(each) for each in sorted(chance.sample(due, 2))]
    if chance.random() < 0.05:
        days.reverse()
    given = {"locationId": place, "from": days[0], "to": days[1]}
    if field == "dueList" and chance.random() < 0.3:
        given["states"] = chance.choice((["COMPLETED", "PLANNED"], [], ["WITHDRAWN"], None))
    if field == "dueList" and chance.random() < 0.2:
        given["ruleId"] = rule
    return given
