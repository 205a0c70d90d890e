"""Papers are printed whole, the same each time, and nothing falls out without a word."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import vetdesk.printing
from models.certificate import CertificateFacts
from models.logo import Logo, LogoKind
from models.paper import PlannedStep, SumLine, SumTable
from resolvers.ports import CannotPrint
from tests.papers import (
    ADDRESS,
    DOT,
    ISSUED_AT,
    ROUND,
    a_certificate_paper,
    a_letter,
    a_paper_of_money,
    a_plan,
    keeps_the_standards,
    pages,
    says,
    size,
    some_certificate,
)
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
PRINTED = [each for each in fields(CertificateFacts) if each.name != "language"]


@pytest.fixture(scope="module")
def press():
    # What fonts the machine has is not what these tests are about.
    return Press(machine_fonts=False)


async def certificate(press, facts=None, *, at=ISSUED_AT, **other):
    return await press.printed(a_certificate_paper(facts, issued_at=at, **other))


async def test_everything_that_stands_on_a_certificate_is_printed(press):
    pdf = await certificate(press)
    words = says(pdf)
    for each in PRINTED:
        value = getattr(some_certificate(), each.name)
        for text in value if isinstance(value, list) else [value]:
            assert (SHOWN.get(text) or text) in words, each.name
    assert ADDRESS in words.replace("certificates/ ", "certificates/")
    assert "VOID" not in words
    assert len(pages(pdf)) == 1
    assert keeps_the_standards(pdf)


async def test_what_is_not_known_is_a_dash_and_no_hole(press):
    unknown = {each.name: [] if isinstance(getattr(some_certificate(), each.name), list) else "" for each in PRINTED}
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
    pdf = await certificate(press, voided_on=date(2026, 12, 1))
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


async def test_a_letter_has_a_head_an_addressee_its_paragraphs_and_somebody_who_signs(press):
    pdf = await press.printed(a_letter())
    words = says(pdf)
    for text in (
        "High Street Vets",
        "3 High Street Portsmouth PO1 1AA +44 20 7946 0000 high.street@vet.example",
        "Olga Berg 22 November 2026",
        "INSTRUCTIONS Caring for Rex at home",
        "ANIMAL Rex, Border Terrier",
        "Two of his teeth were taken out today. Soft food only. Walk on the lead.",
        "Dr Vera Falk MRCVS Licence No. 7012345",
    ):
        assert text in words
    assert "MICROCHIP" not in words
    assert keeps_the_standards(pdf)
    assert pdf == await press.printed(a_letter())


async def test_a_letter_that_does_not_count_says_so_large_and_in_words(press):
    pdf = await press.printed(a_letter(mark="DRAFT", mark_in_words="Nobody has signed it."))
    assert says(pdf).count("DRAFT") == 2
    assert "DRAFT. Nobody has signed it." in says(pdf)
    assert keeps_the_standards(pdf)


async def test_a_plan_has_its_steps_and_the_head_of_the_table_on_every_page(press):
    step = PlannedStep(what="Look at the wound\nand clean it", due_on="2. März 2026", outcome="", is_done=False)
    pdf = await press.printed(a_plan("de", notice="Dieser Plan wurde abgebrochen.", steps=[step] * 40))
    first, *more = pages(pdf)
    assert "Dieser Plan wurde abgebrochen." in first
    assert more
    for number, page in enumerate((first, *more), 1):
        assert "WAS ZU TUN IST" in page
        assert f"Seite {number} von {len(more) + 1}" in page
    assert says(pdf).count("2. März 2026") == 40
    assert keeps_the_standards(pdf)
    assert "Look at the wound (done) 23 November 2026" in says(await press.printed(a_plan()))


async def test_a_paper_of_money_has_who_pays_whom_its_tables_and_what_is_to_be_done(press):
    pdf = await press.printed(a_paper_of_money())
    words = says(pdf)
    for text in (
        "Olga Berg 14 Harbour Lane Portsmouth PO1 2AB HIGH STREET VETS LTD Invoice LDN2026-00042",
        "DATE 22 November 2026 DUE BY 6 December 2026 This is over your share.",
        "ITEM QUANTITY AMOUNT Consultation Rex · 22 November 2026 1 £50.00 Tax £7.98 Total £50.00",
        "TAX WITH TAX 19% £50.00 Please pay by 6 December 2026.",
        "High Street Vets Ltd 3 High Street BANK DETAILS IBAN DE02",
    ):
        assert text in words
    assert "YOUR SHARE" not in words
    assert "TAX NUMBER" not in words
    assert keeps_the_standards(pdf)
    assert pdf == await press.printed(a_paper_of_money())


@pytest.mark.parametrize("size", ["a4", "us-letter"])
async def test_the_head_of_a_table_of_sums_is_on_every_page_and_its_total_on_the_last(size):
    lines = [SumLine(what=f"Item {number}", note="Rex", cells=("1", f"£{number}.00")) for number in range(1, 41)]
    table = SumTable(columns=("Item", "Quantity", "Amount"), lines=lines, totals=[("In all", "£820.00")])
    pdf = await Press(paper=size, machine_fonts=False).printed(a_paper_of_money(tables=[table]))
    first, *more = pages(pdf)
    assert more
    for number, page in enumerate((first, *more), 1):
        assert f"Page {number} of {len(more) + 1}" in page
        assert page.count("ITEM") == 1
    words = says(pdf)
    assert [f"Item {number} Rex 1 £{number}.00" in words for number in range(1, 41)] == [True] * 40
    assert words.count("In all £820.00") == 1
    assert "In all" in more[-1]
    assert keeps_the_standards(pdf)


async def test_what_is_longer_than_its_column_is_broken_and_stays_whole(press):
    words = {
        "de": "Tierarzneimittelverschreibungspflichtigkeitsprüfungsgebührenpauschale",
        "en": "0123456789" * 9,
    }
    for tag, word in words.items():
        line = SumLine(what=word, cells=("1", "£123,456.78"))
        pdf = await press.printed(a_paper_of_money(tag, tables=[SumTable(columns=("A", "B", "C"), lines=[line])]))
        assert word in "".join(pages(pdf)).replace("\n", "").replace("\u200b", "").replace("\u00ad", "")
        assert keeps_the_standards(pdf)


@pytest.mark.parametrize("size", ["a4", "us-letter"])
async def test_every_paper_is_printed_with_the_logo_in_each_language_and_keeps_the_standards(size):
    press = Press(paper=size, machine_fonts=False)
    for tag in ("en-US", "de-DE", "es-ES"):
        for logo in (ROUND, DOT):
            certificate = a_certificate_paper(some_certificate(language=tag), logo=logo)
            others = (a_letter(tag, logo=logo), a_plan(tag, logo=logo), a_paper_of_money(tag, logo=logo))
            for paper in (certificate, *others):
                pdf = await press.printed(paper)
                assert keeps_the_standards(pdf)
                assert len(pages(pdf)) == 1
                plain = replace(paper, letterhead=replace(paper.letterhead, logo=None))
                assert pdf != await press.printed(plain)


async def test_a_german_certificate_speaks_german_and_what_staff_typed_stays(press):
    words = says(await certificate(press, some_certificate(language="de-AT"), voided_on=date(2026, 12, 1)))
    for text in (
        "Impfbescheinigung",
        "Nr. 2026-000123 · ausgestellt am 22. November 2026",
        "NÄCHSTE IMPFUNG FÄLLIG AM 22. November 2029",
        "UNGÜLTIG. Diese Bescheinigung wurde am 1. Dezember 2026 zurückgezogen",
        "left shoulder",
        "Unterschrift der Tierärztin oder des Tierarztes",
    ):
        assert text in words
    for label in ("Owner", "OWNER", "Vaccination", "VOID", "issued"):
        assert label not in words


async def test_a_paper_is_printed_without_its_logo_when_that_cannot_be(press):
    broken = Logo(LogoKind.PNG, b"\x89PNG\r\n\x1a\n and then nothing")
    assert says(await press.printed(a_letter(logo=broken))) == says(await press.printed(a_letter()))


async def test_american_paper_is_wider_and_holds_a_certificate_on_one_page():
    on_a4, on_letter = await certificate(printer("a4")), await certificate(printer("us-letter"))
    assert [size(pdf) for pdf in (on_a4, on_letter)] == [(595, 842), (612, 792)]
    assert len(pages(on_letter)) == 1


async def test_a_server_without_a_press_says_what_it_takes(monkeypatch):
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    bare = printer("a4")
    with pytest.raises(CannotPrint, match=r"vetdesk\[pdf\]"):
        await certificate(bare)


def test_the_templates_lie_beside_the_press_and_load_nothing_from_elsewhere():
    templates = sorted((Path(vetdesk.printing.__file__).parent / "templates").glob("*.typ"))
    assert [each.name for each in templates] == ["certificate.typ", "letter.typ", "look.typ", "money.typ", "plan.typ"]
    for each in templates:
        assert "@preview" not in each.read_text(encoding="utf-8")
