"""Letters to clients, and what they want to hear of: asked for by the staff, and by owners each for herself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import (
    ClientEmail,
    ConsentSource,
    Letter,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Ownership,
    Purpose,
)
from resolvers.viewer import Viewer
from tests.api.deed import done, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_care_letter,
    a_client,
    a_consent,
    a_letter,
    a_notice,
    a_reminder,
    a_world,
    an_owner,
    an_ownership,
    an_undeliverable_address,
)

DAY = timedelta(days=1)
ALL = """query ($states: [MessageState!], $letter: Letter, $from: DateTime, $to: DateTime) {
  messages(states: $states, letter: $letter, from: $from, to: $to, first: 100) { totalCount nodes {
    id letter state toAddress serverAnswer client { displayName } appointment { startsAt } notices { outcome } } } }"""
MINE = """{ myMessages(first: 100) { totalCount nodes { id letter state subject body sentAt
  appointment { id pet { name } } notices { explanation reminder { pet { name } } } } } }"""
CLIENT = """query ($id: ID!) { client(id: $id) { zone contactPreferences { purpose isWanted source since }
  emails { address undeliverableSince } messages(first: 100) { totalCount nodes { letter state subject } } } }"""
ME = "{ viewer { client { zone contactPreferences { purpose isWanted source since } emails { address undeliverableSince } } } }"
DEAD = "{ undeliverableAddresses(first: 100) { totalCount nodes { address answer foundAt message { subject } clients { displayName } } } }"
SENT: Any = {"sent_at": NOW, "subject": "Rex: time for a visit", "body": "Dear Olga Berg,\n\nRex is due.\n"}


async def listed(viewer: Viewer, document: str = ALL, **given: Any) -> list[Any]:
    (found,) = (await Program().ask(viewer, document, **given)).data.values()
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


async def test_the_staff_find_what_is_doubtful_or_has_failed_the_latest_first(database):
    world = await a_world()
    for number, state in enumerate(MessageState):
        await a_care_letter(world.owner, state=state, created_at=NOW + number * DAY, last_answer="451 Later")
    found = await listed(world.receptionist.viewer, states=["DOUBTFUL", "FAILED"])
    assert [(each["state"], each["serverAnswer"]) for each in found] == [
        ("DOUBTFUL", "451 Later"),
        ("FAILED", "451 Later"),
    ]
    assert [each["state"] for each in await listed(world.vet.viewer)] == [
        state.value for state in reversed(MessageState)
    ]
    since = {"from": (NOW + DAY).isoformat(), "to": (NOW + 3 * DAY).isoformat()}
    assert [each["state"] for each in await listed(world.vet.viewer, **since)] == ["WITHDRAWN", "SENT"]
    assert await listed(world.vet.viewer, states=[]) == []


async def test_letters_can_be_asked_for_by_what_they_are_about(database):
    world = await a_world()
    visit = await a_booking(world.pet)
    await a_letter(visit)
    await a_care_letter(world.owner)
    (found,) = await listed(world.vet.viewer, letter="COMING_VISIT")
    assert found["appointment"] == {"startsAt": visit.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert len(await listed(world.vet.viewer)) == 2


async def test_codes_and_invitations_are_nobodys_letters(database):
    world = await a_world()
    for letter in (Letter.SIGN_IN_CODE, Letter.INVITATION):
        code = await a_care_letter(world.owner)
        await Message.filter(id=code.id).update(letter=letter, purpose=None)
        for viewer in (world.manager.viewer, world.owner.viewer):
            answer = await Program().ask(viewer, "query ($id: ID!) { node(id: $id) { id } }", id=id_of(code))
            assert answer.data == {"node": None}
        assert await listed(world.manager.viewer, letter=letter.value) == []


async def test_an_owner_reads_what_was_sent_to_her_and_nothing_that_waits_or_was_withheld(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other)
    for number, state in enumerate(MessageState):
        words = SENT if state is MessageState.SENT else {}
        await a_care_letter(world.owner, state=state, created_at=NOW + number * DAY, **words)
    await a_care_letter(other, state=MessageState.SENT, **{**SENT, "subject": "Not for Olga"})
    found = await listed(world.owner.viewer, MINE)
    assert [(each["state"], each["subject"]) for each in found] == [
        ("DOUBTFUL", ""),
        ("SENT", "Rex: time for a visit"),
    ]
    assert [each["subject"] for each in await listed(other.viewer, MINE)] == ["Not for Olga"]


async def test_a_former_owner_keeps_her_letters_and_comes_from_them_to_no_pet(database):
    world = await a_world()
    visit, reminder = await a_booking(world.pet), await a_reminder(world.pet)
    letter = await a_care_letter(world.owner, state=MessageState.SENT, appointment_id=visit.id, **SENT)
    told: Any = {"outcome": NoticeOutcome.SENT, "reason": NoticeReason.STEP_REACHED}
    await a_notice(reminder, letter, **told, consent_source=ConsentSource.FORM, consent_at=NOW - 30 * DAY)
    (before,) = await listed(world.owner.viewer, MINE)
    assert before["appointment"] == {"id": id_of(visit), "pet": {"name": "Rex"}}
    why = (
        "A letter was sent. Due day: 1 April 2026; its owners are told 30 days before it. "
        "Letters about care were agreed to on a form on 31 January 2026."
    )
    assert before["notices"] == [{"explanation": why, "reminder": {"pet": {"name": "Rex"}}}]

    await Ownership.filter(pet_id=world.pet.id).update(ends_on=TODAY)
    (after,) = await listed(world.owner.viewer, MINE)
    assert (after["subject"], after["body"]) == (SENT["subject"], SENT["body"])
    assert after["appointment"] is None
    assert after["notices"] == [{"explanation": why, "reminder": None}]


async def test_of_a_letter_to_a_shared_mailbox_each_owner_sees_what_was_decided_about_herself(database):
    world = await a_world()
    partner = await an_owner()
    await an_ownership(world.pet, partner)
    reminder = await a_reminder(world.pet)
    letter = await a_care_letter(world.owner, state=MessageState.SENT, **SENT)
    told: Any = {"outcome": NoticeOutcome.SENT, "reason": NoticeReason.STEP_REACHED}
    await a_notice(reminder, letter, **told)
    await a_notice(reminder, letter, **{**told, "client_id": partner.id})
    (hers,) = await listed(world.owner.viewer, MINE)
    assert len(hers["notices"]) == 1
    assert await listed(partner.viewer, MINE) == []
    notices = "{ myReminders { nodes { notices { outcome message { subject } } } } }"
    told_to = (await Program().ask(partner.viewer, notices)).data["myReminders"]["nodes"][0]["notices"]
    assert told_to == [{"outcome": "SENT", "message": None}]


async def test_what_a_client_wants_is_told_of_every_purpose_also_where_she_never_said(database):
    world = await a_world()
    await a_consent(world.owner, Purpose.CARE, said_at=NOW - DAY)
    await a_consent(world.owner, Purpose.APPOINTMENT, is_given=False, source=ConsentSource.UNSUBSCRIBED)
    expected = [
        {"purpose": "APPOINTMENT", "isWanted": False, "source": "UNSUBSCRIBED", "since": "2026-03-02T08:00:00Z"},
        {"purpose": "CARE", "isWanted": True, "source": "IN_PERSON", "since": "2026-03-01T08:00:00Z"},
        {"purpose": "MARKETING", "isWanted": False, "source": None, "since": None},
    ]
    asked = {"id": id_of(world.owner.client)}
    assert (await Program().ask(world.vet.viewer, CLIENT, **asked)).data["client"]["contactPreferences"] == expected
    assert (await Program().ask(world.owner.viewer, ME)).data["viewer"]["client"]["contactPreferences"] == expected
    silent = (await Program().ask(world.vet.viewer, CLIENT, id=id_of(await a_client()))).data["client"]
    assert [(each["purpose"], each["isWanted"], each["since"]) for each in silent["contactPreferences"]] == [
        ("APPOINTMENT", True, None),
        ("CARE", False, None),
        ("MARKETING", False, None),
    ]


async def test_a_dead_address_is_told_where_the_address_is_and_in_a_list_with_who_has_it(database):
    world = await a_world()
    address = (await ClientEmail.get(client_id=world.owner.id)).address
    letter = await a_care_letter(world.owner, state=MessageState.SENT, **SENT)
    await an_undeliverable_address(address.upper(), message_id=letter.id)
    await an_undeliverable_address("nobody@home.example", found_at=NOW - DAY)
    await a_client("Ann Zorn", email=address)
    found = await listed(world.receptionist.viewer, DEAD)
    told = {"answer": "550 5.1.1 No such user"}
    assert found == [
        {
            **told,
            "address": address.upper(),
            "foundAt": "2026-03-02T08:00:00Z",
            "message": {"subject": SENT["subject"]},
            "clients": [{"displayName": "Olga Berg"}, {"displayName": "Ann Zorn"}],
        },
        {
            **told,
            "address": "nobody@home.example",
            "foundAt": "2026-03-01T08:00:00Z",
            "message": None,
            "clients": [],
        },
    ]
    emails = [{"address": address, "undeliverableSince": "2026-03-02T08:00:00Z"}]
    assert (await Program().ask(world.owner.viewer, ME)).data["viewer"]["client"]["emails"] == emails
    answer = await Program().ask(world.vet.viewer, CLIENT, id=id_of(world.owner.client))
    assert answer.data["client"]["emails"] == emails


async def test_the_staff_read_every_letter_to_a_client(database):
    world = await a_world()
    await a_care_letter(world.owner, state=MessageState.WITHHELD, reason="no consent")
    await a_care_letter(world.owner, state=MessageState.SENT, created_at=NOW + DAY, **SENT)
    await a_care_letter(await a_client())
    answer = await Program().ask(world.vet.viewer, CLIENT, id=id_of(world.owner.client))
    assert answer.data["client"]["messages"] == {
        "totalCount": 2,
        "nodes": [
            {"letter": "CARE_REMINDER", "state": "SENT", "subject": SENT["subject"]},
            {"letter": "CARE_REMINDER", "state": "WITHHELD", "subject": ""},
        ],
    }


async def test_the_staff_write_down_what_a_client_said_and_how_they_know(database):
    world, program = await a_world(), Program()
    made = "ContactPreferencesSet { client { zone contactPreferences { purpose isWanted source } } }"
    client = id_of(world.owner.client)
    given: Any = {
        "clientId": client,
        "preferences": [{"purpose": "CARE", "isWanted": True}],
        "source": "PHONE",
        "zone": "America/New_York",
    }
    told = await done(program, world.vet.viewer, "setContactPreferences", made, **given)
    assert told["client"] == {
        "zone": "America/New_York",
        "contactPreferences": [
            {"purpose": "APPOINTMENT", "isWanted": True, "source": None},
            {"purpose": "CARE", "isWanted": True, "source": "PHONE"},
            {"purpose": "MARKETING", "isWanted": False, "source": None},
        ],
    }
    again = {"clientId": client, "source": "FORM", "zone": None, "idempotencyKey": "k2"}
    told = await done(program, world.vet.viewer, "setContactPreferences", made, **again)
    assert told["client"]["zone"] == ""
    assert told["client"]["contactPreferences"][1] == {"purpose": "CARE", "isWanted": True, "source": "PHONE"}
    twice = {**given, "preferences": given["preferences"] * 2, "idempotencyKey": "k3"}
    for wrong, expected in (
        (twice, ("InvalidInput", ["preferences"])),
        ({**given, "source": "OWNER", "idempotencyKey": "k3"}, ("InvalidInput", ["source"])),
        ({**given, "zone": "Nowhere/Land", "idempotencyKey": "k3"}, ("InvalidInput", ["zone"])),
        ({**given, "clientId": id_of(world.pet), "idempotencyKey": "k3"}, ("NotFound", ["clientId"])),
    ):
        assert await refused(program, world.vet.viewer, "setContactPreferences", made, **wrong) == expected


async def test_an_owner_says_herself_what_she_wants_and_nobody_elses(database):
    world, program = await a_world(), Program()
    made = "MyContactPreferencesSet { client { contactPreferences { purpose isWanted source since } } }"
    given = {"preferences": [{"purpose": "CARE", "isWanted": True}, {"purpose": "APPOINTMENT", "isWanted": False}]}
    told = await done(program, world.owner.viewer, "setMyContactPreferences", made, **given)
    said = {"source": "OWNER", "since": "2026-03-02T08:00:00Z"}
    assert told["client"]["contactPreferences"] == [
        {"purpose": "APPOINTMENT", "isWanted": False, **said},
        {"purpose": "CARE", "isWanted": True, **said},
        {"purpose": "MARKETING", "isWanted": False, "source": None, "since": None},
    ]
    other = "ContactPreferencesSet { client { id } }"
    theirs = {"clientId": id_of(await a_client()), "source": "PHONE"}
    assert await unheard_of(program, world.owner.viewer, "setContactPreferences", other, **theirs)


@pytest.mark.parametrize("many", [1, 100])
async def test_letters_and_addresses_take_as_many_statements_for_one_as_for_a_hundred(database, many):
    world, program = await a_world(), Program()
    reminder, visit = await a_reminder(world.pet), await a_booking(world.pet)
    for number in range(many):
        letter = await a_care_letter(world.owner, state=MessageState.SENT, appointment_id=visit.id, **SENT)
        await a_notice(reminder, letter, step=number)
        client = await a_client(f"Client {number}", email=f"client.{number}@home.example")
        await an_undeliverable_address(f"client.{number}@home.example", message_id=letter.id)
        await a_consent(client)
    clients = (
        "{ clients(first: 100) { totalCount nodes { contactPreferences { isWanted } emails { undeliverableSince } } } }"
    )
    asked: dict[str, tuple[Any, str]] = {
        "messages": (world.receptionist, ALL),
        "mine": (world.owner, MINE),
        "dead": (world.receptionist, DEAD),
        "clients": (world.vet, clients),
    }
    taken = {}
    for name, (who, document) in asked.items():
        answer = await program.ask(who.viewer, document)
        ((found,),) = [answer.data.values()]
        assert found["totalCount"] >= many
        taken[name] = answer.statements.count
    rides = database.dialect == "postgres"  # the first list below comes in the statement of what it is below
    assert taken == {"messages": 3 - rides, "mine": 3 - rides, "dead": 3, "clients": 5 - rides}
