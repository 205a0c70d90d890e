"""What a letter tells of a reminder: what is due, for whom, when, why, and what can be booked for it."""

from __future__ import annotations

from datetime import date

import pytest

from models import Location, RuleKind, Service, Target, VaccinationDue, language, sql
from models.due_date import Reason
from resolvers import letters
from tests.world import (
    NOW,
    a_letter_text,
    a_location,
    a_note,
    a_pet,
    a_practice,
    a_prescription,
    a_reminder,
    a_rule,
    a_service,
    a_visit,
    an_owner,
)

pytestmark = pytest.mark.anyio

DUE = date(2026, 4, 1)


@pytest.fixture
async def rex(database):
    await a_practice()
    await a_location()
    await Location.all().update(phone="+49 30 1234567")
    return await a_pet(await an_owner("Olga Berg"), name="Rex")


async def told(reminder, tag="en"):
    statement = f"SELECT {letters.TOLD} FROM reminder r {letters.JOINED} WHERE r.id = ?"
    [row] = await sql.fetch(statement, (language.spoken(tag), reminder.id))
    return letters.item(row, tag)


async def a_dose_is_due(pet, target, reason):
    await VaccinationDue.create(
        pet_id=pet.id,
        target=target,
        due_on=DUE,
        earliest_on=DUE,
        reason=reason,
        sentence="It is due.",
        worked_out_at=NOW,
    )


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "Rabies booster"), ("de-AT", "Tollwutimpfung"), ("es", "Rabies booster"), ("fr", "Rabies booster")],
)
def test_a_rule_is_called_in_the_language_of_the_reader_or_by_its_name(tag, name):
    assert letters.called('{"de": "Tollwutimpfung", "es": ""}', "Rabies booster", tag) == name


async def test_an_item_says_what_is_due_when_why_and_where(rex):
    await a_dose_is_due(rex, Target.RABIES, Reason.BOOSTER)
    service = await a_service("Vaccination")
    rule = await a_rule(called={"de": "Tollwutimpfung"}, services=[service], targets=["RABIES"])
    item = await told(await a_reminder(rex, rule, due_on=DUE), "de")
    assert (item.pet, item.called, item.detail, item.due_on) == ("Rex", "Tollwutimpfung", "", DUE)
    assert item.why == "Eine Auffrischung erhält den Schutz der letzten Impfung."
    assert (item.rule_id, item.service, item.place.phone) == (rule.id, "Vaccination", "+49 30 1234567")
    assert (item.own, item.why_not) == (None, None)


async def test_an_item_of_a_rule_about_several_diseases_says_which_one(rex):
    await a_dose_is_due(rex, Target.LEPTOSPIROSIS, Reason.FIRST_SERIES)
    item = await told(await a_reminder(rex, await a_rule("Vaccination"), subject="LEPTOSPIROSIS"))
    assert (item.called, item.detail) == ("Vaccination", "Leptospirosis")
    assert item.why == "The first series of doses is not complete yet."


@pytest.mark.parametrize("change", [{"is_offered": False}, {"is_bookable_online": False}, {"is_farewell": True}])
async def test_what_owners_cannot_book_has_no_service(rex, change):
    service = await a_service("Dental check")
    reminder = await a_reminder(rex, await a_rule("Dental", services=[service]))
    assert (await told(reminder)).service == "Dental check"
    await Service.all().update(**change)
    assert (await told(reminder)).service == ""


async def test_an_interval_and_an_age_say_why(rex):
    dental = await a_rule("Dental", RuleKind.SERVICE_INTERVAL, every_months=12)
    senior = await a_rule("Senior check", RuleKind.AGE, first_age_months=96)
    yearly = await told(await a_reminder(rex, dental, subject=""), "de")
    assert yearly.why == "Wir empfehlen das regelmäßig; der Abstand ist 1 Jahr."
    assert (await told(await a_reminder(rex, senior, subject=""))).why == "We recommend it at this age."


async def test_a_repeat_names_the_medicine(rex):
    note = await a_note(await a_visit(rex))
    prescription = await a_prescription(note)
    rule = await a_rule("Medicine", RuleKind.PRESCRIPTION_REPEAT)
    item = await told(await a_reminder(rex, rule, subject=str(prescription.id)))
    assert (item.called, item.detail) == ("Medicine", "Meloxicam")
    assert item.why == "What you were given last should be used up by then."


async def test_the_words_of_the_practice_for_a_rule_come_with_its_items(rex):
    rule = await a_rule()
    reminder = await a_reminder(rex, rule)
    await a_letter_text(rule_id=rule.id, is_in_use=False)
    await a_letter_text()
    assert (await told(reminder)).own is None
    text = await a_letter_text(rule_id=rule.id, version=2, subject="Rabies")
    own = (await told(reminder)).own
    assert own is not None
    assert (own.text_id, own.subject, own.body) == (text.id, "Rabies", text.body)
    assert (await told(reminder, "de")).own is None


async def test_no_name_in_an_item_can_break_a_line(rex):
    await a_rule("Rabies\r\nbooster\u202e")
    assert (await told(await a_reminder(rex))).called == "Rabies booster"
