"""The world that tests are about: a practice, its people and its pets, with one obvious default each.

Everything is written with the models directly. What is not named is the one that is there already, or a new one
with its defaults: `await a_booking()` alone makes a whole practice around one visit. What comes later fits what
came earlier: a vet does every service there is, a service is done by every vet and in every room there is.

The clock stands at NOW, a Monday, 09:00 on the wall of the High Street.
"""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.models import Model

import models
from models import Location, Pet, Practice, Room, Service, sql
from tests.world.at_once import made_at_once
from tests.world.doses import a_certificate, a_certificate_file, a_vaccination, a_vaccine, activated, some_facts
from tests.world.elsewhere import an_import
from tests.world.endings import Life, a_dead_pet, a_life
from tests.world.papers import a_document, a_plan
from tests.world.people import (
    EVERY_RIGHT,
    Member,
    Owner,
    a_client,
    a_manager,
    a_member,
    a_nurse,
    a_pet,
    a_receptionist,
    a_vet,
    an_owner,
    an_ownership,
    some_working_hours,
)
from tests.world.places import (
    AN_HOUR,
    FROM_EIGHT,
    MON_TO_FRI,
    NOW,
    TODAY,
    UNTIL_SIX,
    a_location,
    a_practice,
    a_room,
    the_location,
)
from tests.world.plans import a_booking, a_letter, a_service
from tests.world.records import Record, a_note, a_prescription, a_record, a_visit, a_weight, what_the_practice_keeps
from tests.world.reminders import (
    a_care_letter,
    a_check_up,
    a_consent,
    a_letter_text,
    a_mail_domain,
    a_notice,
    a_reminder,
    a_rule,
    a_rule_version,
    an_undeliverable_address,
    the_version,
)

__all__ = [
    "AN_HOUR",
    "EVERY_RIGHT",
    "FROM_EIGHT",
    "MON_TO_FRI",
    "NOW",
    "TODAY",
    "UNTIL_SIX",
    "Life",
    "Member",
    "Owner",
    "Record",
    "World",
    "a_booking",
    "a_care_letter",
    "a_certificate",
    "a_certificate_file",
    "a_check_up",
    "a_client",
    "a_consent",
    "a_dead_pet",
    "a_document",
    "a_letter",
    "a_letter_text",
    "a_life",
    "a_location",
    "a_mail_domain",
    "a_manager",
    "a_member",
    "a_note",
    "a_notice",
    "a_nurse",
    "a_pet",
    "a_plan",
    "a_practice",
    "a_prescription",
    "a_receptionist",
    "a_record",
    "a_reminder",
    "a_room",
    "a_rule",
    "a_rule_version",
    "a_service",
    "a_vaccination",
    "a_vaccine",
    "a_vet",
    "a_visit",
    "a_weight",
    "a_world",
    "activated",
    "an_import",
    "an_owner",
    "an_ownership",
    "an_undeliverable_address",
    "how_many_rows",
    "some_facts",
    "some_working_hours",
    "the_location",
    "the_version",
    "what_the_practice_keeps",
]


@dataclass(frozen=True, slots=True)
class World:
    """A practice in which one owner can book one vet for one pet."""

    practice: Practice
    location: Location
    vet: Member
    receptionist: Member
    manager: Member
    room: Room
    service: Service
    owner: Owner
    pet: Pet


@made_at_once
async def a_world() -> World:
    """The whole of it, each with its defaults."""
    practice, location = await a_practice(), await a_location()
    vet, receptionist, manager = await a_vet(), await a_receptionist(), await a_manager()
    room, service, owner = await a_room(), await a_service(), await an_owner()
    return World(practice, location, vet, receptionist, manager, room, service, owner, await a_pet(owner))


async def how_many_rows() -> dict[str, int]:
    """The number of rows by table, of all that holds any: the same before and after a refusal."""
    tables = [table for name in models.__all__ if issubclass(table := getattr(models, name), Model)]
    counts = [f"SELECT '{each.__name__}' AS name, count(*) AS many FROM {each._meta.db_table}" for each in tables]
    return {row["name"]: row["many"] for row in await sql.fetch(" UNION ALL ".join(counts)) if row["many"]}
