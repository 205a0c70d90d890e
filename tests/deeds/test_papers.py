"""A certificate is printed once and kept as it was handed out; with VOID on it, it is another paper."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest

from models import Certificate, CertificateFile, sql
from models.refusal import NotFound
from resolvers import papers
from resolvers.ports import CannotPrint
from tests.certificates import TOKEN, a_certificate_of_rex, voided
from tests.papers import keeps_the_standards, says
from tests.world import NOW
from vetdesk.database import counted
from vetdesk.printing import chosen, printer

pytestmark = pytest.mark.anyio

HOME = "https://vet.example"
PRINTER = printer("a4")


class Pen:
    """Writes down what it was asked to print, and prints another text each time."""

    def __init__(self):
        self.papers = []

    async def printed(self, paper):
        number, voided_on = paper.facts["number"], paper.facts["voided_on"]
        self.papers.append((number, paper.code, paper.dated, voided_on))
        await asyncio.sleep(0)
        return f"{number} print {len(self.papers)} {voided_on}".encode()


async def paper(with_what=PRINTER, token=TOKEN):
    return await papers.certificate(token, printer=with_what, public_url=HOME, now=NOW)


async def test_it_is_printed_at_the_first_need_and_never_again(database):
    rex = await a_certificate_of_rex()
    pen = Pen()
    first = await paper(pen)
    assert (first.name, first.content) == ("certificate 1", b"1 print 1 ")
    assert first.sha256 == hashlib.sha256(first.content).hexdigest()
    assert await paper(pen) == first
    assert await paper(Pen()) == first
    assert pen.papers == [("1", f"{HOME}/certificates/{TOKEN}", rex.issued_at, "")]
    kept = await CertificateFile.get()
    assert (kept.certificate_id, kept.is_void, bytes(kept.content)) == (rex.id, False, first.content)


async def test_what_is_kept_is_what_was_printed_byte_by_byte(database):
    await a_certificate_of_rex()
    first = await paper()
    assert first.content.startswith(b"%PDF")
    assert keeps_the_standards(first.content)
    assert f"{HOME}/certificates/ {TOKEN}" in says(first.content)
    assert (await paper()).content == first.content


async def test_of_two_who_print_at_once_both_are_given_the_same(database):
    await a_certificate_of_rex()
    pen = Pen()
    given = await asyncio.gather(*(paper(pen) for _ in range(4)))
    assert len({each.content for each in given}) == 1
    assert await CertificateFile.all().count() == 1


async def test_a_voided_one_is_printed_with_void_on_it_and_the_first_paper_stays_kept(database):
    rex = await a_certificate_of_rex()
    before = await paper()
    # On the wall of the High Street midnight has passed.
    await voided(rex, at=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
    after = await paper()
    assert "VOID. This certificate was withdrawn on 2 December 2026" in says(after.content)
    assert "VOID" not in says(before.content)
    assert (await paper()).content == after.content
    assert sorted(await CertificateFile.all().values_list("is_void", "sha256")) == [
        (False, before.sha256),
        (True, after.sha256),
    ]


async def test_one_that_is_voided_while_it_is_printed_is_given_out_with_void_on_it(database):
    rex = await a_certificate_of_rex()

    class Slow(Pen):
        async def printed(self, paper):
            if not paper.facts["voided_on"]:
                await voided(rex, at=NOW)
            return await super().printed(paper)

    assert (await paper(Slow())).content == b"1 print 2 2 March 2026"


async def test_a_file_is_never_changed_and_there_is_one_of_a_kind(database):
    await a_certificate_of_rex()
    await paper(Pen())
    for statement in ("UPDATE certificate_file SET content = content", "UPDATE certificate_file SET is_void = is_void"):
        with pytest.raises(Exception, match="certificate_file_never_changed"):
            await sql.execute(statement)
    assert await CertificateFile.all().count() == 1


async def test_what_is_kept_costs_one_statement_and_the_first_print_four(database):
    await a_certificate_of_rex()
    for expected in (4, 1, 1):
        with counted() as statements:
            await paper(Pen())
        assert statements.count == expected, "\n".join(statements.texts)


async def test_there_is_no_paper_for_a_token_that_is_no_certificates(database):
    await a_certificate_of_rex()
    pen = Pen()
    for token in ("", "x", "A" * 22, TOKEN + "\x00", "' OR 1 = 1 --", "A" * 10_000):
        with pytest.raises(NotFound):
            await paper(pen, token)
    assert pen.papers == []
    assert await CertificateFile.all().count() == 0


async def test_without_a_press_nothing_is_kept_and_it_can_be_printed_later(database, monkeypatch):
    await a_certificate_of_rex()
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    with pytest.raises(CannotPrint):
        await paper(printer("a4"))
    assert await CertificateFile.all().count() == 0
    assert (await paper(Pen())).content == b"1 print 1 "
    with_nothing = await paper(printer("a4"))
    assert with_nothing.content == b"1 print 1 "
    assert await Certificate.all().count() == 1
