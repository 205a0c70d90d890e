"""The journal: the books for the tax adviser, balanced, and the same bytes each time; by a link and by the command line."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from graph.ids import global_id
from models import EntryKind, LegalEntity, Money, PaymentMethod
from models.refusal import InvalidInput, NotFound
from resolvers import journals, reversals, tills
from resolvers.ledger import Posting
from resolvers.tills import NewPayment
from resolvers.viewer import Viewer
from tests.doors import Program, id_of
from tests.typed import typed
from tests.world import NOW, TODAY, a_visit, a_world
from tests.world.money import a_legal_entity, an_invoice, posted, some_bookkeeping
from vetdesk.journals.printing import Way, printed

ADVISER = Viewer.system("a test")
LINK = """query ($id: ID!, $from: Date!, $to: Date!, $format: JournalFormat!) {
  journalLink(legalEntityId: $id, from: $from, to: $to, format: $format) { url endsAt } }"""


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity(prefix="LDN")
    return made


async def taken(world, minor: int, *, key: str = "k", currency: str = "EUR", **more: Any):
    where = {"client_id": world.owner.id, "location_id": world.location.id}
    new = NewPayment(method=PaymentMethod.CASH, amount=Money(minor, currency), **where, **more)
    return await tills.take(world.receptionist.viewer, new, key=key, now=NOW)


async def text_of(first: date, last: date, way: Way) -> str:
    entity = await LegalEntity.get()
    journal = await journals.journal(ADVISER, entity.id, first, last)
    return "".join([piece async for piece in printed(ADVISER, journal, way)])


async def test_the_table_has_a_line_for_every_entry_with_its_books_and_papers(world):
    await some_bookkeeping(world.owner, await a_visit(world.pet))
    text = await text_of(TODAY, TODAY, Way.CSV)
    head, *lines = text.split("\r\n")
    assert head == (
        "day,client,number,kind,debit,credit,amount,currency,tax_percent,location,invoice,credit_note,receipt,because"
    )
    client, place = global_id("Client", world.owner.id), global_id("Location", world.location.id)
    start, end = f"2026-03-02,{client}", f"EUR,,{place}"
    assert lines == [
        f"{start},1,CHARGE,RECEIVABLE,SALES,50.00,{end},2026-00001,,,",
        f"{start},2,CHARGE_TAX,SALES,TAX,7.98,EUR,19,{place},2026-00001,,,",
        f"{start},3,PAYMENT,CARD,ON_ACCOUNT,50.00,{end},,,LDNR2026-00001,",
        f"{start},4,ALLOCATION,ON_ACCOUNT,RECEIVABLE,50.00,{end},2026-00001,,LDNR2026-00001,",
        f"{start},5,RELEASE,RECEIVABLE,ON_ACCOUNT,10.00,{end},2026-00001,,LDNR2026-00001,",
        f"{start},6,CREDIT,SALES,RECEIVABLE,10.00,{end},2026-00001,LDNC2026-00001,,",
        f"{start},7,CREDIT_TAX,TAX,SALES,1.60,EUR,19,{place},2026-00001,LDNC2026-00001,,",
        f"{start},8,REFUND,ON_ACCOUNT,REFUNDS_DUE,10.00,{end},,LDNC2026-00001,LDNR2026-00001,",
        f"{start},9,REFUND_PAID,REFUNDS_DUE,CARD,10.00,{end},,LDNC2026-00001,LDNR2026-00001,",
        "",
    ]


async def test_a_payment_that_was_taken_back_stands_in_it_with_the_reason(world):
    payment = await taken(world, 700)
    await reversals.reverse(world.receptionist.viewer, payment, "It bounced.", key="back", now=NOW)
    *_, line, end = (await text_of(TODAY, TODAY, Way.CSV)).split("\r\n")
    client, place = global_id("Client", world.owner.id), global_id("Location", world.location.id)
    told = "PAYMENT_REVERSED,ON_ACCOUNT,CASH,7.00,EUR"
    assert line == f"2026-03-02,{client},2,{told},,{place},,,LDNR2026-00001,It bounced."
    assert end == ""


async def test_as_json_each_day_is_balanced_and_says_the_same_as_the_table(world):
    await some_bookkeeping(world.owner, await a_visit(world.pet))
    await taken(world, 700, received_on=TODAY - timedelta(days=3))
    first = TODAY - timedelta(days=30)
    told = json.loads(await text_of(first, TODAY, Way.JSON))
    assert (told["numberPrefix"], told["from"], told["to"]) == ("LDN", "2026-01-31", "2026-03-02")
    assert [day["day"] for day in told["days"]] == ["2026-02-27", "2026-03-02"]
    for day in told["days"]:
        debit, credit = [sum(Decimal(each[side]) for each in day["totals"]) for side in ("debit", "credit")]
        assert debit == credit == sum(Decimal(each["amount"]) for each in day["entries"]) > 0
    books = {each["book"]: (each["debit"], each["credit"]) for each in told["days"][1]["totals"]}
    assert books == {
        "CARD": ("50.00", "10.00"),
        "ON_ACCOUNT": ("60.00", "60.00"),
        "RECEIVABLE": ("60.00", "60.00"),
        "REFUNDS_DUE": ("10.00", "10.00"),
        "SALES": ("17.98", "51.60"),
        "TAX": ("1.60", "7.98"),
    }
    lines = list(csv.DictReader(io.StringIO(await text_of(first, TODAY, Way.CSV), newline="")))
    plain = [{**each, "number": str(each["number"])} for day in told["days"] for each in day["entries"]]
    assert [[value or "" for value in each.values()] for each in plain] == [list(each.values()) for each in lines]


async def test_asked_twice_it_is_the_same_bytes_and_what_comes_later_is_of_a_later_day(world):
    for number in range(5):
        await taken(world, 100 + number, key=str(number), received_on=TODAY - timedelta(days=number))
    yesterday = TODAY - timedelta(days=1)
    before = {way: await text_of(date(2026, 1, 1), yesterday, way) for way in Way}
    await taken(world, 999, key="later")
    assert {way: await text_of(date(2026, 1, 1), yesterday, way) for way in Way} == before
    assert before[Way.CSV].count("\r\n") == 5


async def test_days_on_which_nothing_was_posted_leave_a_head_and_no_lines(world):
    assert (await text_of(TODAY, TODAY, Way.CSV)).count("\r\n") == 1
    assert json.loads(await text_of(TODAY, TODAY, Way.JSON))["days"] == []


async def test_a_reason_that_looks_like_a_formula_is_none_in_a_spreadsheet_and_one_with_commas_is_one(world):
    invoice = await an_invoice(world.owner, gross=300)
    of: dict[str, Any] = {"location_id": invoice.location_id, "invoice_id": invoice.id}
    for because in ("=1+1", 'Gone, "for good"'):
        await posted(invoice, Posting(kind=EntryKind.WRITE_OFF, minor=100, because=because, **of))
    text = await text_of(TODAY, TODAY, Way.CSV)
    assert text.endswith(',"Gone, ""for good"""\r\n')
    *_, first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert (first["because"], second["because"]) == ("'=1+1", 'Gone, "for good"')
    told = json.loads(await text_of(TODAY, TODAY, Way.JSON))
    assert [each["because"] for each in told["days"][0]["entries"][-2:]] == ["=1+1", 'Gone, "for good"']


async def test_a_journal_is_of_a_year_at_most_and_of_somebody_who_invoices(world):
    entity = await LegalEntity.get()
    for first, last, refusal in (
        (TODAY, TODAY - timedelta(days=1), InvalidInput),
        (date(2024, 1, 1), date(2025, 1, 1), InvalidInput),
    ):
        with pytest.raises(refusal):
            await journals.journal(ADVISER, entity.id, first, last)
    assert (await journals.journal(ADVISER, entity.id, date(2024, 1, 1), date(2024, 12, 31))).number_prefix == "LDN"
    with pytest.raises(NotFound):
        await journals.journal(ADVISER, world.owner.id, TODAY, TODAY)


# By a link


async def test_a_manager_is_given_a_link_that_opens_the_journal_until_it_ends(world):
    await taken(world, 700)
    program = Program(public_url="https://vet.example")
    given = {"id": id_of(await LegalEntity.get()), "from": "2026-03-01", "to": "2026-03-31"}
    answer = await program.ask(world.manager.viewer, LINK, **given, format="CSV")
    link = answer.data["journalLink"]
    assert link["endsAt"] == "2026-03-02T08:15:00Z"
    other = (await program.ask(world.manager.viewer, LINK, **given, format="JSON")).data["journalLink"]["url"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="https://vet.example") as http:
        file = await http.get(link["url"])
        assert (file.status_code, file.headers["content-type"]) == (200, "text/csv; charset=utf-8; header=present")
        assert file.headers["content-disposition"] == 'attachment; filename="journal-LDN-2026-03-01-2026-03-31.csv"'
        assert file.text == await text_of(date(2026, 3, 1), date(2026, 3, 31), Way.CSV)
        assert (await http.get(other)).json() == json.loads(
            await text_of(date(2026, 3, 1), date(2026, 3, 31), Way.JSON)
        )
        for broken in (
            link["url"].replace("2026-03-01", "2025-03-01"),
            link["url"].replace(".csv", ".json"),
            link["url"].replace("seal=", "seal=0"),
            link["url"].partition("?")[0],
            "https://vet.example/journals/x/y/z.csv",
        ):
            assert (await http.get(broken)).status_code == 403
        program.clock.now += timedelta(minutes=15)
        assert (await http.get(link["url"])).status_code == 410


async def test_only_managers_are_given_a_link_and_only_to_books_that_there_are(world):
    program = Program()
    given = {"from": "2026-03-01", "to": "2026-03-31", "format": "CSV"}
    entity = id_of(await LegalEntity.get())
    assert (await program.ask(world.receptionist.viewer, LINK, id=entity, **given)).code == "FORBIDDEN"
    for strange in ("", "x", id_of(world.pet), id_of(world.pet, "LegalEntity")):
        assert (await program.ask(world.manager.viewer, LINK, id=strange, **given)).data == {"journalLink": None}
    late = {**given, "from": "2026-04-01"}
    assert (await program.ask(world.manager.viewer, LINK, id=entity, **late)).code == "BAD_INPUT"


# From the command line


async def test_whoever_types_it_gets_the_file_whole_and_a_hint_where_something_is_missing(world, database, tmp_path):
    await taken(world, 700)
    days = ("--from", "2026-03-01", "--to", "2026-03-31")
    where = {"DATABASE_URL": database.url}
    file = tmp_path / "march.csv"
    said = await typed("journal", *days, "--output", str(file), **where)
    assert (said.code, said.out, said.err) == (0, "", "")
    expected = await text_of(date(2026, 3, 1), date(2026, 3, 31), Way.CSV)
    assert file.read_bytes() == expected.encode()
    assert list(tmp_path.iterdir()) == [file]

    await a_legal_entity("Hill Vets Ltd", prefix="HILL")
    unsaid = await typed("journal", *days, **where)
    assert unsaid.sentence == (
        "Whose journal? Please name one with --legal-entity, by its name or prefix: High Street Vets Ltd (numbers begin"
        " with LDN); Hill Vets Ltd (numbers begin with HILL)."
    )
    as_json = await typed("journal", *days, "--format", "json", "--legal-entity", "high str", **where)
    assert json.loads(as_json.out)["numberPrefix"] == "LDN"
    assert as_json.out.count("\n") == 2
