"""Letters about visits: in each language, when somebody did not come, and when it is a farewell."""

import pytest

from models import Letter, Location, Message, language
from resolvers.letters.words import _TEXTS
from tests.letterbox import written
from tests.world import a_booking, a_letter, a_location, a_pet, a_practice, a_service, a_vet, an_owner

pytestmark = pytest.mark.anyio

ABOUT_VISITS = [Letter.APPOINTMENT_BOOKED, Letter.APPOINTMENT_MOVED, Letter.APPOINTMENT_CANCELLED, Letter.COMING_VISIT]


@pytest.fixture
async def place(database):
    await a_practice()
    place = await a_location()
    await Location.all().update(street="Hauptstraße 7", postal_code="10115", phone="+49 30 1234567")
    return place


async def a_visit():
    owner = await an_owner("Olga Berg")
    await a_vet("Vera Falk")
    return await a_booking(await a_pet(owner, name="Rex"))


async def test_a_cancelled_visit_is_told_in_spanish(place):
    message = await a_letter(await a_visit(), Letter.APPOINTMENT_CANCELLED, language="es")
    letter = await written(message)
    assert letter.subject == "Cita cancelada: Rex, lunes, 2 de marzo de 2026, 10:00"
    assert letter.language == "es"
    assert letter.text == (
        "Buenos días, Olga Berg:\n\n"
        "Esta cita para Rex está cancelada. No tiene que hacer nada más.\n\n"
        "Cuándo: lunes, 2 de marzo de 2026, 10:00 (hora estándar de Europa central)\n"
        "Dónde: High Street, Hauptstraße 7, 10115 Berlin\n"
        "Teléfono: +49 30 1234567\n"
        "Mascota: Rex\n"
        "Servicio: Check-up\n"
        "Con: Vera Falk\n\n"
        "Si no lo esperaba o desea otra cita, resérvela, por favor, en línea o llámenos al +49 30 1234567.\n\n"
        "Su equipo de High Street Vets\n\n"
        "Recibe este mensaje por una cita en High Street Vets.\n"
        f"Dejar de recibir mensajes sobre citas: {letter.unsubscribe_url}\n"
    )


@pytest.mark.parametrize(
    ("tag", "subject", "sentence"),
    [
        (
            "en",
            "Missed appointment: Rex on Monday, 2 March 2026, 10:00",
            "We expected you and Rex at this time, and missed you.",
        ),
        (
            "de",
            "Verpasster Termin: Rex am Montag, 2. März 2026, 10:00",
            "wir hatten Sie und Rex zu dieser Zeit erwartet und haben Sie vermisst.",
        ),
        (
            "es",
            "Cita perdida: Rex, lunes, 2 de marzo de 2026, 10:00",
            "Le esperábamos con Rex a esta hora y le echamos en falta.",
        ),
    ],
)
async def test_a_missed_visit_is_told_without_a_link_to_it(place, tag, subject, sentence):
    letter = await written(await a_letter(await a_visit(), Letter.APPOINTMENT_MISSED, language=tag))
    assert letter.subject == subject
    assert letter.text.split("\n\n")[1] == sentence
    assert "/visits/" not in letter.text
    assert "+49 30 1234567" in letter.text.split("\n\n")[3]


async def test_nobody_is_told_that_they_missed_a_farewell(place):
    await a_service("Euthanasia", is_farewell=True)
    message = await a_letter(await a_visit(), Letter.APPOINTMENT_MISSED)
    with pytest.raises(LookupError, match="Nobody is told that they missed a farewell"):
        await written(message)
    assert not list(_TEXTS.glob("*/farewell_appointment_missed.txt"))


async def test_somebody_who_is_no_client_gets_no_link_to_the_visit(place):
    message = await a_letter(await a_visit(), Letter.APPOINTMENT_BOOKED)
    await Message.all().update(client_id=None)
    letter = await written(await Message.get(id=message.id))
    assert "/visits/" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("spoken", language.SPOKEN)
@pytest.mark.parametrize("letter", ABOUT_VISITS)
async def test_a_letter_about_a_farewell_is_quiet(place, letter, spoken):
    await a_service("Euthanasia", is_farewell=True)
    message = await a_letter(await a_visit(), letter, language=spoken)
    envelope = await written(message)
    cheerful = ("look forward", "freuen", "glad", "alegr", "agradec", "!", "Booked", "Gebucht", "reserv")
    for word in ("Euthanasia", *cheerful):
        assert word not in envelope.subject + envelope.text
    assert "Rex" not in envelope.subject
    assert "Rex" in envelope.text
    assert ("/visits/" in envelope.text) == (letter is not Letter.APPOINTMENT_CANCELLED)
