"""Money over the desk as clients see it: one story, its figures, and how many statements it takes with one and with many."""

from __future__ import annotations

from datetime import timedelta

from models import sql
from tests.api.deed import done, refused
from tests.doors import Program, id_of
from tests.world import TODAY, World, a_world, an_owner
from tests.world.money import a_legal_entity, a_payment, an_invoice, the_legal_entity

PAYMENTS = """query ($first: Int, $client: ID) { payments(first: $first, clientId: $client) { nodes { receiptNumber method
  amount { amount } onAccount { amount } refunded { amount } client { displayName } refunds { amount { amount } }
  invoices { invoiceId invoiceNumber amount { amount currency } } } } }"""
STATEMENT = """query ($client: ID!, $last: Int) { statement(clientId: $client, last: $last) { nodes { kind postedOn
  change { amount } balance { amount } invoice { number } payment { receiptNumber } } } }"""
OWING = "{ clients(first: 100) { nodes { displayName balances { legalEntityName balance { amount } } } } }"
DEBTORS = """query ($first: Int, $after: String) { debtors(first: $first, after: $after, order: AMOUNT) { asOf debtorCount
  totals { amount currency } pageInfo { hasNextPage endCursor }
  nodes { client { displayName emails { address } } total { amount } notDue { amount } oldestDueOn invoices } } }"""
TAKINGS = """query ($at: ID!, $day: Date!) { takings(locationId: $at, day: $day) { location { name }
  methods { method payments { amount } paymentCount refunds { amount } net { amount } }
  rates { taxPercent charged { amount } chargedTax { amount } } } }"""
TAKEN = (
    "PaymentTaken { payment { id receiptNumber onAccount { amount } invoices { invoiceNumber amount { amount } } } }"
)


async def a_practice_that_invoices() -> World:
    world = await a_world()
    await a_legal_entity(prefix="LDN")
    return world


async def test_reception_takes_money_gives_some_back_and_reads_what_became_of_it(database):
    world, program = await a_practice_that_invoices(), Program()
    desk, client = world.receptionist.viewer, id_of(world.owner.client)
    invoice = await an_invoice(world.owner, gross=5000)
    where = {"clientId": client, "locationId": id_of(world.location)}
    named = {"invoices": [{"invoiceId": id_of(invoice)}]}
    taken = await done(
        program,
        desk,
        "takePayment",
        TAKEN,
        **where,
        **named,
        method="CASH",
        amount={"amount": "57.50", "currency": "EUR"},
    )
    payment = taken["payment"]
    assert payment["receiptNumber"] == "LDNR2026-00001"
    assert payment["onAccount"] == {"amount": "7.50"}
    assert payment["invoices"] == [{"invoiceNumber": invoice.number, "amount": {"amount": "50.00"}}]
    back = {"paymentId": payment["id"], "because": "Too much."}
    too_much = await refused(
        program,
        desk,
        "refundPayment",
        "PaymentRefunded { refund { id } }",
        **back,
        amount={"amount": 7.51, "currency": "EUR"},
    )
    assert too_much == ("TooMuch", ["amount"])
    given = await done(
        program,
        desk,
        "refundPayment",
        "PaymentRefunded { refund { state method payment { onAccount { amount } refunded { amount } } } }",
        **back,
        amount={"amount": "2.50", "currency": "EUR"},
    )
    assert given["refund"] == {
        "state": "SUCCEEDED",
        "method": "CASH",
        "payment": {"onAccount": {"amount": "5.00"}, "refunded": {"amount": "2.50"}},
    }
    other = await an_invoice(world.owner, gross=300)
    await done(program, desk, "applyCredit", "CreditApplied { client { id } }", **where)
    told = (await program.ask(desk, STATEMENT, client=client)).data["statement"]["nodes"]
    assert [(each["kind"], each["change"]["amount"], each["balance"]["amount"]) for each in told] == [
        ("CHARGE", "50.00", "50.00"),
        ("PAYMENT", "-57.50", "-7.50"),
        ("REFUND", "2.50", "-5.00"),
        ("CHARGE", "3.00", "-2.00"),
    ]
    assert [each["invoice"] and each["invoice"]["number"] for each in told] == [
        invoice.number,
        None,
        None,
        other.number,
    ]
    mine = "{ myStatement(last: 1) { nodes { balance { amount } } } myPayments { nodes { reference } } }"
    assert (await program.ask(world.owner.viewer, mine)).data == {
        "myStatement": {"nodes": [{"balance": {"amount": "-2.00"}}]},
        "myPayments": {"nodes": [{"reference": ""}]},
    }
    takings = (await program.ask(desk, TAKINGS, at=id_of(world.location), day=str(TODAY))).data["takings"]
    assert takings == {
        "location": {"name": "High Street"},
        "methods": [
            {
                "method": "CASH",
                "payments": {"amount": "57.50"},
                "paymentCount": 1,
                "refunds": {"amount": "2.50"},
                "net": {"amount": "55.00"},
            }
        ],
        "rates": [{"taxPercent": 19, "charged": {"amount": "44.54"}, "chargedTax": {"amount": "8.46"}}],
    }


async def test_reception_takes_a_payment_back_and_the_owner_sees_that_it_was(database):
    world, program = await a_practice_that_invoices(), Program()
    desk = world.receptionist.viewer
    invoice = await an_invoice(world.owner, gross=5000)
    payment = id_of(await a_payment(invoice, minor=6000))
    which = "payment { receiptNumber isReversed onAccount { amount } invoices { invoiceNumber } reversedAt reversedBecause }"
    back = {"paymentId": payment, "because": "Another client's."}
    taken_back = await done(program, desk, "reversePayment", f"PaymentReversed {{ {which} }}", **back)
    assert taken_back["payment"] == {
        "receiptNumber": "LDNR2026-00001",
        "isReversed": True,
        "onAccount": {"amount": "0.00"},
        "invoices": [],
        "reversedAt": "2026-03-02T08:00:00Z",
        "reversedBecause": "Another client's.",
    }
    again = await refused(
        program, desk, "reversePayment", "PaymentReversed { payment { id } }", **back, idempotencyKey="k2"
    )
    assert again == ("PaymentNotPossible", ["paymentId"])
    mine = """{ myStatement { nodes { kind balance { amount } } } myPayments { nodes { isReversed } }
      myInvoices { nodes { openAmount { amount } } } }"""
    assert (await program.ask(world.owner.viewer, mine)).data == {
        "myStatement": {
            "nodes": [
                {"kind": "CHARGE", "balance": {"amount": "50.00"}},
                {"kind": "PAYMENT", "balance": {"amount": "-10.00"}},
                {"kind": "PAYMENT_REVERSED", "balance": {"amount": "50.00"}},
            ]
        },
        "myPayments": {"nodes": [{"isReversed": True}]},
        "myInvoices": {"nodes": [{"openAmount": {"amount": "50.00"}}]},
    }
    takings = "query ($at: ID!, $day: Date!) { takings(locationId: $at, day: $day) { methods { reversals { amount } reversalCount net { amount } } } }"
    told = (await program.ask(desk, takings, at=id_of(world.location), day=str(TODAY))).data["takings"]
    assert told == {"methods": [{"reversals": {"amount": "60.00"}, "reversalCount": 1, "net": {"amount": "0.00"}}]}


async def test_a_manager_closes_the_month_and_the_desk_is_told_through_which_day(database):
    world, program = await a_practice_that_invoices(), Program()
    entity = id_of(await the_legal_entity())
    closed = await done(
        program,
        world.manager.viewer,
        "closePeriod",
        "PeriodIsClosed { legalEntity { closedThrough } }",
        legalEntityId=entity,
        through="2026-02-28",
    )
    assert closed == {"legalEntity": {"closedThrough": "2026-02-28"}}
    where = {"clientId": id_of(world.owner.client), "locationId": id_of(world.location), "method": "CASH"}
    late = {**where, "amount": {"amount": 1, "currency": "EUR"}, "receivedOn": "2026-02-28"}
    document = """mutation ($input: TakePaymentInput!) { takePayment(input: $input) { ... on PeriodClosed {
      code path closedThrough } } }"""
    told = await program.ask(world.receptionist.viewer, document, input={**late, "idempotencyKey": "late"})
    assert told.data["takePayment"] == {
        "code": "PERIOD_CLOSED",
        "path": ["receivedOn"],
        "closedThrough": "2026-02-28",
    }


async def test_lists_of_money_take_as_many_statements_for_a_hundred_as_for_one(database):
    world, program = await a_practice_that_invoices(), Program()
    desk = world.receptionist.viewer
    await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    await an_invoice(world.owner, gross=100)

    async def counts() -> list[int]:
        client = id_of(world.owner.client)
        asked = [
            await program.ask(desk, PAYMENTS, first=100),
            await program.ask(desk, STATEMENT, client=client, last=100),
            await program.ask(desk, OWING),
            await program.ask(desk, DEBTORS, first=100),
            await program.ask(desk, TAKINGS, at=id_of(world.location), day=str(TODAY)),
        ]
        assert all(answer.data for answer in asked)
        return [answer.statements.count for answer in asked]

    one = await counts()
    for number in range(30):
        await a_payment(await an_invoice(await an_owner(), gross=1000 + number), minor=500)
        await a_payment(await an_invoice(world.owner, gross=100), minor=90)
    assert await counts() == one
    assert one == ([5, 2, 3, 6, 5] if sql.is_postgres() else [6, 2, 3, 7, 5])


async def test_debtors_are_paged_with_their_clients(database):
    world, program = await a_practice_that_invoices(), Program()
    for number in range(5):
        person = await an_owner(f"Person Number{number}")
        await an_invoice(person, gross=1000 * (number + 1), due_on=TODAY + timedelta(days=number))
    first = (await program.ask(world.manager.viewer, DEBTORS, first=3)).data["debtors"]
    assert (first["asOf"], first["debtorCount"]) == ("2026-03-02", 5)
    assert first["totals"] == [{"amount": "150.00", "currency": "EUR"}]
    assert [each["client"]["displayName"] for each in first["nodes"]] == [f"Person Number{n}" for n in (4, 3, 2)]
    more = first["pageInfo"]
    assert more["hasNextPage"] is True
    second = (await program.ask(world.manager.viewer, DEBTORS, first=3, after=more["endCursor"])).data["debtors"]
    assert [(each["client"]["displayName"], each["total"]["amount"]) for each in second["nodes"]] == [
        ("Person Number1", "20.00"),
        ("Person Number0", "10.00"),
    ]
    assert (await program.ask(world.manager.viewer, DEBTORS, after="x")).code == "BAD_INPUT"
    assert (await program.ask(world.vet.viewer, DEBTORS)).code == "FORBIDDEN"
