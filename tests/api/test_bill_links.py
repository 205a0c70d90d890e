"""Bills on paper say what the contract says, are handed to whom they are addressed, and open for a quarter of an hour."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from models import Client, Location, Ownership, PaymentMethod, PaymentState, RecordReading
from models.money import exponent
from resolvers import wording
from tests.doors import Program, id_of
from tests.papers import says
from tests.printed_bills import issued
from tests.world import TODAY, a_visit, a_world, an_owner
from tests.world.money import a_draft, a_line, a_payment, an_invoice, some_bookkeeping

pytestmark = pytest.mark.anyio

LINK = "query ($id: ID!) { paperLink(id: $id) { url endsAt } }"
NONE = {"paperLink": None}
MINE = "query ($from: Date!, $to: Date!) { myStatementLink(from: $from, to: $to) { url endsAt } }"
HERS = """query ($id: ID!, $from: Date!, $to: Date!, $in: String) {
  statementLink(clientId: $id, from: $from, to: $to, currency: $in) { url endsAt } }"""
DAYS = {"from": TODAY.isoformat(), "to": (TODAY + timedelta(days=30)).isoformat()}
MONEY = "{ amount currency }"
SUMS = f"net {MONEY} tax {MONEY} gross {MONEY}"


@pytest.fixture
def program():
    return Program(public_url="https://vet.example")


async def got(program, url, **headers):
    transport = httpx.ASGITransport(program.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="https://vet.example") as http:
        return await http.get(url, headers=headers)


async def read(program, viewer, row):
    """What is read on the paper about a row, with plain spaces."""
    link = (await program.ask(viewer, LINK, id=id_of(row))).data["paperLink"]
    return plain(says((await got(program, link["url"])).content))


def plain(text):
    return text.replace("\xa0", " ")


def written(sum_, spoken):
    """A sum of the contract as the paper writes it."""
    minor = Decimal(sum_["amount"]).scaleb(exponent(sum_["currency"]))
    return plain(spoken.money(int(minor), sum_["currency"]))


async def a_long_invoice(owner, language):
    """Forty lines at three rates, some with the tax in the price, some with a discount."""
    draft = await a_draft(owner, gross=None)
    for number in range(1, 41):
        more: dict[str, Any] = {"tax_rate": (19_000, 7700, 8875)[number % 3], "tax_is_included": number % 3 != 2}
        if number % 5 == 0:
            more |= {"discount_rate": 12_500, "discount_because": "A friend."}
        await a_line(draft, unit_price_minor=137 * number, description=f"Item {number}.", **more)
    return await issued(draft, owner, language=language)


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
async def test_an_invoice_on_paper_has_the_sums_of_the_contract_line_by_line(database, language, currency):
    program = Program(public_url="https://vet.example")
    world = await a_world()
    await Location.all().update(currency=currency)
    invoice = await a_long_invoice(world.owner, language)
    paper, spoken = await read(program, world.owner.viewer, invoice), wording.of(language)
    document = f"""query ($id: ID!) {{ invoice(id: $id) {{ number {SUMS} dueOn
      lines {{ description taxPercent {SUMS} }} }} }}"""
    told = (await program.ask(world.owner.viewer, document, id=id_of(invoice))).data["invoice"]
    assert told["number"] in paper
    assert len(told["lines"]) == 40
    rates: dict[str, Counter[str]] = {}
    for line in told["lines"]:
        assert re.search(rf"{line['description']} .{{0,80}}? {re.escape(written(line['gross'], spoken))}", paper), line
        sums = rates.setdefault(line["taxPercent"], Counter())
        sums.update({each: Decimal(line[each]["amount"]) for each in ("net", "tax", "gross")})
    for each in ("net", "tax", "gross"):
        assert written(told[each], spoken) in paper
        assert sum(sums[each] for sums in rates.values()) == Decimal(told[each]["amount"])
    assert len(rates) == 3
    for percent, sums in rates.items():
        shown = " ".join(
            written({"amount": sums[each], "currency": currency}, spoken) for each in ("net", "tax", "gross")
        )
        rate = plain(spoken.percent(int(Decimal(percent) * 1000)))
        assert f"{rate} {shown}" in paper
    assert paper.count(f"{spoken.said('money', 'total')} {written(told['gross'], spoken)}") == 1
    assert plain(spoken.day(told["dueOn"])) in paper


async def test_credit_note_receipt_and_statement_have_the_sums_of_the_contract(database, program):
    world = await a_world()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    viewer, spoken = world.owner.viewer, wording.of("en", "DE")
    document = f"""query ($note: ID!, $payment: ID!) {{
      creditNote(id: $note) {{ {SUMS} number because }} payment(id: $payment) {{ amount {MONEY} receiptNumber }}
      myStatement {{ nodes {{ change {MONEY} balance {MONEY} }} }} }}"""
    asked = {"note": id_of(books.credit_note), "payment": id_of(books.payment)}
    told = (await program.ask(viewer, document, **asked)).data
    paper = await read(program, viewer, books.credit_note)
    for each in ("net", "tax", "gross"):
        assert written(told["creditNote"][each], spoken) in paper
    assert told["creditNote"]["number"] in paper
    assert told["creditNote"]["because"] in paper
    paper = await read(program, viewer, books.payment)
    assert f"Total {written(told['payment']['amount'], spoken)}" in paper
    assert told["payment"]["receiptNumber"] in paper
    link = (await program.ask(viewer, MINE, **DAYS)).data["myStatementLink"]
    paper = plain(says((await got(program, link["url"])).content))
    changes = [
        f"{written(each['change'], spoken)} {written(each['balance'], spoken)}" for each in told["myStatement"]["nodes"]
    ]
    assert len(changes) == 4
    for change in changes:
        assert change in paper
    closing = written(told["myStatement"]["nodes"][-1]["balance"], spoken)
    assert f"Closing balance on 1 April 2026 {closing}" in paper


async def test_bills_are_handed_to_whom_they_are_addressed_and_to_the_staff(database, program):
    world = await a_world()
    stranger = await an_owner()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    await Ownership.filter(pet_id=world.pet.id).update(ends_on=TODAY)  # who was asked to pay stays who she was
    for row in (books.invoice, books.credit_note, books.payment):
        for viewer in (world.owner.viewer, world.vet.viewer, world.manager.viewer):
            link = (await program.ask(viewer, LINK, id=id_of(row))).data["paperLink"]
            assert link["endsAt"] == "2026-03-02T08:15:00Z"
            answer = await got(program, link["url"])
            assert answer.content.startswith(b"%PDF")
        assert (await program.ask(stranger.viewer, LINK, id=id_of(row))).data == NONE


async def test_a_link_to_an_invoice_ends_after_a_quarter_of_an_hour(database, program):
    world = await a_world()
    link = (await program.ask(world.owner.viewer, LINK, id=id_of(await an_invoice(world.owner)))).data["paperLink"]
    program.clock.now += timedelta(minutes=14)
    assert (await got(program, link["url"])).status_code == 200
    program.clock.now += timedelta(minutes=1)
    assert (await got(program, link["url"])).status_code == 410


async def test_there_is_no_link_to_a_draft_or_to_money_that_has_not_come(database, program):
    world = await a_world()
    draft, invoice = await a_draft(world.owner), await an_invoice(world.owner)
    begun = await a_payment(
        invoice, method=PaymentMethod.CARD, state=PaymentState.STARTED, number=None, received_on=None, settled_at=None
    )
    for row in (draft, begun):
        for viewer in (world.owner.viewer, world.manager.viewer):
            assert (await program.ask(viewer, LINK, id=id_of(row))).data == NONE


async def test_an_invoice_of_nobodys_pet_is_no_reading_of_a_record(database, program):
    world, log = await a_world(), program.asgi.state.reading_log
    invoice = await an_invoice(world.owner)
    assert (await program.ask(world.vet.viewer, LINK, id=id_of(invoice))).data["paperLink"]
    await log.flush()
    assert await RecordReading.all().count() == 0


async def test_a_statement_is_handed_to_its_client_and_to_the_staff_and_opens_these_days_alone(database, program):
    world = await a_world()
    stranger = await an_owner()
    await an_invoice(world.owner)
    client = {"id": id_of(world.owner.client), **DAYS}
    link = (await program.ask(world.vet.viewer, HERS, **client)).data["statementLink"]
    assert link == (await program.ask(world.owner.viewer, MINE, **DAYS)).data["myStatementLink"]
    assert "On 1 April 2026 you owe us" in says((await got(program, link["url"])).content)
    answer = await got(program, link["url"])
    assert answer.headers["content-disposition"] == 'attachment; filename="Statement-of-account.pdf"'
    assert (await program.ask(stranger.viewer, MINE, **DAYS)).data == {"myStatementLink": None}
    for other in ({"in": "GBP"}, {"id": id_of(stranger.client)}, {"id": id_of(world.pet)}):
        assert (await program.ask(world.vet.viewer, HERS, **{**client, **other})).data == {"statementLink": None}
    for wrong in ({"from": "2026-05-01"}, {"to": "2027-03-03"}):
        assert (await program.ask(world.vet.viewer, HERS, **{**client, **wrong})).code == "BAD_INPUT"
    found = urlsplit(link["url"])
    first, last = DAYS["from"], DAYS["to"]
    for path in (
        found.path.replace(last, "2026-12-31"),
        found.path.replace(first, "2026-01-01"),
        found.path.replace(first, "nonsense"),
        found.path.replace(first, first.replace("-", "")),
    ):
        answer = await got(program, f"{path}?{found.query}", accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "LINK_BROKEN"), path
    assert (await got(program, found.path)).status_code == 403
    await Client.filter(id=world.owner.id).update(language="de")
    assert "Am 1. April 2026 schulden Sie uns" in says((await got(program, link["url"])).content)
