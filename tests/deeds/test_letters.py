"""Letters say what somebody needs to know, in the reader's language and on the clock of the place."""

import re
from datetime import UTC, date, datetime

import pytest

from models import Letter, Location, Message, Pet, Service, Staff, Status, language, sql
from models.message import PURPOSES
from resolvers import letter_links, letters, messages
from resolvers.letters.words import _TEXTS
from resolvers.messages import Recipient
from tests.letterbox import LINKS, Reading, says_the_same, written
from tests.postbox import PaperVault
from tests.world import NOW, a_booking, a_letter, a_location, a_pet, a_practice, a_service, a_vet, an_owner
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

ABOUT_VISITS = [Letter.APPOINTMENT_BOOKED, Letter.APPOINTMENT_MOVED, Letter.APPOINTMENT_CANCELLED, Letter.COMING_VISIT]


@pytest.fixture
async def place(database):
    await a_practice()
    place = await a_location()
    await Location.all().update(street="Hauptstraße 7", postal_code="10115", phone="+49 30 1234567")
    return place


def visit_link(message, visit):
    return letter_links.visit(visit.id, message.client_id, visit.starts_at, **LINKS)


async def a_visit(**more):
    owner = await an_owner("Olga Berg")
    await a_vet("Vera Falk")
    return await a_booking(await a_pet(owner, name="Rex"), **more)


async def a_door_letter(letter, secret, language="en"):
    to = Recipient("olga@home.example", language)
    message = messages.waiting(letter, to, now=NOW, secret=PaperVault().seal(secret))
    await sql.insert([message])
    return message


async def test_a_booking_is_confirmed_in_english(place):
    visit = await a_visit()
    message = await a_letter(visit, Letter.APPOINTMENT_BOOKED)
    letter = await written(message)
    assert letter.to_address == "olga.berg@home.example"
    assert letter.subject == "Booked: Rex on Monday, 2 March 2026, 10:00"
    assert letter.language == "en"
    assert letter.text == (
        "Dear Olga Berg,\n\n"
        "The appointment for Rex is booked. We look forward to seeing you both.\n\n"
        "When: Monday, 2 March 2026, 10:00 (Central European Standard Time)\n"
        "Where: High Street, Hauptstraße 7, 10115 Berlin\n"
        "Phone: +49 30 1234567\n"
        "Pet: Rex\n"
        "Service: Check-up\n"
        "Vet: Vera Falk\n\n"
        f"Confirm or cancel this appointment: {visit_link(message, visit)}\n\n"
        "If you cannot come, please cancel the appointment with the link above: someone else will be glad of the time. "
        "For another time, please use our app or call us on +49 30 1234567.\n\n"
        "Your team at High Street Vets\n\n"
        "You get this because of an appointment at High Street Vets.\n"
        f"Stop messages about appointments: {letter.unsubscribe_url}\n"
    )
    assert letter.unsubscribe_url == letter_links.unsubscribe(message.id, **LINKS)
    assert letter.text_id is None


async def test_a_moved_visit_is_told_in_german(place):
    visit = await a_visit()
    message = await a_letter(visit, Letter.APPOINTMENT_MOVED, language="de")
    letter = await written(message)
    assert letter.subject == "Verlegt: Rex nun am Montag, 2. März 2026, 10:00"
    assert letter.language == "de"
    assert letter.text == (
        "Guten Tag Olga Berg,\n\n"
        "der Termin für Rex wurde verlegt. Dies ist die neue Zeit; die alte gilt nicht mehr.\n\n"
        "Wann: Montag, 2. März 2026, 10:00 (Mitteleuropäische Normalzeit)\n"
        "Wo: High Street, Hauptstraße 7, 10115 Berlin\n"
        "Telefon: +49 30 1234567\n"
        "Tier: Rex\n"
        "Leistung: Check-up\n"
        "Bei: Vera Falk\n\n"
        f"Termin bestätigen oder absagen: {visit_link(message, visit)}\n\n"
        "Wenn Sie nicht kommen können, sagen Sie den Termin bitte mit dem Link oben ab: Andere freuen sich über die freie "
        "Zeit. Für eine andere Zeit nutzen Sie bitte unsere App oder rufen Sie uns an: +49 30 1234567.\n\n"
        "Ihr Team von High Street Vets\n\n"
        "Sie bekommen diese Nachricht wegen eines Termins bei High Street Vets.\n"
        f"Keine Nachrichten zu Terminen mehr: {letter.unsubscribe_url}\n"
    )


async def test_what_a_letter_needs_is_read_with_two_statements(place):
    message = await a_letter(await a_visit())
    with counted() as statements:
        await written(message)
    assert statements.count == 2


@pytest.mark.parametrize("spoken", language.SPOKEN)
@pytest.mark.parametrize("letter", [*ABOUT_VISITS, Letter.APPOINTMENT_MISSED])
async def test_what_is_planned_has_one_name_in_all_letters(place, spoken, letter):
    """It is an appointment, `Termin`, `cita`; where there is a link, the text tells what the link does."""
    envelope = await written(await a_letter(await a_visit(), letter, language=spoken))
    said = re.sub(r"https?://\S+", "", f"{envelope.subject} {envelope.text}")
    assert not re.search(r"\b(visit|visits|Besuch|Besuche|visita|visitas)\b", said)
    if "/visits/" in envelope.text:
        above = {
            "en": "cancel the appointment with the link above",
            "de": "mit dem Link oben ab",
            "es": "enlace de arriba",
        }
        assert above[spoken] in said


@pytest.mark.parametrize("spoken", language.SPOKEN)
@pytest.mark.parametrize(
    ("letter", "is_farewell"),
    [
        *((letter, False) for letter in Letter if letter is not Letter.CARE_REMINDER),
        *((letter, True) for letter in ABOUT_VISITS),
    ],
)
async def test_every_letter_can_be_written_and_says_the_same_in_text_and_html(place, letter, spoken, is_farewell):
    if letter in PURPOSES:
        await a_service(is_farewell=is_farewell)
        message = await a_letter(await a_visit(), letter, language=spoken)
    else:
        message = await a_door_letter(letter, "271828", spoken)
    envelope = await written(message)
    page = Reading(envelope.html)
    assert says_the_same(envelope)
    assert page.attributes["html"] == {"lang": spoken}
    assert page.words[: len(envelope.subject.split())] == envelope.subject.split()
    assert {"img", "script", "style"}.isdisjoint(page.tags)
    assert "{" not in envelope.text + envelope.subject
    assert ("/unsubscribe/" in envelope.text) == (letter in PURPOSES)


async def test_the_code_stands_in_the_letter_but_not_in_its_subject(place):
    envelope = await written(await a_door_letter(Letter.SIGN_IN_CODE, "271828"))
    assert envelope.subject == "Your sign-in code for High Street Vets"
    assert "\n\n271828\n\n" in envelope.text
    assert "<strong>271828</strong>" in envelope.html
    assert "invitation" not in envelope.text + envelope.html


async def test_an_invitation_holds_a_link_and_the_token_to_paste(place):
    envelope = await written(await a_door_letter(Letter.INVITATION, "a/b+c=", "de"), public_url="https://vet.example")
    assert envelope.subject == "Sie sind ins Team von High Street Vets eingeladen"
    assert "\n\nhttps://vet.example/#invitation=a%2Fb%2Bc%3D\n\n" in envelope.text
    assert "\n\na/b+c=\n\n" in envelope.text
    assert Reading(envelope.html).attributes["a"]["href"] == "https://vet.example/#invitation=a%2Fb%2Bc%3D"


async def test_the_first_invitation_is_written_before_there_is_a_practice(database):
    envelope = await written(await a_door_letter(Letter.INVITATION, "token"))
    assert envelope.subject == "You are invited to the team of Vetdesk"


@pytest.mark.parametrize(
    ("language", "zone", "country", "starts_at", "when"),
    [
        (
            "en",
            "Europe/London",
            "GB",
            datetime(2026, 7, 1, 8, 30, tzinfo=UTC),
            "Wednesday, 1 July 2026, 09:30 (British Summer Time)",
        ),
        (
            "en",
            "America/New_York",
            "US",
            datetime(2026, 7, 1, 18, 30, tzinfo=UTC),
            "Wednesday, July 1, 2026, 2:30 PM (Eastern Daylight Time)",
        ),
        (
            "en-US",
            "Europe/Berlin",
            "DE",
            datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
            "Wednesday, July 1, 2026, 2:30 PM (Central European Summer Time)",
        ),
        (
            "de-AT",
            "Europe/Vienna",
            "AT",
            datetime(2026, 1, 7, 8, 30, tzinfo=UTC),
            "Mittwoch, 7. Jänner 2026, 09:30 (Mitteleuropäische Normalzeit)",
        ),
        (
            "de",
            "America/New_York",
            "US",
            datetime(2026, 1, 7, 18, 30, tzinfo=UTC),
            "Mittwoch, 7. Januar 2026, 13:30 (Nordamerikanische Ostküsten-Normalzeit)",
        ),
        # Twice that day clocks show half past two: the first time it is summer time, the second time no more.
        (
            "en",
            "Europe/Berlin",
            "DE",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "Sunday, 25 October 2026, 02:30 (Central European Summer Time)",
        ),
        (
            "en",
            "Europe/Berlin",
            "DE",
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            "Sunday, 25 October 2026, 02:30 (Central European Standard Time)",
        ),
        (
            "es",
            "Atlantic/Canary",
            "ES",
            datetime(2026, 7, 1, 8, 30, tzinfo=UTC),
            "miércoles, 1 de julio de 2026, 9:30 (hora de verano de Europa occidental)",
        ),
        (
            "es-MX",
            "America/Mexico_City",
            "MX",
            datetime(2026, 7, 1, 21, 30, tzinfo=UTC),
            "miércoles, 1 de julio de 2026, 3:30 p.m. (hora estándar central)",
        ),
        (
            "fr",
            "Europe/Paris",
            "FR",
            datetime(2026, 7, 1, 8, 0, tzinfo=UTC),
            "Wednesday, 1 July 2026, 10:00 (Central European Summer Time)",
        ),
    ],
)
async def test_times_are_told_on_the_clock_of_the_place_as_the_reader_writes_them(
    database, language, zone, country, starts_at, when
):
    await a_practice()
    await a_location(zone=zone, country=country)
    visit = await a_visit(starts_at=starts_at)
    envelope = await written(await a_letter(visit, language=language))
    told = [
        line.partition(": ")[2] for line in envelope.text.splitlines() if line.startswith(("When:", "Wann:", "Cuándo:"))
    ]
    assert told == [when]
    assert envelope.language == language[:2].replace("fr", "en")


async def test_a_place_without_phone_and_address_leaves_them_out(database):
    await a_practice()
    await a_location()
    await Location.all().update(city="")
    text = (await written(await a_letter(await a_visit(), Letter.APPOINTMENT_CANCELLED))).text
    assert "Where: High Street\nPet: Rex" in text
    assert "please book a new one online.\n" in text


async def test_no_name_can_break_a_line_or_the_page(place):
    visit = await a_visit()
    await Pet.all().update(name="Rex\r\nBcc: everybody@home.example\x85\u2028[visit]\u202e\x1b<b>")
    await Staff.all().update(display_name="{{ client }} {% raw %}")
    await Service.all().update(name="<script>alert(1)</script>")
    envelope = await written(await a_letter(visit, Letter.APPOINTMENT_BOOKED))
    rex = "Rex Bcc: everybody@home.example [visit]<b>"
    assert envelope.subject == f"Booked: {rex} on Monday, 2 March 2026, 10:00"
    assert f"\nPet: {rex}\n" in envelope.text
    assert "\nVet: {{ client }} {% raw %}\n" in envelope.text
    assert {"script", "b"}.isdisjoint(Reading(envelope.html).tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in envelope.html


async def test_a_long_name_is_cut_in_the_subject(place):
    visit = await a_visit()
    await Pet.all().update(name="R" * 1000)
    envelope = await written(await a_letter(visit))
    assert len(envelope.subject) == 150
    assert f"Pet: {'R' * 200}\n" in envelope.text


async def test_the_letter_tells_the_visit_as_it_stands_when_it_is_sent(place):
    visit = await a_visit()
    message = await a_letter(visit)
    await Pet.all().update(name="Luna", died_on=date(2026, 3, 2))
    await visit.filter(id=visit.id).update(status=Status.CANCELLED)
    facts = await letters.facts(message)
    assert facts.visit is not None
    assert (facts.visit.pet, facts.visit.pet_has_died, facts.visit.status) == ("Luna", True, Status.CANCELLED)
    assert facts.visit.starts_at == visit.starts_at


async def test_a_letter_that_is_not_there_tells_nothing(place):
    facts = await letters.facts(Message(letter=Letter.COMING_VISIT, to_address="olga@home.example", language="en"))
    assert (facts.is_still_claimed, facts.visit) == (False, None)


async def test_the_message_id_is_known_before_the_letter_is_sent(place):
    message = await a_door_letter(Letter.SIGN_IN_CODE, "271828")
    for public_url, host in (
        ("https://vet.example:8443", "vet.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "localhost"),
    ):
        assert (await written(message, public_url=public_url)).message_id == f"<{message.id}@{host}>"


def test_every_language_has_every_letter():
    folders = [folder for folder in _TEXTS.iterdir() if folder.is_dir()]
    assert sorted(folder.name for folder in folders) == sorted(language.SPOKEN)
    wanted = {f"{letter.value.lower()}.txt" for letter in Letter} | {"visit.txt"}
    wanted |= {f"farewell_{letter.value.lower()}.txt" for letter in ABOUT_VISITS}
    for folder in folders:
        assert {file.name for file in folder.iterdir()} == wanted
