"""Invoices, credit notes, receipts and statements on paper: what stands on them, and that what was issued stays as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    Client,
    ClientAccount,
    EntryKind,
    LegalEntity,
    Location,
    Money,
    PaperFile,
    PaymentMethod,
    PaymentState,
)
from models.refusal import InvalidInput, NotFound
from models.row import uuid7
from resolvers import ledger, papers, practices, tills
from resolvers.ledger import Posting
from resolvers.papers import Days
from resolvers.statements import Stretch
from resolvers.tills import NewPayment
from tests.papers import ROUND, says
from tests.printed_bills import issued
from tests.world import NOW, TODAY, a_pet, a_visit, a_world, an_owner
from tests.world.money import (
    a_draft,
    a_legal_entity,
    a_line,
    a_payment,
    an_invoice,
    some_bookkeeping,
)
from vetdesk.printing import printer

pytestmark = pytest.mark.anyio

PRINTER = printer("a4")
A_DAY = timedelta(days=1)


class Pen:
    """Keeps the papers that it was asked to print."""

    async def printed(self, paper):
        self.paper = paper
        return b"printed"


async def paper(row, kind="invoices"):
    pen = Pen()
    await papers.of(kind, row.id, printer=pen, now=NOW)
    return pen.paper


async def facts(row, kind="invoices"):
    """What stands on it, with plain spaces."""
    return plain((await paper(row, kind)).facts)


def plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\xa0", " ")
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value]


async def statement(account, first, last, *, now=NOW):
    pen = Pen()
    await papers.statement(account.id, Days(first, last), printer=pen, now=now)
    return plain(pen.paper.facts)


# Invoices


async def test_an_invoice_says_who_pays_whom_what_for_and_by_when(database):
    world = await a_world()
    pet = await a_pet(world.owner, name="Rex")
    draft = await a_draft(world.owner, gross=None)
    await a_line(draft, pet_id=pet.id, pet_name="Rex")
    await a_line(
        draft, description="Meloxicam", quantity_thousandths=2500, unit="ml", unit_price_minor=400, tax_rate=7700,
        discount_rate=12_500, discount_because="A friend.",
    )  # fmt: skip
    invoice = await issued(draft, world.owner)
    assert await facts(invoice) == {
        "title": "Invoice LDN2026-00001",
        "addressee": [world.owner.client.display_name, "Elm Street 5", "10117 Berlin"],
        "about": [["Date", "2 March 2026"], ["Due by", "16 March 2026"], ["Place", "High Street"], ["Your share", ""]],
        "notices": [],
        "tables": [
            {
                "columns": ["Item", "Quantity", "Unit price", "Discount", "Tax", "Amount"],
                "lines": [
                    {
                        "what": "Consultation",
                        "note": "Rex · 2 March 2026",
                        "cells": ["1", "50,00 €", "", "19 %", "50,00 €"],
                    },
                    {
                        "what": "Meloxicam",
                        "note": "2 March 2026",
                        "cells": ["2,5 ml", "4,00 €", "12,5 %", "7,7 %", "8,75 €"],
                    },
                ],
                "totals": [["Sum without tax", "50,14 €"], ["Tax", "8,61 €"], ["Total", "58,75 €"]],
            },
            {
                "columns": ["Tax", "Without tax", "Tax amount", "With tax"],
                "lines": [
                    {"what": "7,7 %", "note": "", "cells": ["8,12 €", "0,63 €", "8,75 €"]},
                    {"what": "19 %", "note": "", "cells": ["42,02 €", "7,98 €", "50,00 €"]},
                ],
                "totals": [],
            },
        ],
        "closing": [
            "Prices and amounts include tax.",
            "Please pay 58,75 € by 16 March 2026, and name the number LDN2026-00001.",
        ],
        "seller": ["High Street Vets Ltd", "High Street 1", "10115 Berlin"],
        "seller_about": [["Bank details", "IBAN DE02 1203 0000 0000 2020 51"], ["Tax number", "DE123456789"]],
    }


async def test_tax_that_is_not_in_the_price_is_added_in_the_total(database):
    world = await a_world()
    draft = await a_draft(world.owner, gross=None)
    await a_line(draft, unit_price_minor=10_000, tax_rate=8875, tax_is_included=False)
    invoice = await issued(draft, world.owner)
    told = await facts(invoice)
    assert told["tables"][0]["columns"] == ["Item", "Quantity", "Unit price", "Tax", "Amount"]
    assert told["tables"][0]["lines"][0]["cells"] == ["1", "100,00 €", "8,875 %", "100,00 €"]
    assert told["tables"][0]["totals"][1:] == [["Tax", "8,88 €"], ["Total", "108,88 €"]]
    assert told["closing"][0].startswith("Prices and amounts in the lines are without tax")


async def test_prices_of_both_kinds_are_told_apart(database):
    world = await a_world()
    draft = await a_draft(world.owner, gross=1000)
    await a_line(draft, unit_price_minor=1000, tax_is_included=False)
    await a_line(draft, unit_price_minor=1000, tax_is_included=False, tax_rate=0)
    told = await facts(await issued(draft, world.owner))
    cells = [line["cells"] for line in told["tables"][0]["lines"]]
    assert [(each[1], each[3]) for each in cells] == [
        ("10,00 €", "10,00 €"), ("10,00 € *", "11,90 €"), ("10,00 €", "10,00 €"),
    ]  # fmt: skip
    assert told["closing"][0] == "Amounts include tax. Prices marked * are without it."


async def test_without_any_tax_nothing_is_said_of_it_and_nothing_to_pay_is_not_asked_for(database):
    world = await a_world()
    draft = await a_draft(world.owner, gross=None)
    await a_line(draft, unit_price_minor=0, tax_rate=0, list_price_minor=0)
    told = await facts(await issued(draft, world.owner))
    assert told["closing"] == []
    assert told["tables"][0]["totals"][-1] == ["Total", "0,00 €"]


async def test_a_share_of_a_bill_says_so(database):
    world = await a_world()
    draft = await a_draft(world.owner)
    told = await facts(await issued(draft, world.owner, share=30))
    assert told["about"][-1] == ["Your share", "30 %"]
    assert told["notices"][0].startswith("This invoice is over your share of 30 % of a bill that several people pay.")


@pytest.mark.parametrize(
    ("currency", "language", "total"),
    [
        ("JPY", "en-US", "¥5,000"),
        ("KWD", "en-US", "KWD5.000"),
        ("JPY", "de", "5.000 ¥"),
        ("KWD", "de", "5,000 KWD"),
        ("CHF", "de-CH", "CHF 50.00"),
    ],
)
async def test_sums_have_the_decimals_of_their_currency_and_are_written_as_the_reader_does(
    database, currency, language, total
):
    world = await a_world()
    await Location.filter(id=world.location.id).update(currency=currency)
    invoice = await issued(await a_draft(world.owner), world.owner, language=language)
    printed = await papers.of("invoices", invoice.id, printer=PRINTER, now=NOW)
    assert total in says(printed.content).replace("\xa0", " ")


# Kept


async def test_an_invoice_stays_as_it_was_printed_whatever_becomes_of_it(database):
    world = await a_world()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    rows = (("invoices", books.invoice), ("credit-notes", books.credit_note), ("receipts", books.payment))
    first = {kind: await papers.of(kind, row.id, printer=PRINTER, now=NOW) for kind, row in rows}
    assert [each.name for each in first.values()] == [
        "Invoice 2026-00001",
        "Credit note C2026-00001",
        "Receipt R2026-00001",
    ]
    await practices.set_logo(world.manager.viewer, ROUND.content, key="1", now=NOW)
    await Location.all().update(street="Another Street 9", name="Elsewhere")
    await LegalEntity.all().update(name="Others Ltd")
    await Client.all().update(display_name="Another Name", language="de")
    for kind, row in rows:
        again = await papers.of(kind, row.id, printer=Pen(), now=NOW + A_DAY)
        assert (again.content, again.sha256, again.name) == (first[kind].content, first[kind].sha256, first[kind].name)
    assert await PaperFile.all().count() == 3
    # What was printed late says who invoiced whom on the day of issue all the same.
    late = await an_invoice(world.owner)
    told = await facts(late)
    assert (told["seller"][0], told["addressee"][0]) == ("High Street Vets Ltd", world.owner.client.display_name)


async def test_of_two_who_print_at_once_both_are_given_the_first_ones(database):
    world = await a_world()
    invoice = await an_invoice(world.owner)

    class Slow:
        """Prints; meanwhile somebody else has printed already."""

        async def printed(self, paper):
            await papers.of("invoices", invoice.id, printer=PRINTER, now=NOW)
            return b"later"

    got = await papers.of("invoices", invoice.id, printer=Slow(), now=NOW)
    assert got.content.startswith(b"%PDF")
    assert await PaperFile.all().count() == 1


async def test_there_is_no_paper_of_a_draft_or_of_money_that_has_not_come(database):
    world = await a_world()
    invoice = await an_invoice(world.owner)
    draft = await a_draft(world.owner)
    begun = await a_payment(
        invoice, method=PaymentMethod.CARD, state=PaymentState.STARTED, number=None, received_on=None, settled_at=None
    )
    for kind, key in (("invoices", draft.id), ("receipts", begun.id), ("invoices", uuid7()), ("credit-notes", uuid7())):
        with pytest.raises(NotFound):
            await papers.of(kind, key, printer=Pen(), now=NOW)
    assert await PaperFile.all().count() == 0


# Credit notes and receipts


async def test_a_credit_note_says_which_invoice_it_corrects_and_why(database):
    world = await a_world()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    told = await facts(books.credit_note, "credit-notes")
    assert told["title"] == "Credit note C2026-00001"
    assert told["notices"] == [
        "This credit note corrects invoice 2026-00001 of 2 March 2026.",
        "Reason: It was shorter.",
    ]
    lines, taxes = told["tables"]
    assert lines["lines"] == [
        {"what": "Consultation", "note": "2 March 2026", "cells": ["19 %", "8,40 €", "1,60 €", "10,00 €"]}
    ]
    assert lines["totals"] == [["Sum without tax", "8,40 €"], ["Tax", "1,60 €"], ["Credited", "10,00 €"]]
    assert taxes["lines"] == [{"what": "19 %", "note": "", "cells": ["8,40 €", "1,60 €", "10,00 €"]}]
    assert told["closing"] == []
    assert told["seller_about"] == [["Tax number", "DE123456789"]]


async def test_a_receipt_says_what_was_paid_with_it_on_its_day_and_what_stays_on_account(database):
    world = await a_world()
    invoice, later = await an_invoice(world.owner), await an_invoice(world.owner, gross=300)
    payment = await a_payment(invoice, minor=6000, method=PaymentMethod.TERMINAL, reference="4711")
    # Later the rest pays another invoice, and a part is given back: neither is on the receipt.
    held = await ledger.hold(invoice.client_id, invoice.legal_entity_id, "EUR", now=NOW)
    common: dict[str, Any] = {"location_id": invoice.location_id, "payment_id": payment.id}
    also = Posting(kind=EntryKind.ALLOCATION, minor=300, invoice_id=later.id, **common)
    await held.post([also], on=TODAY, now=NOW + A_DAY)
    told = await facts(payment, "receipts")
    assert told["about"] == [
        ["Received on", "2 March 2026"],
        ["Paid by", "Card at the desk"],
        ["Place", "High Street"],
        ["Reference", "4711"],
    ]
    assert told["notices"] == ["We have received 60,00 € from you. Thank you."]
    assert told["tables"] == [
        {
            "columns": ["Paid invoice", "Date", "Paid with it"],
            "lines": [{"what": invoice.number, "note": "", "cells": ["2 March 2026", "50,00 €"]}],
            "totals": [["Stays on account for you", "10,00 €"], ["Total", "60,00 €"]],
        }
    ]


# Statements


async def test_a_statement_goes_from_what_was_owed_to_what_is_owed_and_says_what_is_due_since_when(database):
    world = await a_world()
    old, new = await an_invoice(world.owner), await an_invoice(world.owner, gross=3000)
    payment = await a_payment(old, minor=2000)
    settled = await an_invoice(world.owner, gross=100)
    overpaid = await a_payment(settled, minor=500)
    # Entered last for the day before: it stands there, and the balances are right all the same.
    late = NewPayment(
        client_id=world.owner.id, location_id=old.location_id, method=PaymentMethod.BANK, amount=Money(700, "EUR"),
        received_on=TODAY - A_DAY,
    )  # fmt: skip
    await tills.take(world.manager.viewer, late, key="1", now=NOW + A_DAY)
    account = await ClientAccount.get()
    told = await statement(account, TODAY, TODAY + 15 * A_DAY, now=NOW + 15 * A_DAY)
    assert told["about"] == [["Period", "2 March 2026 to 17 March 2026"], ["Printed on", "17 March 2026"]]
    stated, due = told["tables"]
    assert [(line["what"], *line["cells"]) for line in stated["lines"]] == [
        ("Opening balance", "2 March 2026", "", "-7,00 €"),
        (f"Invoice {old.number}", "2 March 2026", "50,00 €", "43,00 €"),
        (f"Invoice {new.number}", "2 March 2026", "30,00 €", "73,00 €"),
        (f"Payment, receipt {payment.number}", "2 March 2026", "-20,00 €", "53,00 €"),
        (f"Invoice {settled.number}", "2 March 2026", "1,00 €", "54,00 €"),
        (f"Payment, receipt {overpaid.number}", "2 March 2026", "-5,00 €", "49,00 €"),
    ]
    assert stated["totals"] == [["Closing balance on 17 March 2026", "49,00 €"]]
    assert [(line["what"], *line["cells"]) for line in due["lines"]] == [
        (old.number, "since 16 March 2026", "23,00 €"),
        (new.number, "since 16 March 2026", "30,00 €"),
    ]
    assert due["totals"] == [
        ["Overdue on 17 March 2026", "53,00 €"],
        ["Open in all", "53,00 €"],
        ["On account for you", "-4,00 €"],
        ["Balance", "49,00 €"],
    ]
    assert told["closing"] == ["On 17 March 2026 you owe us 49,00 €."]
    # On the day itself nothing is overdue yet.
    early = await statement(account, TODAY, TODAY + 14 * A_DAY)
    assert early["tables"][1]["lines"][0]["cells"][0] == "by 16 March 2026"
    assert early["tables"][1]["totals"][0] == ["Overdue on 16 March 2026", "0,00 €"]
    before = await statement(account, TODAY - 9 * A_DAY, TODAY - A_DAY)
    assert before["closing"] == ["On 1 March 2026 you have 7,00 € in your favour."]
    assert len(before["tables"]) == 1
    nothing = await statement(account, TODAY - 9 * A_DAY, TODAY - 2 * A_DAY)
    assert nothing["notices"] == ["Nothing was charged, paid or given back in this period."]
    assert nothing["closing"] == ["On 28 February 2026 nothing is to be paid."]


async def test_a_statement_shows_what_was_credited_and_given_back_and_nothing_that_changed_no_balance(database):
    world = await a_world()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    await Client.all().update(language="de")
    stated, *more = (await statement(books.account, TODAY, TODAY))["tables"]
    assert [(line["what"], *line["cells"][1:]) for line in stated["lines"]] == [
        ("Anfangssaldo", "", "0,00 €"),
        ("Rechnung 2026-00001", "50,00 €", "50,00 €"),
        ("Zahlung, Beleg R2026-00001", "-50,00 €", "0,00 €"),
        ("Gutschrift C2026-00001", "-10,00 €", "-10,00 €"),
        ("Erstattung zum Beleg R2026-00001", "10,00 €", "0,00 €"),
    ]
    assert more == []
    printed = await papers.statement(books.account.id, Days(TODAY, TODAY), printer=PRINTER, now=NOW)
    assert printed.name == "Kontoauszug"
    assert "Schlusssaldo am 2. März 2026 0,00 €" in says(printed.content).replace("\xa0", " ")
    assert await PaperFile.all().count() == 0


async def test_a_statement_is_for_whoever_sees_the_account_over_a_year_at_most(database):
    world = await a_world()
    stranger = await an_owner()
    invoice = await an_invoice(world.owner)
    given: Any = {"vault": None, "rules": None, "public_url": "", "now": NOW}
    with pytest.raises(NotFound):
        await papers.statement_link(stranger.viewer, world.owner.id, Stretch(), Days(TODAY, TODAY), **given)
    for stretch in (Stretch(currency="GBP"), Stretch(legal_entity_id=(await a_legal_entity("Two", prefix="T")).id)):
        with pytest.raises(NotFound):
            await papers.statement_link(world.vet.viewer, world.owner.id, stretch, Days(TODAY, TODAY), **given)
    for days in (Days(TODAY, TODAY - A_DAY), Days(date(2026, 1, 1), date(2027, 1, 2))):
        with pytest.raises(InvalidInput):
            await papers.statement_link(world.vet.viewer, world.owner.id, Stretch(), days, **given)
    with pytest.raises(NotFound):
        await papers.statement(invoice.id, Days(TODAY, TODAY), printer=Pen(), now=NOW)
