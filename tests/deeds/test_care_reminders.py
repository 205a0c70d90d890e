"""A care reminder says what is due for whom, when and why, how to book it, and how to hear no more of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from structlog.testing import capture_logs

from models import ConsentSource, Location, NoticeReason, RuleKind, Target, VaccinationDue, language, sql
from models.due_date import Reason
from resolvers import letter_links, letters
from tests.letterbox import LINKS, Reading, says_the_same
from tests.world import (
    NOW,
    a_care_letter,
    a_letter_text,
    a_location,
    a_pet,
    a_practice,
    a_reminder,
    a_rule,
    a_service,
    an_owner,
)

pytestmark = pytest.mark.anyio

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 4)
PAST = date(2026, 2, 16)


@pytest.fixture
async def olga(database):
    await a_practice()
    await a_location()
    await Location.all().update(phone="+49 30 1234567")
    return await an_owner("Olga Berg")


async def item(reminder, tag="en", **more):
    statement = f"SELECT {letters.TOLD} FROM reminder r {letters.JOINED} WHERE r.id = ?"
    [row] = await sql.fetch(statement, (language.spoken(tag), reminder.id))
    return replace(letters.item(row, tag), **more)


async def reminded(olga, *items, now=NOW, own=None, **more):
    """The letter to Olga about these items, and its message."""
    message = await a_care_letter(olga, **more)
    facts = replace(await letters.facts(message), due=items)
    return letters.written(message, replace(facts, own=own) if own else facts, **LINKS, now=now), message


async def rabies(pet, due_on=APRIL, **more):
    await VaccinationDue.create(
        pet_id=pet.id, target=Target.RABIES, due_on=due_on, earliest_on=due_on, reason=Reason.BOOSTER,
        sentence="The booster after the last one.", worked_out_at=NOW,
    )  # fmt: skip
    return await a_reminder(pet, due_on=due_on, **more)


async def a_household(olga, tag):
    """Bella's rabies booster and senior check, Milo's booster, and Iris' dental check, which was due."""
    bella, milo, iris = [await a_pet(olga, name=name) for name in ("Bella", "Milo", "Iris")]
    vaccination = await a_service("Vaccination")
    booster = await a_rule(
        services=[vaccination],
        targets=["RABIES"],
        called={"en": "rabies booster", "de": "Tollwutimpfung", "es": "vacuna de la rabia"},
    )
    names = {"en": "dental check", "de": "Zahnkontrolle", "es": "revisión dental"}
    dental = await a_rule(
        "Dental", RuleKind.SERVICE_INTERVAL, every_months=12, services=[await a_service("Dental")], called=names
    )
    senior = await a_rule(
        "Senior",
        RuleKind.AGE,
        first_age_months=96,
        called={"en": "senior check", "de": "Seniorencheck", "es": "revisión sénior"},
    )
    due = [
        await rabies(bella, rule=booster),
        await rabies(milo, rule=booster),
        await a_reminder(iris, dental, due_on=PAST, subject=""),
        await a_reminder(bella, senior, due_on=MAY, subject=""),
    ]
    return due, [await item(reminder, tag) for reminder in due]


def books(message, reminder):
    return letter_links.book(reminder.id, message.client_id, **LINKS)


async def test_one_letter_tells_a_household_of_three_pets_in_english(olga):
    due, items = await a_household(olga, "en")
    said = {"consent_source": ConsentSource.IN_PERSON, "consent_at": datetime(2026, 1, 5, 23, 30, tzinfo=UTC)}
    letter, message = await reminded(olga, *items, **said)
    assert letter.subject == "Reminder for Iris, Bella and Milo"
    assert letter.text == (
        "Dear Olga Berg,\n\n"
        "We would like to remind you of what is due for Iris, Bella and Milo:\n\n"
        "Iris\n"
        "- Dental check: was due on Monday, 16 February 2026\n"
        "  We recommend it regularly; the interval is 1 year.\n"
        f"  Book an appointment for Iris: {books(message, due[2])}\n\n"
        "Bella\n"
        "- Rabies booster: due on Wednesday, 1 April 2026\n"
        "  A booster keeps up the protection of the last dose.\n"
        f"  Book an appointment for Bella: {books(message, due[0])}\n"
        "- Senior check: due on Monday, 4 May 2026\n"
        "  We recommend it at this age.\n\n"
        "Milo\n"
        "- Rabies booster: due on Wednesday, 1 April 2026\n"
        "  A booster keeps up the protection of the last dose.\n"
        f"  Book an appointment for Milo: {books(message, due[1])}\n\n"
        "If it has been done elsewhere, or you would like to talk about it first, please call us on +49 30 1234567. "
        "We will gladly note it.\n\n"
        "Your team at High Street Vets\n\n"
        "You get this because you told us in person, on 6 January 2026, that you would like reminders about care from "
        "High Street Vets.\n"
        f"Stop reminders about care: {letter.unsubscribe_url}\n"
    )
    assert letter.unsubscribe_url == letter_links.unsubscribe(message.id, **LINKS)


async def test_one_letter_tells_a_household_of_three_pets_in_german(olga):
    due, items = await a_household(olga, "de")
    letter, message = await reminded(olga, *items, language="de")
    assert letter.subject == "Erinnerung für Iris, Bella und Milo"
    assert letter.text == (
        "Guten Tag Olga Berg,\n\n"
        "wir möchten Sie daran erinnern, was für Iris, Bella und Milo ansteht:\n\n"
        "Iris\n"
        "- Zahnkontrolle: war fällig am Montag, 16. Februar 2026\n"
        "  Wir empfehlen das regelmäßig; der Abstand ist 1 Jahr.\n"
        f"  Termin für Iris buchen: {books(message, due[2])}\n\n"
        "Bella\n"
        "- Tollwutimpfung: fällig am Mittwoch, 1. April 2026\n"
        "  Eine Auffrischung erhält den Schutz der letzten Impfung.\n"
        f"  Termin für Bella buchen: {books(message, due[0])}\n"
        "- Seniorencheck: fällig am Montag, 4. Mai 2026\n"
        "  Wir empfehlen das in diesem Alter.\n\n"
        "Milo\n"
        "- Tollwutimpfung: fällig am Mittwoch, 1. April 2026\n"
        "  Eine Auffrischung erhält den Schutz der letzten Impfung.\n"
        f"  Termin für Milo buchen: {books(message, due[1])}\n\n"
        "Wenn es schon anderswo gemacht wurde oder Sie erst darüber sprechen möchten, rufen Sie uns bitte an: "
        "+49 30 1234567. Wir vermerken es gern.\n\n"
        "Ihr Team von High Street Vets\n\n"
        "Sie bekommen diese Nachricht, weil Sie Erinnerungen an die Vorsorge von High Street Vets zugestimmt haben.\n"
        f"Keine Erinnerungen an die Vorsorge mehr: {letter.unsubscribe_url}\n"
    )


async def test_one_letter_tells_a_household_of_three_pets_in_spanish(olga):
    due, items = await a_household(olga, "es")
    said = {"consent_source": ConsentSource.OWNER, "consent_at": NOW}
    letter, message = await reminded(olga, *items, language="es", **said)
    assert letter.subject == "Recordatorio para Iris, Bella y Milo"
    assert letter.text == (
        "Buenos días, Olga Berg:\n\n"
        "Queremos recordarle lo que está previsto para Iris, Bella y Milo:\n\n"
        "Iris\n"
        "- Revisión dental: era para el lunes, 16 de febrero de 2026\n"
        "  Lo recomendamos con regularidad; el intervalo es de 1 año.\n"
        f"  Reservar una cita para Iris: {books(message, due[2])}\n\n"
        "Bella\n"
        "- Vacuna de la rabia: para el miércoles, 1 de abril de 2026\n"
        "  Una dosis de refuerzo mantiene la protección de la última vacuna.\n"
        f"  Reservar una cita para Bella: {books(message, due[0])}\n"
        "- Revisión sénior: para el lunes, 4 de mayo de 2026\n"
        "  Lo recomendamos a esta edad.\n\n"
        "Milo\n"
        "- Vacuna de la rabia: para el miércoles, 1 de abril de 2026\n"
        "  Una dosis de refuerzo mantiene la protección de la última vacuna.\n"
        f"  Reservar una cita para Milo: {books(message, due[1])}\n\n"
        "Si ya se ha hecho en otro lugar o prefiere hablarlo antes, llámenos, por favor, al +49 30 1234567. "
        "Lo anotaremos con mucho gusto.\n\n"
        "Su equipo de High Street Vets\n\n"
        "Recibe este mensaje porque el 2 de marzo de 2026 eligió en línea los recordatorios sobre cuidados de "
        "High Street Vets.\n"
        f"Dejar de recibir recordatorios sobre cuidados: {letter.unsubscribe_url}\n"
    )


@pytest.mark.parametrize("tag", language.SPOKEN)
async def test_the_page_says_what_the_text_says_and_can_be_listened_to(olga, tag):
    due, items = await a_household(olga, tag)
    letter, message = await reminded(olga, *items, language=tag)
    page = Reading(letter.html)
    assert says_the_same(letter)
    assert page.attributes["html"] == {"lang": tag}
    assert (page.tags.count("table"), page.tags.count("caption"), page.tags.count("th")) == (3, 3, 4)
    assert page.attributes["th"]["scope"] == "row"
    assert {"img", "script", "style"}.isdisjoint(page.tags)
    assert page.links == [*(books(message, due[number]) for number in (2, 0, 1)), letter.unsubscribe_url]
    assert "{" not in letter.text + letter.subject


@pytest.mark.parametrize(
    ("tag", "subject", "sentence"),
    [
        (
            "en",
            "Reminder for Bella: Rabies booster",
            "The day for this has passed. That happens easily, and it is still worth doing:",
        ),
        (
            "de",
            "Erinnerung für Bella: Rabies booster",
            "der Tag hierfür ist schon vorbei. Das passiert leicht, und es lohnt sich immer noch:",
        ),
        (
            "es",
            "Recordatorio para Bella: Rabies booster",
            "La fecha prevista ya ha pasado. Ocurre fácilmente, y todavía merece la pena:",
        ),
    ],
)
async def test_what_was_due_is_told_without_a_reproach(olga, tag, subject, sentence):
    bella = await a_pet(olga, name="Bella")
    letter, _ = await reminded(
        olga, await item(await rabies(bella, PAST, rule=await a_rule(targets=["RABIES"])), tag), language=tag
    )
    assert letter.subject == subject
    assert letter.text.split("\n\n")[1] == sentence


async def test_what_is_due_today_at_the_place_was_not_due_before(olga):
    await Location.all().update(zone="Pacific/Auckland")
    due = await item(await rabies(await a_pet(olga), date(2026, 3, 3)))
    early, _ = await reminded(olga, due, now=datetime(2026, 3, 3, 10, 59, tzinfo=UTC))
    late, _ = await reminded(olga, due, now=datetime(2026, 3, 3, 11, 0, tzinfo=UTC))
    assert ": due on Tuesday, 3 March 2026" in early.text
    assert ": was due on Tuesday, 3 March 2026" in late.text


async def test_what_one_rule_says_of_a_pet_on_one_day_is_one_line(olga):
    bella = await a_pet(olga, name="Bella")
    rule = await a_rule("Vaccination", services=[await a_service("Vaccination")])
    due = [await a_reminder(bella, rule, subject=subject, due_on=APRIL) for subject in ("DISTEMPER", "PARVOVIRUS")]
    later = await a_reminder(bella, rule, subject="RABIES", due_on=MAY)
    letter, message = await reminded(olga, *[await item(reminder) for reminder in (later, *due)])
    assert letter.subject == "Reminder for Bella: Vaccination (Distemper, Parvovirus and Rabies)"
    assert [line for line in letter.text.splitlines() if line.startswith(("-", "  Book"))] == [
        "- Vaccination (Distemper and Parvovirus): due on Wednesday, 1 April 2026",
        f"  Book an appointment for Bella: {books(message, due[0])}",
        "- Vaccination (Rabies): due on Monday, 4 May 2026",
        f"  Book an appointment for Bella: {books(message, later)}",
    ]


async def test_two_pets_of_one_name_stay_two(olga):
    items = [await item(await rabies(await a_pet(olga, name="Luna"))) for _ in range(2)]
    letter, _ = await reminded(olga, *items)
    assert letter.subject == "Reminder for Luna and Luna"
    assert Reading(letter.html).tags.count("table") == 2


async def test_what_is_not_told_any_more_is_left_out(olga):
    bella, milo = [await a_pet(olga, name=name) for name in ("Bella", "Milo")]
    died = await item(await rabies(bella), why_not=NoticeReason.PET_DIED)
    letter, _ = await reminded(olga, died, await item(await rabies(milo)))
    assert "Bella" not in letter.subject + letter.text + letter.html
    with pytest.raises(LookupError, match="still to be told"):
        await reminded(olga, died)


async def test_who_shares_a_mailbox_is_told_once_and_books_in_her_own_name(olga):
    paul = await an_owner("Paul Orsted")
    due = await item(await rabies(await a_pet(olga)), client_id=paul.id)
    due = replace(due, service="Vaccination")
    letter, _ = await reminded(olga, due, replace(due, client_id=olga.id))
    assert letter.text.count("- Rabies booster") == 1
    assert Reading(letter.html).links[0] == letter_links.book(due.reminder_id, paul.id, **LINKS)


async def test_places_with_different_phones_are_told_by_their_names(olga):
    items = [await item(await rabies(await a_pet(olga, name=name))) for name in ("Bella", "Milo")]
    quay = replace(items[1].place, name="Quay", phone="+49 30 7654321")
    two, _ = await reminded(olga, items[0], replace(items[1], place=quay))
    assert "please call us on +49 30 1234567 (High Street), +49 30 7654321 (Quay). We" in two.text
    none, _ = await reminded(olga, replace(items[1], place=replace(quay, phone="")))
    assert "talk about it first, please tell us. We" in none.text


@pytest.mark.parametrize(
    ("tag", "names", "told"),
    [
        ("es", ("Rex", "Iris"), "Rex e Iris"),
        ("es", ("Rex", "Hiro"), "Rex e Hiro"),
        ("es", ("Rex", "Hielo"), "Rex y Hielo"),
        ("es", ("Iris",), "Iris"),
        ("es", ("Ana", "Rex", "Íker"), "Ana, Rex e Íker"),
        ("de", ("Rex", "Iris"), "Rex und Iris"),
    ],
)
async def test_pets_are_listed_as_people_list_them(olga, tag, names, told):
    items = [
        await item(await rabies(await a_pet(olga, name=name), date(2026, 4, day))) for day, name in enumerate(names, 1)
    ]
    letter, _ = await reminded(olga, *items, language=tag)
    assert letter.subject.split(": ")[0] in (f"Recordatorio para {told}", f"Erinnerung für {told}")


@pytest.mark.parametrize("source", [source for source in ConsentSource if source is not ConsentSource.UNSUBSCRIBED])
@pytest.mark.parametrize("tag", language.SPOKEN)
async def test_a_letter_says_how_it_is_known_that_she_wants_it(olga, tag, source):
    due = await item(await rabies(await a_pet(olga)), tag)
    letter, _ = await reminded(olga, due, language=tag, consent_source=source, consent_at=NOW)
    because = letter.text.split("\n\n")[-1]
    assert {"en": "2 March 2026", "de": "2. März 2026", "es": "2 de marzo de 2026"}[tag] in because
    assert "High Street Vets" in because


async def test_no_name_in_a_reminder_can_break_the_page(olga):
    bella = await a_pet(olga, name="<b>Bella</b> {{ practice }}")
    rule = await a_rule("<script>alert(1)</script>")
    letter, _ = await reminded(olga, await item(await rabies(bella, rule=rule)))
    assert {"b", "script"}.isdisjoint(Reading(letter.html).tags)
    assert letter.text.splitlines()[4] == "<b>Bella</b> {{ practice }}"
    assert says_the_same(letter)


async def test_the_words_of_the_practice_are_used_for_reminders(olga):
    own = await a_letter_text(body="Dear {{ client }},\nit is time for {{ pets }}.\n\n[due]\n\nCall {{ phone }}.")
    letter, _ = await reminded(olga, await item(await rabies(await a_pet(olga, name="Bella"))))
    assert letter.text_id == own.id
    assert letter.subject == "Bella: time for a visit"
    paragraphs = letter.text.split("\n\n")
    assert paragraphs[0] == "Dear Olga Berg,\nit is time for Bella."
    assert paragraphs[1].startswith("Bella\n- Rabies booster")
    assert paragraphs[2] == "Call +49 30 1234567."
    assert paragraphs[3].startswith("You get this because")
    assert "<p>Dear Olga Berg,<br>\nit is time for Bella.</p>" in letter.html
    assert says_the_same(letter)


async def test_the_words_for_a_rule_are_used_when_the_letter_is_about_that_rule_alone(olga):
    bella = await a_pet(olga, name="Bella")
    rule = await a_rule(called={"en": "rabies booster"})
    general = await a_letter_text()
    of_the_rule = await a_letter_text(rule_id=rule.id, subject="{{ what }} for {{ pets }}")
    booster = await item(await rabies(bella, rule=rule))
    senior = await item(await a_reminder(bella, await a_rule("Senior", RuleKind.AGE, first_age_months=96)))
    alone, _ = await reminded(olga, booster)
    assert (alone.text_id, alone.subject) == (of_the_rule.id, "rabies booster for Bella")
    together, _ = await reminded(olga, booster, senior)
    assert (together.text_id, together.subject) == (general.id, "Bella: time for a visit")


async def test_words_of_the_practice_that_do_not_hold_any_more_are_replaced_by_ours(olga):
    own = await a_letter_text(body="{{ nobody }}\n\n[due]")
    due = await item(await rabies(await a_pet(olga, name="Bella"), rule=await a_rule(targets=["RABIES"])))
    with capture_logs() as logged:
        letter, _ = await reminded(olga, due)
    assert (letter.text_id, letter.subject) == (None, "Reminder for Bella: Rabies booster")
    assert [(line["event"], line["text"]) for line in logged] == [("letter_text_failed", str(own.id))]
