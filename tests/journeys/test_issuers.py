"""Twenty issue invoices at once, through two processes on real ports: no number is missing, and none is given twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx

from models import Invoice, InvoiceState, LedgerEntry, NumberSeries, Session
from tests.doors import Program, id_of
from tests.served import served
from tests.world import a_world
from tests.world.money import a_draft

ISSUERS = 20
ISSUE = """mutation Issue($input: IssueInvoiceInput!) { issueInvoice(input: $input) { __typename
  ... on InvoicesIssued { invoices { id number } } ... on Refusal { code message } } }"""


async def test_twenty_who_issue_at_once_leave_no_gap_and_no_number_twice(database):
    world, program = await a_world(), Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    token = await program.token(world.receptionist.viewer)
    drafts = [await a_draft(world.owner) for _ in range(ISSUERS)]
    # What one of them bills of a version that nobody has seen is refused in their midst, and takes no number.
    stale = await a_draft(world.owner)

    async with served(database.url, processes=2, POOL_SIZE="10") as processes:
        addresses = [process.address for process in processes]
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=2 * ISSUERS), timeout=60) as client:

            async def issue(number, draft, key, version=1):
                given = {"invoiceId": id_of(draft), "basedOn": version, "idempotencyKey": key}
                response = await client.post(
                    f"{addresses[number % 2]}/staff/graphql",
                    json={"query": ISSUE, "variables": {"input": given}},
                    headers={"authorization": f"Bearer {token}"},
                )
                assert response.status_code == 200, response.text
                return response.json()["data"]["issueInvoice"]

            # Each is sent twice, to either process, with one key.
            heard = await asyncio.gather(
                *(issue(number, draft, f"k{number}") for number, draft in enumerate(drafts)),
                *(issue(number + 1, draft, f"k{number}") for number, draft in enumerate(drafts)),
                *(issue(number, stale, f"stale {number}", version=7) for number in range(4)),
            )

    first, again, refused = heard[:ISSUERS], heard[ISSUERS : 2 * ISSUERS], heard[2 * ISSUERS :]
    assert first == again
    assert [each.get("code") for each in refused] == ["INVOICE_CHANGED"] * 4
    year = program.clock.now.year
    numbers = sorted(each["invoices"][0]["number"] for each in first)
    assert numbers == [f"{year}-{number:05d}" for number in range(1, ISSUERS + 1)]
    assert (await NumberSeries.get()).last_number == ISSUERS
    assert await Invoice.filter(state=InvoiceState.ISSUED).count() == ISSUERS
    entries = await LedgerEntry.all().order_by("number")
    assert [each.number for each in entries] == list(range(1, 2 * ISSUERS + 1))
    assert entries[-1].balance_minor == ISSUERS * 5000
    logged = "\n".join(line for process in processes for line in process.lines)
    assert [word for word in ("database is locked", "deadlock", "unexpected") if word in logged] == []
