"""An issued invoice stays as it is: whatever is tried with it, by any deed or in the database itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type
from tortoise import fields
from tortoise.exceptions import IntegrityError, OperationalError

import models
from graph.ids import opened as opened_id
from graph.schema import schema
from models import ChargeSource, Invoice, InvoiceLine, InvoicePayer, InvoiceState, InvoiceVisit, sql
from models.refusal import AlreadyBilled
from models.row import uuid7
from resolvers import checkouts, deaths, proposals
from resolvers.invoices import drafts, lines
from resolvers.invoices.drafts import NewInvoice
from resolvers.invoices.lines import NewLine
from tests.api.deed import sent
from tests.api.staff_samples import samples
from tests.bills import issue, issued, lines_of, opened, sums_of, treated
from tests.doors import Program, id_of
from tests.world import NOW, TODAY
from tests.world.endings import whole
from tests.world.money import a_payment, an_invoice

pytestmark = pytest.mark.anyio

LETS_GO = {"holds_source"}
"""A line that was credited lets go of what it billed: that alone is no part of the paper."""


def another(column, value):
    """A value of the kind that the column has not got."""
    if column.name == "state":
        return InvoiceState.DISCARDED.value
    if column.name == "source":
        return ChargeSource.VACCINATION.value
    match column:
        case fields.UUIDField():
            return uuid7()
        case fields.BooleanField():
            return not value
        case fields.DatetimeField():
            return NOW + timedelta(days=7)
        case fields.DateField():
            return date(2031, 1, 1)
        case fields.IntField() | fields.SmallIntField() | fields.BigIntField():
            return (value or 0) + 1
    return "changed"


async def frozen_rows(one):
    invoice = await issued(one)
    return [invoice, *(await lines_of(invoice))[:1], *await InvoiceVisit.filter(invoice_id=invoice.id)]


async def test_no_column_of_an_issued_invoice_is_changed_by_sql(database):
    one = await treated()
    for row in await frozen_rows(one):
        before = whole(await type(row).get(id=row.id))
        columns = [each for each in row._meta.fields_map.values() if each.model_field_name in row._meta.db_fields]
        assert len(columns) == len(before)
        for column in columns:
            name = column.source_field or column.model_field_name
            if name in LETS_GO:
                continue
            column.name = name
            value = another(column, getattr(row, name))
            with pytest.raises((IntegrityError, OperationalError)):
                await sql.execute(
                    f"UPDATE {row._meta.db_table} SET {name} = ? WHERE id = ?",
                    (column.to_db_value(value, row) if not isinstance(value, str) else value, row.id),
                )
        with pytest.raises((IntegrityError, OperationalError)):
            await sql.execute(f"DELETE FROM {row._meta.db_table} WHERE id = ?", (row.id,))
        assert whole(await type(row).get(id=row.id)) == before


async def test_nothing_is_added_to_an_issued_invoice_by_sql(database):
    one = await treated()
    invoice = await issued(one)
    line = (await lines_of(invoice))[0]
    kept = {
        name: getattr(line, name)
        for name in InvoiceLine._meta.db_fields
        if name not in {"id", "position", "holds_source"}
    }

    for added in (
        InvoiceLine(id=uuid7(), position=9, **kept),
        InvoicePayer(id=uuid7(), invoice_id=invoice.id, client_id=one.owner.id, share=1),
        InvoiceVisit(id=uuid7(), invoice_id=invoice.id, visit_id=(await checkouts.visits_of(invoice.id))[0]),
    ):
        with pytest.raises((IntegrityError, OperationalError)):
            await sql.insert([added])

    assert len(await lines_of(invoice)) == 3


# By what any client may send


COMES = {
    **dict.fromkeys(
        (
            "addInvoiceLine",
            "amendInvoiceLine",
            "removeInvoiceLine",
            "setInvoicePayers",
            "discardInvoice",
            "issueInvoice",
        ),
        "InvoiceIssued",
    ),
    "issueCreditNote": "CreditNoteIssued",
    "writeOffInvoice": "InvoiceWrittenOff",
    "undoWriteOff": "NothingWrittenOff",
    "takePayment": "PaymentTaken",
    "applyCredit": "CreditApplied",
    "startPayment": "PaymentStarted",
}
"""What comes of each mutation that names an issued invoice, or a line of one."""


def inputs_that_name_an_invoice(of: Any) -> bool:
    """Whether an input, or one inside it, names an invoice by its own name: `invoiceId`, `invoiceIds`."""
    if is_leaf_type(of):
        return False
    inside = (inputs_that_name_an_invoice(get_named_type(each.type)) for each in of.fields.values())
    return bool(set(of.fields) & {"invoiceId", "invoiceIds"}) or any(inside)


def naming(value: Any, ids: dict[str, str]) -> Any:
    """The same input, with these ids in the place of others of their kind."""
    match value:
        case dict():
            return {name: naming(each, ids) for name, each in value.items()}
        case list():
            return [naming(each, ids) for each in value]
        case str():
            return ids.get((opened_id(value) or ("",))[0], value)
    return value


async def as_it_is(invoice):
    """An invoice, and the rows below it but for what a credited line lets go of."""
    below = [
        {name: value for name, value in whole(row).items() if name not in LETS_GO}
        for kind in (InvoiceLine, InvoicePayer, InvoiceVisit)
        for row in await kind.filter(invoice_id=invoice.id).order_by("id")
    ]
    return whole(await Invoice.get(id=invoice.id)), below


async def test_no_mutation_that_can_name_an_issued_invoice_changes_it(database):
    program = Program()
    made = await samples(program)
    owner, comes = made.world.owner, {}
    root = schema._schema.mutation_type
    assert root
    for sample in [*made.staff, *made.owner]:
        await a_payment(await an_invoice(owner), minor=6000)
        invoice = await an_invoice(owner)
        line = (await lines_of(invoice))[0]
        ids = {"Invoice": id_of(invoice), "InvoiceLine": id_of(line)}
        given = naming(sample.given, ids)
        if given == sample.given:
            continue
        if "clientId" in given:
            given["clientId"] = id_of(owner.client)
        before = await as_it_is(invoice)

        answer = await sent(
            program, sample.who, sample.deed, sample.payload, {**given, "idempotencyKey": f"issued {sample.deed}"}
        )

        comes[sample.deed] = answer.data[sample.deed]["__typename"]
        assert await as_it_is(invoice) == before, sample.deed
    assert comes == COMES
    inputs = {deed: [get_named_type(each.type) for each in field.args.values()] for deed, field in root.fields.items()}
    assert {deed for deed, given in inputs.items() if any(map(inputs_that_name_an_invoice, given))} <= set(comes)


async def test_what_an_issued_invoice_bills_is_neither_dropped_nor_billed_again(database):
    one = await treated()
    invoice = await issued(one)
    before, done = await as_it_is(invoice), (ChargeSource.PROCEDURE, one.procedure.id)
    draft = await drafts.open(one.desk.viewer, NewInvoice(one.owner.id, one.world.location.id), key="o", now=NOW)

    for deed in (
        lambda: proposals.drop(one.desk.viewer, done, "No.", key="k", now=NOW),
        lambda: lines.add(one.desk.viewer, draft, NewLine(source=done), key="k", now=NOW),
    ):
        with pytest.raises(AlreadyBilled):
            await deed()

    assert await as_it_is(invoice) == before


async def test_names_and_prices_stay_when_those_they_come_from_change(database):
    one = await treated()
    invoice = await issued(one)
    before = whole(invoice), await sums_of(invoice)

    await models.Client.all().update(display_name="Somebody Else", street="Elsewhere")
    await models.LegalEntity.all().update(name="Other Vets Ltd", due_days=99)
    await models.PriceListItem.all().update(name="Other")
    await models.Pet.all().update(name="Other")

    assert (whole(await Invoice.get(id=invoice.id)), await sums_of(invoice)) == before


# The end of a life


async def test_a_death_leaves_drafts_and_proposals_which_can_still_be_issued(database):
    one = await treated()
    vet = one.world.vet.viewer
    await proposals.propose(vet, one.visit.id, one.carprofen.id, 1000, key="k1", now=NOW)
    draft = await opened(one)
    await proposals.propose(vet, one.visit.id, one.carprofen.id, 2000, key="k2", now=NOW)
    before = whole(draft), await sums_of(draft)

    await deaths.record(vet, one.world.pet.id, TODAY, key="k3", now=NOW)

    assert (whole(await Invoice.get(id=draft.id)), await sums_of(draft)) == before
    checkout = await checkouts.of_invoice(vet, draft.id)
    assert [charge.quantity for charge in checkout.not_billed] == [2000]
    proposal = checkout.not_billed[0]
    source = (ChargeSource.PROPOSAL, proposal.source_id)
    await lines.add(one.desk.viewer, draft.id, NewLine(source=source), key="k4", now=NOW)
    invoice = await issue(one, draft)
    assert (invoice.state, invoice.gross_minor) == (InvoiceState.ISSUED, 17800 + 1000 + 2000)


async def test_an_undone_death_changes_nothing_of_what_is_billed(database):
    one = await treated()
    vet, draft = one.world.vet.viewer, await opened(one)
    before = whole(draft), await sums_of(draft)

    await deaths.record(vet, one.world.pet.id, TODAY, key="k1", now=NOW)
    await deaths.undo(vet, one.world.pet.id, "It was another pet.", key="k2", now=NOW)

    assert (whole(await Invoice.get(id=draft.id)), await sums_of(draft)) == before
    assert (await checkouts.of_invoice(vet, draft.id)).differs is False
