"""An issued invoice stays as it is: whatever is tried with it, by any deed or in the database itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from tortoise import fields
from tortoise.exceptions import IntegrityError, OperationalError

import models
from models import ChargeSource, Invoice, InvoiceLine, InvoicePayer, InvoiceState, InvoiceVisit, sql
from models.refusal import Refusal
from models.row import uuid7
from resolvers import checkouts, deaths, proposals
from resolvers.invoices import drafts, issuing, lines
from resolvers.invoices.drafts import Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from tests.bills import issue, issued, lines_of, opened, sums_of, treated
from tests.world import NOW, TODAY, an_owner
from tests.world.endings import whole

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


async def test_every_deed_that_can_name_an_issued_invoice_leaves_it_as_it_is(database):
    one, other = await treated(), await an_owner()
    invoice = await issued(one)
    line = (await lines_of(invoice))[0]
    before = whole(invoice), [whole(each) for each in await lines_of(invoice)]
    boss, key = one.world.manager.viewer, dict[str, Any](key="k", now=NOW)

    for deed in (
        lambda: lines.add(boss, invoice.id, NewLine(item_id=one.carprofen.id), **key),
        lambda: lines.amend(boss, line.id, Terms(quantity=2000), **key),
        lambda: lines.remove(boss, line.id, **key),
        lambda: drafts.set_payers(boss, invoice.id, [Payer(other.id, 100)], **key),
        lambda: drafts.discard(boss, invoice.id, "No.", **key),
        lambda: issuing.issue(boss, invoice.id, based_on=1, **key),
        lambda: proposals.drop(boss, (ChargeSource.PROCEDURE, one.procedure.id), "No.", **key),
    ):
        with pytest.raises(Refusal):
            await deed()

    assert (whole(await Invoice.get(id=invoice.id)), [whole(each) for each in await lines_of(invoice)]) == before


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
