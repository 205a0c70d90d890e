"""Anybody who holds a certificate can verify it; the paper itself is for whoever has a link that has not ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from models import CertificateFile, Throttle
from models.refusal import DatabaseUnavailable
from resolvers import links, verifications
from tests.certificates import ANOTHER, TOKEN, a_certificate_of_rex, voided
from tests.doors import Program
from tests.papers import says, some_certificate
from tests.world import NOW, a_certificate, a_vaccination
from vetdesk.database import counted
from vetdesk.printing import chosen

pytestmark = pytest.mark.anyio

PAGE, PDF = f"/certificates/{TOKEN}", f"/certificates/{TOKEN}/pdf"
JSON = {"accept": "application/json"}
OWNERS = ("Olga", "Berg", "Harbour", "PO1 2AB", "7946 0018")


@pytest.fixture
def program():
    return Program(public_url="https://vet.example")


async def get(program, path, *, origin="203.0.113.7", method="GET", **more):
    transport = httpx.ASGITransport(program.asgi, client=(origin, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="https://vet.example") as http:
        return await http.request(method, path, **more)


def link(program, token=TOKEN):
    """A link to the paper as somebody is given it now, without the host."""
    ports = program.adapters.ports
    address = f"{ports.public_url}/certificates/{token}/pdf"
    url, _ = links.sealed(address, token, vault=ports.vault, rules=ports.rules, now=program.clock.now)
    where = urlsplit(url)
    assert (where.scheme, where.netloc) == ("https", "vet.example")
    return f"{where.path}?{where.query}"


# Verifying


async def test_whoever_holds_a_certificate_sees_that_it_stands_and_not_whose_pet_it_is(database, program):
    await a_certificate_of_rex()
    page = await get(program, PAGE)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "This certificate is genuine and stands" in page.text
    for each in ("Rex", "Dog", "Nobivac Rabies", "22 November 2029", "High Street Vets"):
        assert each in page.text
    told = await get(program, PAGE, headers=JSON)
    assert told.json() == {
        "number": "1",
        "pet": "Rex",
        "species": "Dog",
        "product": "Nobivac Rabies",
        "givenOn": "2026-11-22",
        "validUntil": "2029-11-22",
        "practice": "High Street Vets",
        "issuedOn": "2026-11-22",
        "standing": "STANDS",
        "isValid": True,
        "voidedOn": None,
        "replacedBy": None,
    }
    for answer in (page, told):
        assert not [each for each in OWNERS if each in answer.text]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "Accept, Accept-Language"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_a_voided_certificate_is_told_to_be_void(database, program):
    await voided(await a_certificate_of_rex(), at=NOW)
    told = (await get(program, PAGE, headers=JSON)).json()
    assert (told["standing"], told["isValid"], told["voidedOn"]) == ("VOIDED", False, "2026-03-02")
    assert "This certificate is void" in (await get(program, PAGE)).text


async def test_a_replaced_certificate_names_the_number_of_the_one_that_stands(database, program):
    rex = await a_certificate_of_rex()
    await voided(rex, at=NOW)
    facts = some_certificate(number="2").written()
    dose = await a_vaccination(await rex.pet)
    await voided(rex, at=NOW, replaced_by=await a_certificate(dose, token=ANOTHER, facts=facts))
    told = (await get(program, PAGE, headers=JSON)).json()
    assert (told["standing"], told["isValid"], told["replacedBy"]) == ("REPLACED", False, "2")
    page = (await get(program, PAGE)).text
    assert "Certificate 2 stands in its place." in page
    assert ANOTHER not in page
    assert (await get(program, f"/certificates/{ANOTHER}", headers=JSON)).json()["standing"] == "STANDS"


async def test_a_certificate_whose_day_has_passed_is_genuine_and_not_valid(database, program):
    await a_certificate_of_rex()
    program.clock.now = datetime.fromisoformat("2029-11-24T12:00:00+00:00")
    told = (await get(program, PAGE, headers=JSON)).json()
    assert (told["standing"], told["isValid"]) == ("STANDS", False)
    assert "genuine, but no longer valid" in (await get(program, PAGE)).text


async def test_an_unknown_address_is_answered_in_plain_words(database, program):
    await a_certificate_of_rex()
    for path in (f"/certificates/{ANOTHER}", "/certificates/x"):
        page = await get(program, path)
        assert page.status_code == 404
        assert "We know no certificate with this address." in page.text
        assert "Rex" not in page.text
        told = await get(program, path, headers=JSON)
        assert (told.status_code, told.json()["code"]) == (404, "NOT_FOUND")


async def test_a_rude_address_is_an_unknown_one(database, program):
    await a_certificate_of_rex()
    for rude in (
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "'%20OR%201=1%20--",
        "A" * 6000,
        "%F0%9F%90%B6",
        "%FF%FE",
        TOKEN.lower(),
    ):
        for path in (f"/certificates/{rude}", f"/certificates/{rude}?until=1&until=2&seal[]=%00"):
            assert (await get(program, path, headers=JSON)).status_code == 404, rude
        paper = await get(program, f"/certificates/{rude}/pdf?until=%00&seal=%FF", headers=JSON)
        assert paper.status_code in (403, 404), rude


async def test_a_certificate_can_only_be_looked_at(database, program):
    await a_certificate_of_rex()
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in (PAGE, PDF):
            assert (await get(program, path, method=method)).status_code == 405
    head = await get(program, PAGE, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")


async def test_addresses_cannot_be_tried_out_and_what_is_found_counts_for_nothing(database, program):
    await a_certificate_of_rex()
    for _ in range(40):
        assert (await get(program, PAGE)).status_code == 200
    for number in range(30):
        assert (await get(program, f"/certificates/{'B' * 20}{number:02}")).status_code == 404
    refused = await get(program, f"/certificates/{ANOTHER}")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "Too many tries" in refused.text
    assert (await get(program, PAGE, headers=JSON)).json()["code"] == "TOO_MANY_ATTEMPTS"
    assert (await get(program, PAGE, origin="203.0.113.8")).status_code == 200
    program.clock.now += timedelta(seconds=30)
    assert (await get(program, PAGE)).status_code == 200
    assert TOKEN not in str(await Throttle.all().values())


async def test_verifying_takes_three_statements_and_a_look_in_vain_two(database, program):
    await a_certificate_of_rex()
    for path, expected in ((PAGE, 3), (f"/certificates/{ANOTHER}", 2), ("/certificates/x", 1)):
        with counted() as statements:
            await get(program, path)
        assert statements.count == expected, "\n".join(statements.texts)


async def test_a_database_that_is_gone_is_said_to_be_gone_for_a_moment(database, program, monkeypatch):
    async def gone(*_given, **_more):
        raise DatabaseUnavailable("10.0.0.7")

    monkeypatch.setattr(verifications, "verified", gone)
    page = await get(program, PAGE)
    assert (page.status_code, page.headers["retry-after"]) == (503, "1")
    assert "10.0.0.7" not in page.text


# Printing


async def test_whoever_has_a_link_is_given_the_paper(database, program):
    await a_certificate_of_rex()
    paper = await get(program, link(program))
    assert paper.status_code == 200
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["content-disposition"] == 'attachment; filename="certificate-1.pdf"'
    assert paper.headers["cache-control"] == "no-store"
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert "Olga Berg 14 Harbour Lane" in says(paper.content).replace("ADDRESS ", "")
    kept = await CertificateFile.get()
    assert (bytes(kept.content), paper.headers["etag"]) == (paper.content, f'"{kept.sha256}"')


async def test_a_link_that_has_ended_says_so_and_how_to_go_on(database, program):
    await a_certificate_of_rex()
    path = link(program)
    program.clock.now += timedelta(minutes=15)
    ended = await get(program, path)
    assert ended.status_code == 410
    assert "Please ask for a new one." in ended.text
    assert (await get(program, path, headers=JSON)).json()["code"] == "LINK_ENDED"
    assert await CertificateFile.all().count() == 0


async def test_a_link_that_was_tampered_with_opens_nothing_and_asks_the_database_nothing(database, program):
    rex = await a_certificate_of_rex()
    path = link(program)
    other = path.replace(TOKEN, ANOTHER)
    await a_certificate(await a_vaccination(await rex.pet), token=ANOTHER)
    end = "0" if path[-1] != "0" else "1"
    for bad in (PDF, other, path[:-1] + end, path.replace("until=1", "until=2"), path.replace("&seal", "&seel")):
        with counted() as statements:
            refused = await get(program, bad)
        assert refused.status_code == 403, bad
        assert statements.count == 0
    assert await CertificateFile.all().count() == 0
    assert (await get(program, path)).status_code == 200


async def test_the_link_to_a_voided_certificate_gives_a_paper_with_void_on_it(database, program):
    rex = await a_certificate_of_rex()
    path = link(program)
    before = await get(program, path)
    await voided(rex, at=NOW)
    after = await get(program, path)
    assert "VOID" not in says(before.content)
    assert "VOID. This certificate was withdrawn on 2 March 2026" in says(after.content)
    assert (await CertificateFile.get(is_void=False)).sha256 == before.headers["etag"].strip('"')


async def test_a_server_that_cannot_print_says_so(database, monkeypatch):
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    program = Program(public_url="https://vet.example")
    await a_certificate_of_rex()
    answer = await get(program, link(program), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (503, "CANNOT_PRINT")
    assert (await get(program, PAGE)).status_code == 200
