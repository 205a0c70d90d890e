"""Reminders: rules, what is due, what was decided about telling whom, and what people want to hear."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from models import (
    Channel,
    Client,
    ClientEmail,
    Consent,
    ConsentSource,
    Letter,
    LetterText,
    MailDomain,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Ownership,
    Pet,
    Purpose,
    Reminder,
    ReminderNotice,
    ReminderReason,
    ReminderRule,
    ReminderRuleService,
    ReminderRuleVersion,
    ReminderState,
    RuleKind,
    Service,
    UndeliverableAddress,
)
from models.contact import email_fold
from models.pet import DatePrecision
from models.row import folded
from tests.world.people import Owner
from tests.world.places import NOW, TODAY, the_location


async def a_rule(
    name: str = "Rabies booster",
    kind: RuleKind = RuleKind.VACCINATION,
    *,
    steps: Sequence[int] = (-30, -7, 0, 14),
    services: Sequence[Service] = (),
    called: Mapping[str, str] | None = None,
    is_on: bool = True,
    **more: Any,
) -> ReminderRule:
    """A rule that is on: for every dose that is due, 30 and 7 days before, on the day, and 14 days after."""
    rule = await ReminderRule.create(
        name=name, fold=folded(name), kind=kind, is_on=is_on, switched_at=NOW if is_on else None, created_at=NOW
    )
    await a_rule_version(rule, steps=steps, services=services, called=json.dumps(called or {}), **more)
    return rule


async def a_rule_version(
    rule: ReminderRule, *, steps: Sequence[int] = (-30, -7, 0, 14), services: Sequence[Service] = (), **more: Any
) -> ReminderRuleVersion:
    """One version more of what a rule does; the rule itself has to say that it is in force."""
    number = await ReminderRuleVersion.filter(rule_id=rule.id).count() + 1
    version = await ReminderRuleVersion.create(
        rule_id=rule.id, number=number, steps=list(steps), **{"made_at": NOW, **more}
    )
    for position, service in enumerate(services):
        await ReminderRuleService.create(version_id=version.id, service_id=service.id, position=position)
    return version


async def the_version(rule: ReminderRule) -> ReminderRuleVersion:
    """The version of the rule that is in force."""
    return await ReminderRuleVersion.get(rule_id=rule.id, number=rule.version)


async def a_reminder(
    pet: Pet,
    rule: ReminderRule | None = None,
    *,
    due_on: date = TODAY + timedelta(days=30),
    state: ReminderState = ReminderState.PLANNED,
    reason: ReminderReason = ReminderReason.NOT_YET,
    **more: Any,
) -> Reminder:
    """Something that is due in 30 days, of which nobody was told yet; as if it had been planned now."""
    rule = rule or await ReminderRule.first() or await a_rule()
    given: dict[str, Any] = {
        "rule_id": rule.id,
        "version_id": (await the_version(rule)).id,
        "location_id": (await the_location()).id,
        "subject": "RABIES",
        "cycle": "0",
        "sentence": "The booster after the last one.",
        "planned_at": NOW,
        "changed_at": NOW,
    }
    return await Reminder.create(pet_id=pet.id, due_on=due_on, state=state, reason=reason, **given | more)


async def a_check_up(pet: Pet, **more: Any) -> Reminder:
    """A check-up at the age of a year, which the pet reaches in 30 days; the facts bear it out."""
    born_on, due_on = date(2025, 4, 1), date(2026, 4, 1)
    await Pet.filter(id=pet.id).update(born_on=born_on, born_precision=DatePrecision.DAY)
    rule = await ReminderRule.get_or_none(name="First check-up")
    rule = rule or await a_rule("First check-up", RuleKind.AGE, first_age_months=12)
    return await a_reminder(pet, rule, due_on=due_on, subject="", cycle="0", **more)


async def a_care_letter(client: Client | Owner, *, state: MessageState = MessageState.WAITING, **more: Any) -> Message:
    """A letter that reminds a client, which waits since now."""
    email = await ClientEmail.filter(client_id=client.id).order_by("position").first()
    address = email.address if email else "nobody@home.example"
    given: dict[str, Any] = {
        "to_address": address, "to_domain": address.rpartition("@")[2], "language": "en", "template_version": 1,
        "not_before": NOW, "created_at": NOW, "purpose": Purpose.CARE,
    }  # fmt: skip
    return await Message.create(letter=Letter.CARE_REMINDER, state=state, client_id=client.id, **given | more)


async def a_notice(reminder: Reminder, message: Message | None = None, **more: Any) -> ReminderNotice:
    """The decision to tell the pet's owner by letter 30 days before, or to withhold it since she did not agree."""
    owner = await Ownership.filter(pet_id=reminder.pet_id, ends_on=None).order_by("-share", "id").first()
    given: dict[str, Any] = {
        "round": reminder.round,
        "step": -30,
        "channel": Channel.EMAIL,
        "client_id": message.client_id if message else owner and owner.client_id,
        "outcome": NoticeOutcome.WAITING if message else NoticeOutcome.WITHHELD,
        "reason": NoticeReason.STEP_REACHED if message else NoticeReason.NO_CONSENT,
        "rule_version": 1,
        "due_on": reminder.due_on,
        "message_id": message.id if message else None,
        "decided_at": NOW,
    }
    given |= more
    given.setdefault("settled_at", None if given["outcome"] == NoticeOutcome.WAITING else NOW)
    return await ReminderNotice.create(reminder_id=reminder.id, **given)


async def a_consent(
    client: Client | Owner,
    purpose: Purpose = Purpose.CARE,
    *,
    is_given: bool = True,
    source: ConsentSource = ConsentSource.IN_PERSON,
    said_at: datetime = NOW,
) -> Consent:
    """A client who said at the desk that she wants letters about the care that is due."""
    return await Consent.create(
        client_id=client.id, channel=Channel.EMAIL, purpose=purpose, is_given=is_given, source=source, said_at=said_at
    )


async def an_undeliverable_address(address: str, **more: Any) -> UndeliverableAddress:
    """An address that nobody reads."""
    given: dict[str, Any] = {"answer": "550 5.1.1 No such user", "found_at": NOW}
    return await UndeliverableAddress.create(fold=email_fold(address), address=address, **given | more)


async def a_mail_domain(domain: str = "home.example") -> MailDomain:
    """A domain whose server asked us to wait a minute."""
    return await MailDomain.create(domain=domain, free_at=NOW + timedelta(minutes=1), refusals=1, answer="421 Later")


async def a_letter_text(letter: Letter = Letter.CARE_REMINDER, **more: Any) -> LetterText:
    """The practice's own words for a reminder in English."""
    given: dict[str, Any] = {
        "language": "en", "version": 1, "subject": "{{ pets }}: time for a visit", "body": "Dear {{ client }},\n\n[due]\n",
        "made_at": NOW,
    }  # fmt: skip
    return await LetterText.create(letter=letter, **given | more)
