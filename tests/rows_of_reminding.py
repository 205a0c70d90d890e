"""Rows of reminding: who sees what is due, who was told of it, and what people want to hear of; and one row of each."""

from __future__ import annotations

from typing import Any

from tortoise.models import Model

import models
from models import Letter, Message, MessageState, NoticeOutcome, NoticeReason, ReminderReason, ReminderState
from tests.rows_of_money import STAFF
from tests.world import (
    NOW,
    Owner,
    a_care_letter,
    a_consent,
    a_dead_pet,
    a_notice,
    a_reminder,
    an_undeliverable_address,
)

_HERS: dict[str, tuple[str, ...]] = {"hers": (*STAFF, "OWNER"), "a stranger's": (*STAFF, "STRANGER")}
REMINDING: dict[type[Model], dict[str, tuple[str, ...]]] = {
    models.Consent: _HERS,
    models.UndeliverableAddress: {**_HERS, "nobody's": STAFF},
    models.Reminder: {
        "hers": (*STAFF, "OWNER", "CO_OWNER"),
        "done": (*STAFF, "OWNER", "CO_OWNER"),
        "withdrawn": STAFF,
        "of a dead pet": STAFF,
        "a stranger's": (*STAFF, "STRANGER"),
    },
    models.ReminderNotice: {
        **_HERS,
        "the co-owner's": (*STAFF, "CO_OWNER"),
        "a former owner's": (*STAFF, "FORMER_OWNER"),
    },
    models.Message: {
        **_HERS,
        "a former owner's": (*STAFF, "FORMER_OWNER"),
        "doubtful": (*STAFF, "OWNER"),
        "waiting": STAFF,
        "withheld": STAFF,
        "a code": (),
        "to nobody we know": (),
    },
}

# What the owner view shows of a row that is hers; of everything else, nothing.
SHOWN_OF_REMINDING: dict[type[Model], set[str]] = {
    models.Reminder: {"sentence"},
    models.ReminderRule: {"name"},
    models.ReminderNotice: set(),
    models.Message: {"to_address", "language", "subject", "body"},
    models.Consent: set(),
    models.UndeliverableAddress: set(),
}

SENT: Any = {"state": MessageState.SENT, "sent_at": NOW, "subject": "Time for a visit", "body": "It is due."}
TOLD: Any = {"outcome": NoticeOutcome.SENT, "reason": NoticeReason.STEP_REACHED}
DONE: Any = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": NOW.date()}
WITHDRAWN: Any = {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE}


async def reminding_of(
    hers: models.Pet, strange: models.Pet, owner: Owner, co_owner: Owner, former: Owner, stranger: Owner
) -> dict[type[Model], dict[str, Any]]:
    """One row of each, by its table and its name in `REMINDING`."""
    reminder, theirs = await a_reminder(hers), await a_reminder(strange)
    whom = {"hers": owner, "the co-owner's": co_owner, "a former owner's": former}
    letters = {name: await a_care_letter(each, **SENT) for name, each in whom.items()}
    letters["a stranger's"] = await a_care_letter(stranger, **SENT)
    notices = {name: await a_notice(reminder, letter, **TOLD) for name, letter in letters.items() if name in whom}
    code = await a_care_letter(owner, **SENT | {"state": MessageState.WAITING})
    await Message.filter(id=code.id).update(letter=Letter.SIGN_IN_CODE, state=MessageState.FAILED)
    nobodys = await a_care_letter(owner)
    await Message.filter(id=nobodys.id).update(client_id=None, state=MessageState.FAILED)
    del letters["the co-owner's"]
    addresses = {
        name: await an_undeliverable_address((await models.ClientEmail.filter(client_id=each.id).first()).address)  # type: ignore[union-attr]
        for name, each in {"hers": owner, "a stranger's": stranger}.items()
    }
    return {
        models.Consent: {"hers": await a_consent(owner), "a stranger's": await a_consent(stranger)},
        models.UndeliverableAddress: {**addresses, "nobody's": await an_undeliverable_address("gone@home.example")},
        models.Reminder: {
            "hers": reminder,
            "done": await a_reminder(hers, cycle="done", **DONE),
            "withdrawn": await a_reminder(hers, cycle="gone", **WITHDRAWN),
            "of a dead pet": await a_reminder(await a_dead_pet(owner, co_owner), **DONE),
            "a stranger's": theirs,
        },
        models.ReminderNotice: {
            **notices,
            "a stranger's": await a_notice(theirs, letters["a stranger's"], **TOLD),
        },
        models.Message: {
            **letters,
            "doubtful": await a_care_letter(owner, state=MessageState.DOUBTFUL),
            "waiting": await a_care_letter(owner),
            "withheld": await a_care_letter(owner, state=MessageState.WITHHELD, reason="no consent"),
            "a code": code,
            "to nobody we know": nobodys,
        },
    }


async def told_to(owner: Owner, pets: set[Any]) -> dict[type[Model], set[Any]]:
    """The keys of the rows of reminding that an owner who sees these pets may see, by their tables."""
    living = {each.id for each in await models.Pet.filter(id__in=pets, died_on=None)}
    due = await models.Reminder.filter(pet_id__in=living).exclude(state=ReminderState.WITHDRAWN)
    sent = await models.Message.filter(client_id=owner.id, state__in=("SENT", "DOUBTFUL")).exclude(
        letter__in=(Letter.SIGN_IN_CODE, Letter.INVITATION)
    )
    mailboxes = [each.fold for each in await models.ClientEmail.filter(client_id=owner.id)]
    return {
        models.Reminder: {each.id for each in due},
        # What is due is called as its rule is, where that has no name for owners.
        models.ReminderRule: {each.rule_id for each in due},
        models.ReminderNotice: {each.id for each in await models.ReminderNotice.filter(client_id=owner.id)},
        models.Message: {each.id for each in sent},
        models.Consent: {each.id for each in await models.Consent.filter(client_id=owner.id)},
        models.UndeliverableAddress: {each.id for each in await models.UndeliverableAddress.filter(fold__in=mailboxes)},
    }


async def some_reminding(owners: dict[models.Pet, list[Owner]], ref: str = "") -> None:
    """For each pet something that is due, something withdrawn, and for each of its owners a letter that was sent and one that waits."""
    for pet, whom in owners.items():
        reminder = await a_reminder(pet, cycle=f"{ref}{pet.name}", held_because="Not for owners.")
        await a_reminder(pet, cycle=f"{ref}{pet.name} gone", **WITHDRAWN)
        for step, owner in enumerate(whom):
            letter = await a_care_letter(owner, **SENT, last_answer="250 OK", bounce="550")
            await a_notice(reminder, letter, step=step, **TOLD)
            await a_care_letter(owner, secret="sealed")
