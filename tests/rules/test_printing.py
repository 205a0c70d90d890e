"""Papers are printed whole, the same each time, and nothing falls out without a word."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

import vetdesk.printing
from models.certificate import CertificateFacts
from resolvers.ports import CannotPrint
from tests.papers import ADDRESS, ISSUED_AT, keeps_the_standards, pages, says, size, some_certificate, some_letter
from vetdesk.printing import chosen, printer
from vetdesk.printing.press import Press

pytestmark = pytest.mark.anyio

SHOWN = {
    "276098106234567": "276 098 106 234 567",
    "2026-11-22": "22 November 2026",
    "2029-11-22": "22 November 2029",
    "2028-03-31": "31 March 2028",
    "2024-08-02": "2 August 2024",
}


@pytest.fixture(scope="module")
def press():
    # What fonts the machine has is not what these tests are about.
    return Press(machine_fonts=False)


async def certificate(press, facts=None, *, voided_on="", address=ADDRESS, at=ISSUED_AT):
    return await press.certificate(facts or some_certificate(), address=address, issued_at=at, voided_on=voided_on)


async def test_everything_that_stands_on_a_certificate_is_printed(press):
    pdf = await certificate(press)
    words = says(pdf)
    for each in fields(CertificateFacts):
        value = getattr(some_certificate(), each.name)
        for text in value if isinstance(value, list) else [value]:
            assert (SHOWN.get(text) or text) in words, each.name
    assert ADDRESS in words.replace("certificates/ ", "certificates/")
    assert "VOID" not in words
    assert len(pages(pdf)) == 1
    assert keeps_the_standards(pdf)


async def test_what_is_not_known_is_a_dash_and_no_hole(press):
    unknown = {
        each.name: [] if isinstance(getattr(some_certificate(), each.name), list) else ""
        for each in fields(CertificateFacts)
    }
    pdf = await certificate(press, some_certificate(**{**unknown, "animal": "Rex"}))
    assert says(pdf).count("\u2013") == 19
    assert keeps_the_standards(pdf)


async def test_a_line_to_sign_says_each_thing_once(press):
    pdf = await certificate(press, some_certificate(signature="Vera Falk, licence 7012345"))
    assert says(pdf).count("Vera Falk") == says(pdf).count("7012345") == 1
    assert "Vera Falk, licence 7012345 Signature of the veterinarian" in says(pdf)


async def test_equal_facts_give_equal_bytes_whichever_thread_prints_them(press):
    many = await asyncio.gather(*(certificate(press) for _ in range(6)), certificate(Press()))
    assert len({hashlib.sha256(pdf).hexdigest() for pdf in many}) == 1
    assert await certificate(press, at=ISSUED_AT + timedelta(seconds=1)) not in many


async def test_a_voided_certificate_says_so_large_and_in_words(press):
    pdf = await certificate(press, voided_on="2026-12-01")
    assert "VOID. This certificate was withdrawn on 1 December 2026" in says(pdf)
    assert says(pdf).count("VOID") == 2
    assert keeps_the_standards(pdf)


@pytest.mark.parametrize("name", ["أحمد", "יצחק", "Žofie Ñandú", "Нина", "Ψυχή"])
async def test_names_in_many_scripts_are_printed_as_they_are(press, name):
    pdf = await certificate(press, some_certificate(animal=name))
    assert name in says(pdf)
    assert "no letters for" not in says(pdf)
    assert keeps_the_standards(pdf)


@pytest.mark.parametrize(
    ("name", "shown", "codes"),
    [
        ("王小明", "□□□", "U+5C0F, U+660E, U+738B."),
        ("Rex 🐶", "Rex □", "U+1F436."),
        ("\ue000 Rex", "□ Rex", "U+E000."),
    ],
)
async def test_a_name_for_which_there_are_no_letters_does_not_fall_out_silently(press, name, shown, codes):
    pdf = await certificate(press, some_certificate(owner=name))
    assert f"NAME {shown} ADDRESS" in says(pdf)
    assert f"□ in this document stands for a character this printer has no letters for: {codes}" in says(pdf)
    assert keeps_the_standards(pdf)


async def test_the_fonts_of_the_machine_are_asked_before_a_box_is_printed(press):
    pdf = await certificate(Press(machine_fonts=True), some_certificate(animal="Rex"))
    assert pdf == await certificate(press)
    # A sign that DejaVu Sans has and ours have not, where it is there.
    wide = await certificate(Press(machine_fonts=True), some_certificate(animal="ꙮ"))
    assert ("ꙮ" in says(wide)) != ("U+A66E" in says(wide))


async def test_a_name_is_never_taken_for_more_than_a_name(press):
    rude = '#1 $x$ *b* _i_ \\ "q" @a <b> #read("/etc/passwd") {{ }} \u202eevil'
    words = says(await certificate(press, some_certificate(animal=rude, owner=rude)))
    assert '#1 $x$ *b* _i_ \\ "q" @a <b> #read("/etc/passwd") {{ }} evil' in words


async def test_much_text_takes_more_pages_and_each_says_which_it_is(press):
    pdf = await certificate(press, some_certificate(owner_address=["A very long street name " * 4] * 6))
    first, second = pages(pdf)
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    assert "Signature of the veterinarian" in second


async def test_a_letter_has_a_head_an_addressee_steps_and_somebody_who_signs(press):
    pdf = await press.letter(some_letter(), written_at=ISSUED_AT)
    words = says(pdf)
    for text in (
        "High Street Vets",
        "3 High Street Portsmouth PO1 1AA",
        "Olga Berg 14 Harbour Lane",
        "22 November 2026",
        "Caring for Rex at home",
        "Rex, Border Terrier",
        "Dear Olga Berg,",
        "For the next ten days 1. Soft food only. 2. Walk on the lead.",
        "With kind regards, Dr Vera Falk MRCVS Veterinary surgeon",
    ):
        assert text in words
    assert keeps_the_standards(pdf)
    assert pdf == await press.letter(some_letter(), written_at=ISSUED_AT)


async def test_american_paper_is_wider_and_holds_a_certificate_on_one_page():
    on_a4, on_letter = await certificate(printer("a4")), await certificate(printer("us-letter"))
    assert [size(pdf) for pdf in (on_a4, on_letter)] == [(595, 842), (612, 792)]
    assert len(pages(on_letter)) == 1


async def test_a_server_without_a_press_says_what_it_takes(monkeypatch):
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    bare = printer("a4")
    with pytest.raises(CannotPrint, match=r"vetdesk\[pdf\]"):
        await certificate(bare)
    with pytest.raises(CannotPrint, match=r"vetdesk\[pdf\]"):
        await bare.letter(some_letter(), written_at=ISSUED_AT)


def test_the_templates_lie_beside_the_press_and_load_nothing_from_elsewhere():
    templates = sorted((Path(vetdesk.printing.__file__).parent / "templates").glob("*.typ"))
    assert [each.name for each in templates] == ["certificate.typ", "letter.typ", "look.typ"]
    for each in templates:
        assert "@preview" not in each.read_text(encoding="utf-8")
