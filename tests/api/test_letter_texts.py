"""The words of letters through the contract: managers write them and look at them, all the staff read them."""

from __future__ import annotations

import pytest

from models import Letter, Role
from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import (
    a_booking,
    a_letter_text,
    a_location,
    a_manager,
    a_member,
    a_receptionist,
    a_reminder,
    a_rule,
    a_world,
)

TEXT = "letterText { id letter rule { name } language version subject body isInUse madeBy { displayName } }"
BODY = "Dear {{ client }},\n<b>it is time</b>.\n\n[due]"
LOOK = """query ($letter: Letter!, $language: String!, $subject: String, $body: String, $rule: ID, $reminder: ID, $visit: ID) {
  letterPreview(letter: $letter, language: $language, subject: $subject, body: $body, ruleId: $rule, reminderId: $reminder,
    appointmentId: $visit) { subject text html } }"""


@pytest.fixture
async def world(database):
    return await a_world()


async def test_a_manager_writes_a_letter_and_takes_it_back(world):
    manager, program = await a_manager(), Program()
    rule = await a_rule("Heartworm")
    given = {"letter": "CARE_REMINDER", "ruleId": id_of(rule), "language": "en", "subject": "{{ what }}", "body": BODY}
    made = (await done(program, manager.viewer, "setLetterText", f"LetterTextSet {{ {TEXT} }}", **given))["letterText"]
    text_id = made["id"]
    assert made == {
        "id": text_id,
        "letter": "CARE_REMINDER",
        "rule": {"name": "Heartworm"},
        "language": "en",
        "version": 1,
        "subject": "{{ what }}",
        "body": BODY,
        "isInUse": True,
        "madeBy": {"displayName": manager.staff.display_name},
    }
    reset = await done(
        program, manager.viewer, "resetLetterText", f"LetterTextReset {{ {TEXT} }}", letterTextId=text_id
    )
    assert reset["letterText"] == {**made, "isInUse": False}


async def test_a_refusal_names_the_place_in_the_text(world):
    manager, program = await a_manager(), Program()
    given = {"letter": "COMING_VISIT", "language": "en", "subject": "Soon", "body": "{{ pets }}\n\n[visit]"}
    deed = ("setLetterText", f"LetterTextSet {{ {TEXT} }}")
    assert await refused(program, manager.viewer, *deed, **given) == ("InvalidInput", ["body"])
    unknown = {**given, "letter": "CARE_REMINDER", "body": BODY, "ruleId": id_of(world.pet)}
    assert await refused(program, manager.viewer, *deed, **unknown) == ("NotFound", ["ruleId"])
    reset = ("resetLetterText", f"LetterTextReset {{ {TEXT} }}")
    assert await refused(program, manager.viewer, *reset, letterTextId="x") == ("NotFound", ["letterTextId"])


async def test_only_managers_write_and_look_and_owners_know_of_nothing(world):
    program, deed = Program(), ("setLetterText", f"LetterTextSet {{ {TEXT} }}")
    given = {"letter": "COMING_VISIT", "language": "en", "subject": "Soon", "body": "[visit]"}
    desk = (await a_receptionist("Rita")).viewer
    local = (await a_member("Max", Role.MANAGER, at=await a_location("Quay"))).viewer
    assert await not_allowed(program, desk, *deed, **given) == "FORBIDDEN"
    assert await not_allowed(program, local, *deed, **given) == "FORBIDDEN"
    assert await unheard_of(program, world.owner.viewer, *deed, **given)
    visit = id_of(await a_booking(world.pet))
    assert (await program.ask(desk, LOOK, letter="COMING_VISIT", language="en", visit=visit)).code == "FORBIDDEN"
    seen = await program.ask(local, LOOK, letter="COMING_VISIT", language="en", visit=visit)
    assert seen.data["letterPreview"]["subject"].startswith("Coming appointment: ")


async def test_a_manager_looks_at_a_letter_before_anybody_gets_it(world):
    manager, program = await a_manager(), Program()
    rule = await a_rule("Heartworm")
    reminder = id_of(await a_reminder(world.pet, rule, subject=""))
    about = {"letter": "CARE_REMINDER", "language": "en", "reminder": reminder, "rule": id_of(rule)}
    answer = await program.ask(manager.viewer, LOOK, **about, subject="{{ what }}", body=BODY)
    seen = answer.data["letterPreview"]
    assert seen["subject"] == "Heartworm"
    assert seen["text"].splitlines()[1] == "<b>it is time</b>."
    assert "&lt;b&gt;it is time&lt;/b&gt;.</p>" in seen["html"]
    answer = await program.ask(manager.viewer, LOOK, **about, subject="{{ who }}", body=BODY)
    assert (answer.code, answer.body["data"]) == ("BAD_INPUT", {"letterPreview": None})
    assert answer.body["errors"][0]["message"].startswith(
        "Line 1: {{ who }} is not known here. Known are {{ practice }}, "
    )
    about["reminder"] = id_of(rule)
    answer = await program.ask(manager.viewer, LOOK, **about)
    assert (answer.body["data"], "errors" in answer.body) == ({"letterPreview": None}, False)


async def test_the_staff_read_which_words_are_in_use(world):
    program, desk = Program(), (await a_receptionist("Rita")).viewer
    await a_letter_text(is_in_use=False)
    await a_letter_text(version=2)
    await a_letter_text(Letter.APPOINTMENT_BOOKED, language="de")
    ask = "query ($inUse: Boolean) { letterTexts(onlyInUse: $inUse) { letter language version } }"
    everything = (await program.ask(desk, ask)).data["letterTexts"]
    assert everything == [
        {"letter": "APPOINTMENT_BOOKED", "language": "de", "version": 1},
        {"letter": "CARE_REMINDER", "language": "en", "version": 2},
        {"letter": "CARE_REMINDER", "language": "en", "version": 1},
    ]
    assert (await program.ask(desk, ask, inUse=True)).data["letterTexts"] == everything[:2]
