"""The provider: what may be done to a payment, and what is told of it. It believes nothing that its callers say."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from iso4217 import Currency

from vetdesk.payments import amounts
from vetdesk.payments.sandbox.cards import DECLINES, Card, known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from vetdesk.payments.sandbox.book import Book

MOST = 99_999_999_999


class Refused(Exception):
    """It says no, and has done nothing: an HTTP status, a code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        self.status, self.code, self.sentence = status, code, sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long what is slow takes; short in tests."""

    slow: timedelta = timedelta(seconds=6)
    late: timedelta = timedelta(seconds=20)
    askew: timedelta = timedelta(seconds=2)


class Provider:
    """Takes payments that are confirmed first and captured then, whole; and gives back no more than it has captured."""

    def __init__(self, book: Book, *, pace: Pace, now: Callable[[], datetime]) -> None:
        self._book = book
        self._pace = pace
        self._now = now

    # For who holds the key

    def start(self, given: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A payment that waits for its payer; the same one for the same key."""
        return self._once(key, given, self._start)

    def refund(self, given: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Money back; once for the same key."""
        return self._once(key, given, self._refund)

    def payment(self, ref: str) -> dict[str, Any]:
        """A payment as it is now."""
        found = self._book.row("SELECT * FROM payment WHERE id = ?", ref)
        if found is None:
            raise Refused(404, "not_found", "There is no such payment.")
        return found

    def capture(self, ref: str) -> dict[str, Any]:
        """Take the whole amount of a confirmed payment; of a captured one nothing more."""
        with self._book.writing():
            payment = self.payment(ref)
            if payment["status"] == "captured":
                return payment
            if payment["status"] != "confirmed":
                raise Refused(409, "not_confirmed", f"The payment is {payment['status']}.")
            if payment["card"] == Card.FALLS_THROUGH:
                sentence = DECLINES[Card.DECLINED]
                self._book.write("UPDATE payment SET status = 'waiting', declined = ? WHERE id = ?", sentence, ref)
                self._tell("payment.declined", payment)
                return self.payment(ref)
            self._book.write("UPDATE payment SET status = 'captured', captured = amount WHERE id = ?", ref)
            self._tell("payment.captured", payment, step=1)
            if payment["card"] == Card.DISPUTED:
                self._book.write(
                    "INSERT INTO dispute VALUES (?, ?, 'open', ?, ?)",
                    _name("dis"),
                    ref,
                    payment["amount"],
                    payment["currency"],
                )
                self._tell("dispute.opened", payment, step=2)
            return self.payment(ref)

    def cancel(self, ref: str) -> dict[str, Any]:
        """Take nothing of it, for ever."""
        with self._book.writing():
            payment = self.payment(ref)
            if payment["status"] == "captured":
                raise Refused(409, "captured", "The payment is captured.")
            if payment["status"] != "cancelled":
                self._book.write("UPDATE payment SET status = 'cancelled' WHERE id = ?", ref)
                self._tell("payment.cancelled", payment)
            return self.payment(ref)

    def refunds(self, ref: str, reference: str | None) -> list[dict[str, Any]]:
        """The refunds of a payment, as they are now; those with that reference only, if one is said."""
        with self._book.writing():
            self._let_refunds_settle(ref)
            found = self._book.rows("SELECT * FROM refund WHERE payment = ? ORDER BY id", ref)
        return [one for one in found if reference in {None, one["reference"]}]

    def disputes(self, ref: str) -> list[dict[str, Any]]:
        """The disputes about a payment."""
        return self._book.rows("SELECT * FROM dispute WHERE payment = ? ORDER BY id", ref)

    def dispute(self, ref: str) -> dict[str, Any]:
        """Open a dispute about a captured payment, as its holder's bank would."""
        with self._book.writing():
            payment = self.payment(ref)
            if payment["status"] != "captured":
                raise Refused(409, "not_captured", f"The payment is {payment['status']}.")
            made = (_name("dis"), ref, payment["amount"], payment["currency"])
            self._book.write("INSERT INTO dispute VALUES (?, ?, 'open', ?, ?)", *made)
            self._tell("dispute.opened", payment)
            return self.disputes(ref)[-1]

    def settle_dispute(self, ref: str, status: str) -> dict[str, Any]:
        """Decide a dispute, as a bank would: won by the practice, or lost."""
        with self._book.writing():
            found = self._book.row("SELECT * FROM dispute WHERE id = ?", ref)
            if found is None:
                raise Refused(404, "not_found", "There is no such dispute.")
            if status not in {"won", "lost"} or found["status"] not in {"open", status}:
                raise Refused(409, "settled", f"The dispute is {found['status']}.")
            self._book.write("UPDATE dispute SET status = ? WHERE id = ?", status, ref)
            self._tell(f"dispute.{status}", self.payment(str(found["payment"])))
            return {**found, "status": status}

    # For who pays

    def confirm(self, ref: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Confirm a payment with a card, as its payer; `asks` says that she has to approve it once more."""
        with self._book.writing():
            payment = self._to_confirm(ref, given)
            card = known(str(given.get("card", "")))
            if card is None:
                raise Refused(400, "no_card", "There is no such card here.")
            if card in DECLINES:
                return self._declined(payment, card)
            if card is Card.ASKS and given.get("approved") is not True:
                return {**payment, "declined": "", "asks": True}
            self._book.write(
                "UPDATE payment SET status = 'confirmed', card = ?, declined = '' WHERE id = ?", card.value, ref
            )
            self._tell("payment.confirmed", {**payment, "card": card.value})
            return self.payment(ref)

    def _to_confirm(self, ref: str, given: Mapping[str, Any]) -> dict[str, Any]:
        payment = self.payment(ref)
        if not hmac.compare_digest(str(given.get("client_secret", "")).encode(), payment["client_secret"].encode()):
            raise Refused(404, "not_found", "There is no such payment.")
        if payment["status"] != "waiting":
            raise Refused(409, "not_waiting", f"The payment is {payment['status']}.")
        return payment

    def _declined(self, payment: Mapping[str, Any], card: Card) -> dict[str, Any]:
        self._book.write("UPDATE payment SET declined = ? WHERE id = ?", DECLINES[card], payment["id"])
        self._tell("payment.declined", payment)
        return self.payment(str(payment["id"]))

    # Inside

    def _once(
        self, key: str, given: Mapping[str, Any], work: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """What was answered under the key; the same words are done once, and other words are refused."""
        if not 1 <= len(key) <= 128:
            raise Refused(400, "no_key", "An Idempotency-Key has 1 to 128 characters.")
        words = json.dumps(given, sort_keys=True)
        with self._book.writing():
            kept = self._book.row("SELECT words, answer FROM asked WHERE key = ?", key)
            if kept is not None and kept["words"] != words:
                raise Refused(409, "key_reused", "The key was used for something else.")
            if kept is None:
                answer = work(given)
                self._book.write("INSERT INTO asked VALUES (?, ?, ?)", key, words, str(answer["id"]))
                return answer
        if str(kept["answer"]).startswith("pay_"):
            return self.payment(str(kept["answer"]))
        return self._book.rows("SELECT * FROM refund WHERE id = ?", kept["answer"])[0]

    def _start(self, given: Mapping[str, Any]) -> dict[str, Any]:
        amount, currency = _amount(given)
        ref = _name("pay")
        self._book.write(
            "INSERT INTO payment (id, status, amount, currency, client_secret, description, created) "
            "VALUES (?, 'waiting', ?, ?, ?, ?, ?)",
            ref,
            amount,
            currency,
            f"{ref}_secret_{secrets.token_urlsafe(24)}",
            str(given.get("description", ""))[:500],
            int(self._now().timestamp()),
        )
        return self.payment(ref)

    def _refund(self, given: Mapping[str, Any]) -> dict[str, Any]:
        amount, currency = _amount(given)
        payment = self.payment(str(given.get("payment", "")))
        back = sum(one["amount"] for one in self._refunds_that_count(payment["id"]))
        if currency != payment["currency"] or amount > payment["captured"] - back:
            raise Refused(409, "too_much", "That is more than was captured and not yet given back.")
        if any(one["status"] != "won" for one in self.disputes(payment["id"])):
            raise Refused(409, "disputed", "The payment is disputed.")
        settles = self._now().timestamp() + self._pace.late.total_seconds()
        is_slow = payment["card"] in {Card.NO_REFUND, Card.SLOW_REFUND}
        made = (_name("ref"), payment["id"], "pending" if is_slow else "succeeded", amount, currency)
        self._book.write(
            "INSERT INTO refund (id, payment, status, amount, currency, reference, settles) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *made,
            str(given.get("reference", "")),
            settles if is_slow else None,
        )
        self._tell("refund.pending" if is_slow else "refund.succeeded", payment)
        if is_slow:
            self._tell("refund.settled", payment, after=self._pace.late)
        return self._book.rows("SELECT * FROM refund WHERE id = ?", made[0])[0]

    def _refunds_that_count(self, ref: str) -> list[dict[str, Any]]:
        self._let_refunds_settle(ref)
        return self._book.rows("SELECT * FROM refund WHERE payment = ? AND status <> 'failed'", ref)

    def _let_refunds_settle(self, ref: str) -> None:
        due = "payment = ? AND status = 'pending' AND settles <= ?"
        fails = "payment IN (SELECT id FROM payment WHERE card = ?)"
        values = (ref, self._now().timestamp(), Card.NO_REFUND.value)
        self._book.write(
            "UPDATE refund SET status = 'failed', failed = 'The bank of the card did not take it.' "  # noqa: S608 - our own words
            f"WHERE {due} AND {fails}",
            *values,
        )
        self._book.write(f"UPDATE refund SET status = 'succeeded' WHERE {due} AND NOT {fails}", *values)  # noqa: S608 - our own words

    def _tell(self, kind: str, payment: Mapping[str, Any], *, step: int = 0, after: timedelta = timedelta()) -> None:
        """A notice to deliver: once and at once, unless the card has it otherwise."""
        moment = self._now()
        body = json.dumps(
            {"id": _name("evt"), "type": kind, "payment": payment["id"], "created": int(moment.timestamp())}
        )
        card, due = payment["card"], moment + after
        if card == Card.TELLS_LATE:
            due += self._pace.late
        if card == Card.TELLS_ASKEW:
            due += max(self._pace.askew * (1 - step), timedelta())
        for _ in range(2 if card == Card.TELLS_ASKEW else 1):
            self._book.write("INSERT INTO notice (body, due) VALUES (?, ?)", body, due.timestamp())


def _amount(given: Mapping[str, Any]) -> tuple[int, str]:
    amount, currency = given.get("amount"), str(given.get("currency", ""))
    try:
        Currency(currency)
    except ValueError:
        raise Refused(400, "no_currency", "There is no such currency.") from None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= MOST:
        raise Refused(400, "no_amount", "That is no amount that can be charged.")
    if amount % amounts.step(currency):
        raise Refused(400, "no_amount", f"Amounts in {currency} are multiples of {amounts.step(currency)}.")
    return amount, currency


def _name(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"
