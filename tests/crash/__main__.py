"""`python -m tests.crash [--database sqlite|postgres|both]`.

An owner pays by card, reception gives money back and issues an invoice, two workers deliver letters: each story is told again and again, and each
time its process is killed (SIGKILL) one step later: before and after every commit, and before and after every call to
the payment provider, which is a real process too, and is killed as well. Then either nobody comes back and only the
worker goes on, or the same requests are sent again. In the end nothing is lost, nothing is double, and both sides
agree to the cent. Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from models import Invoice, LedgerEntry, Payment, Refund, RefundState
from models.payment import PaymentState
from resolvers import ledger, releases
from tests.crash import stories
from tests.crash.letters import Post
from tests.crash.provider import Provider
from tests.crash.stories import Told
from tests.crash.victim import live
from tests.databases import Databases
from tests.soak.both import on_both, on_one
from tests.world import World, a_world
from tests.world.money import a_draft, posted
from vetdesk.database import connect
from vetdesk.payments import HttpGateway

MOST_STEPS, LIFE_SECONDS = 80, 60
PAID, BACK, LEFT = 5000, 1000, 3000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    asked = parser.parse_args()
    if asked.database == "both":
        return on_both("tests.crash")
    return on_one(asked.database, crashed)


async def crashed(databases: Databases) -> bool:
    """Every story, killed at every step, on one database; whether everything held."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vetdesk-crash-") as folder:
        async with databases.migrated() as database:
            with Provider(Path(folder)) as provider:
                yard = Yard(database.url, provider, Path(folder))
                async with connect(database.url):
                    yard.world = await a_world()
                    for story in ("issue", "pay", "give back"):
                        await yard.killed_everywhere(story)
                    await yard.look_at_it_all()
                    post = Post(database.url, Path(folder), yard.world)
                    await post.killed_everywhere()
                    yard.troubles += post.troubles
    for trouble in yard.troubles:
        print(f"{databases.dialect}: WRONG: {trouble}")
    told = ", ".join(f"{story} {count}" for story, count in yard.kills.items())
    print(
        f"{databases.dialect}: killed {sum(yard.kills.values())} times ({told}), the provider {provider.killed} times; "
        f"{yard.paid} payments of {PAID} and {yard.refunded} refunds of {BACK} agree with the provider to the cent; "
        f"{yard.issued} invoices without a gap; workers killed {post.kills} times over {post.letters} letters, of which "
        f"{post.doubts} are in doubt, and none is lost or there twice; {len(yard.troubles)} troubles in {time.monotonic() - began:.0f} s"
    )
    return not yard.troubles


@dataclass
class Yard:
    """Where processes live and die, and what came of it."""

    database: str
    provider: Provider
    folder: Path
    world: World = field(init=False)
    kills: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    paid: int = 0
    refunded: int = 0
    issued: int = 0

    async def killed_everywhere(self, story: str) -> None:
        """Tell the story again and again, and kill it one step later each time, until it comes to its end."""
        for comes_back in (False, True):
            for last in range(1, MOST_STEPS):
                told = await self._prepared(story, f"{story} {last} {comes_back}")
                died_at = self._lived(told, last)
                if died_at == "the end":
                    break
                self.kills[story] += 1
                print(f"  killed {died_at}: {told.name}", flush=True)
                if self.kills[story] % 9 == 0:
                    self.provider.kill()
                if not comes_back:
                    await self._goes_on(told, "wait")
                    await self._check(told, f"{story}, killed {died_at}, and nobody came back", is_over=False)
                await self._goes_on(told, story, "wait")
                await self._check(told, f"{story}, killed {died_at}", is_over=True)

    async def look_at_it_all(self) -> None:
        """Both sides, and the numbers."""
        ours = {kind: sum(await self._amounts(kind)) for kind in ("PAYMENT", "REFUND", "REFUND_PAID")}
        invoices = await Invoice.filter(number__isnull=False).order_by("number").values_list("number", flat=True)
        receipts = await Payment.filter(number__isnull=False).order_by("number").values_list("number", flat=True)
        self.refunded = len(await self._amounts("REFUND_PAID"))
        self.paid, self.issued = len(receipts), len(invoices)
        theirs = self.provider.sums()
        if (ours["PAYMENT"], ours["REFUND_PAID"]) != theirs or ours["REFUND"] != ours["REFUND_PAID"]:
            self.troubles.append(f"we say {ours}, and the provider {theirs}")
        for name, numbers in (("invoices", invoices), ("receipts", receipts)):
            if [int(str(one)[-5:]) for one in numbers] != list(range(1, len(numbers) + 1)):
                self.troubles.append(f"the numbers of the {name} have a gap: {numbers}")

    async def _amounts(self, kind: str) -> list[int]:
        return [one.minor for one in await LedgerEntry.filter(kind=kind)]

    async def _prepared(self, story: str, name: str) -> Told:
        """What the story is about, made without any trouble: a draft, an invoice or a payment."""
        viewers = {"owner": self.world.owner.viewer, "reception": self.world.receptionist.viewer}
        url, key = self.provider.url, self.provider.key
        gateway = HttpGateway(url, key)
        draft = await a_draft(self.world.owner)
        told = Told(story, self.database, url, key, **viewers, subject=draft.id, name=name)
        if story != "issue":
            await stories.issue(replace(told, name=f"{name} issued"), gateway, print_nothing)
        if story == "give back":
            await stories.pay(replace(told, name=f"{name} paid"), gateway, print_nothing)
            payment = await Payment.filter(meant_for__invoice_id=draft.id).get()
            (release,) = await releases.of_invoice(draft.id, draft.location_id, LEFT)
            await posted(await Invoice.get(id=draft.id), release)
            told = replace(told, subject=payment.id)
        await gateway.close()
        return told

    async def _goes_on(self, told: Told, *names: str) -> None:
        """Do these stories to their end, in this process, which knows nothing of the one that died."""
        gateway = HttpGateway(told.provider, told.key)
        for name in names:
            await stories.STORIES[name](told, gateway, print_nothing)
        await gateway.close()

    def _lived(self, told: Told, last: int) -> str:
        """Live the story in a process of its own as far as that step; where it died."""
        log = self.folder / "step"
        log.write_text("nowhere")
        process = _FORKS.Process(target=live, args=(told, last, log))
        process.start()
        process.join(LIFE_SECONDS)
        if process.is_alive():
            process.kill()
            self.troubles.append(f"{told.name}: it hung")
        died_at = log.read_text()
        expected = 0 if died_at == "the end" else -signal.SIGKILL
        if process.exitcode != expected:
            self.troubles.append(f"{told.name} ended with {process.exitcode} {died_at}")
        return died_at

    async def _check(self, told: Told, what: str, *, is_over: bool) -> None:
        """What must hold of the story; when it is over, it has happened once."""
        check = {"pay": self._check_payment, "give back": self._check_refund, "issue": self._check_issue}
        for trouble in await check[told.story](told, is_over=is_over):
            self.troubles.append(f"{what}: {trouble}")

    async def _check_payment(self, told: Told, *, is_over: bool) -> list[str]:
        payments = await Payment.filter(meant_for__invoice_id=told.subject)
        taken = self.provider.captured([str(one.provider_ref) for one in payments])
        posted_of_it = await LedgerEntry.filter(kind="PAYMENT", payment_id__in=[one.id for one in payments])
        left = (await ledger.open_of([told.subject]))[told.subject]
        waits = [one.state.value for one in payments if one.look_at or one.state not in _OVER]
        found = (taken, sum(one.minor for one in posted_of_it), PAID - left, waits)
        nothing = not is_over and found == (0, 0, 0, [])
        return [] if nothing or found == (PAID, PAID, PAID, []) else [f"taken, posted, paid, waiting: {found}"]

    async def _check_refund(self, told: Told, *, is_over: bool) -> list[str]:
        refunds = await Refund.filter(payment_id=told.subject)
        payment = await Payment.get(id=told.subject)
        back = self.provider.given_back(str(payment.provider_ref))
        left = (await ledger.on_account_of([payment.id]))[payment.id]
        states = [one.state.value for one in refunds]
        found = (back, LEFT - left, states)
        nothing = not is_over and found == (0, 0, [])
        return (
            []
            if nothing or found == (BACK, BACK, [RefundState.SUCCEEDED.value])
            else [f"back, off the account, refunds: {found}"]
        )

    async def _check_issue(self, told: Told, *, is_over: bool) -> list[str]:
        invoice = await Invoice.get(id=told.subject)
        charged = [one.minor for one in await LedgerEntry.filter(kind="CHARGE", invoice_id=invoice.id)]
        found = (invoice.number is not None, charged)
        nothing = not is_over and found == (False, [])
        return [] if nothing or found == (True, [PAID]) else [f"numbered, charged: {found}"]


_OVER = {PaymentState.SUCCEEDED, PaymentState.CANCELLED}
# Forked from a process that has read the whole program and has no thread, loop or connection.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.crash.victim", "tests.crash.letters"])


def print_nothing(_name: str) -> None:
    """Nobody dies while things are made ready."""


if __name__ == "__main__":
    raise SystemExit(main())
