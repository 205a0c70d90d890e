"""Invoices over the wire: what owners and staff see of them, and what it costs to ask."""

from datetime import timedelta

import pytest

from models import Invoice, sql
from tests.bills import issued, opened, treated
from tests.doors import Program, id_of
from tests.world import NOW, TODAY, an_owner
from tests.world.money import a_draft, a_payment, an_invoice
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

MINE = """query ($open: Boolean) { myInvoices(onlyOpen: $open) { totalCount nodes {
  number gross { amount currency } openAmount { amount } isSettled isOverdue } } }"""
DESK = """query ($state: InvoiceState, $overdue: Boolean) { invoices(state: $state, onlyOverdue: $overdue, first: 100) { nodes {
  id number state openAmount { amount } isSettled isOverdue client { displayName } visits { id charges { name } }
  lines { description quantity gross { amount } credited { amount } item { name } source sourceId }
  creditNotes { number lines { gross { amount } } } } } }"""


async def asked(program, viewer, document, **variables):
    body = (await program.ask(viewer, document, **variables)).body
    assert "errors" not in body, body
    return body["data"]


async def test_an_owner_finds_what_she_was_asked_to_pay_and_nothing_else(database):
    one, program = await treated(), Program(max_cost=10**6)
    paid = await issued(one)
    await a_payment(paid, minor=17800)
    past = NOW - timedelta(days=20)
    await an_invoice(one.owner, gross=999, due_on=TODAY - timedelta(days=1), issued_at=past, issued_on=past.date())
    await a_draft(one.owner)
    await an_invoice(await an_owner(), gross=1)

    everything = (await asked(program, one.owner.viewer, MINE))["myInvoices"]
    is_open = (await asked(program, one.owner.viewer, MINE, open=True))["myInvoices"]

    assert [(each["gross"]["amount"], each["isSettled"]) for each in everything["nodes"]] == [
        ("178.00", True),
        ("9.99", False),
    ]
    assert [(each["openAmount"]["amount"], each["isOverdue"]) for each in is_open["nodes"]] == [("9.99", True)]


@pytest.mark.parametrize("many", [1, 100])
async def test_a_hundred_invoices_take_as_many_statements_as_one(database, many):
    one, program = await treated(), Program(max_cost=10**6)
    await opened(one)
    for _ in range(many - 1):
        await an_invoice(one.owner, visit=one.visit, gross=100)
    await asked(program, one.desk.viewer, DESK)

    with counted() as statements:
        found = (await asked(program, one.desk.viewer, DESK))["invoices"]["nodes"]

    assert len(found) == many
    assert len(statements.texts) == (8 if sql.is_postgres() else 10)


async def test_the_desk_lists_drafts_and_what_is_overdue(database):
    one, program = await treated(), Program(max_cost=10**6)
    draft = await opened(one)
    past = NOW - timedelta(days=20)
    late = await an_invoice(
        one.owner, gross=999, due_on=TODAY - timedelta(days=1), issued_at=past, issued_on=past.date()
    )
    await an_invoice(one.owner, gross=500)

    drafts = (await asked(program, one.desk.viewer, DESK, state="DRAFT"))["invoices"]["nodes"]
    overdue = (await asked(program, one.desk.viewer, DESK, overdue=True))["invoices"]["nodes"]

    assert [each["id"] for each in drafts] == [id_of(draft)]
    assert [each["id"] for each in overdue] == [id_of(late)]


async def test_what_differs_is_told_with_its_ids(database):
    one, program = await treated(), Program(max_cost=10**6)
    draft = await opened(one)
    line = (await asked(program, one.desk.viewer, DESK))["invoices"]["nodes"][0]["lines"][1]
    remove = """mutation ($line: ID!) { removeInvoiceLine(input: {lineId: $line, idempotencyKey: "k1"}) {
      ... on InvoiceLineRemoved { invoice { version } } } }"""
    lines = """{ invoices { nodes { lines { id description } } } }"""
    listed = (await asked(program, one.desk.viewer, lines))["invoices"]["nodes"][0]["lines"]
    removed = await asked(program, one.desk.viewer, remove, line=listed[1]["id"])
    assert removed["removeInvoiceLine"]["invoice"]["version"] == 2
    issue = """mutation ($id: ID!, $why: String) { issueInvoice(input: {invoiceId: $id, basedOn: 2, differsBecause: $why,
      idempotencyKey: "k2"}) { ... on NotReconciled { code notBilledSourceIds notDoneLineIds billedLessLineIds }
      ... on InvoicesIssued { invoices { number } } } }"""

    refused = (await asked(program, one.desk.viewer, issue, id=id_of(draft)))["issueInvoice"]
    told = {"notBilledSourceIds": [line["sourceId"]], "notDoneLineIds": [], "billedLessLineIds": []}
    assert refused == {"code": "NOT_RECONCILED", **told}
    done = (await asked(program, one.desk.viewer, issue, id=id_of(draft), why="Next week."))["issueInvoice"]
    assert done["invoices"] == [{"number": f"{TODAY.year}-00001"}]
    assert (await Invoice.get(id=draft.id)).differs_because == "Next week."
