"""A bookkeeper who reckons with fractions on a sheet of paper: what must be open, on account and in each book."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import floor
from typing import Any
from uuid import UUID

Account = tuple[UUID, UUID, str]
"""A client, a legal entity, and a currency."""


def whole(number: Fraction) -> int:
    """The nearest whole number, the half up: no amount is below 0."""
    return floor(number + Fraction(1, 2))


def cost(quantity: int, price: int, discount: int, rate: int, *, is_included: bool) -> tuple[int, int]:
    """Net and tax of a line; quantity in thousandths, discount and rate in thousandths of a percent."""
    full = whole(Fraction(quantity * price, 1000))
    left = full - whole(Fraction(full * discount, 100_000))
    part = Fraction(rate, 100_000)
    if is_included:
        tax = whole(left * part / (1 + part))
        return left - tax, tax
    return left, whole(left * part)


def parts(minor: int, shares: list[int]) -> list[int]:
    """An amount divided by percents: the first gets what is left over."""
    others = [minor * share // 100 for share in shares[1:]]
    return [minor - sum(others), *others]


@dataclass
class Line:
    net: int
    tax: int
    rate: int

    @property
    def gross(self) -> int:
        return self.net + self.tax

    def give_back(self, minor: int) -> tuple[int, int]:
        """Net and tax of what is taken back of it; what completes it takes what is left."""
        tax = self.tax
        if minor < self.gross:
            tax = min(whole(Fraction(minor * self.rate, 100_000 + self.rate)), self.tax)
            tax = max(tax, minor - self.net)
        self.net, self.tax = self.net - (minor - tax), self.tax - tax
        return minor - tax, tax


@dataclass
class Bill:
    account: Account
    due: tuple[date, datetime]
    lines: dict[UUID, Line]
    is_open: int
    written_off: int = 0
    paid: dict[UUID, int] = field(default_factory=dict)
    touched: dict[UUID, int] = field(default_factory=dict)


@dataclass
class Sum:
    """A payment: what of it is still on account."""

    account: Account
    method: str
    minor: int
    left: int
    uncovered: int = 0
    """What a bank took back of it that nothing of it was left for."""
    returned: int = 0
    """What was given back of it."""
    is_reversed: bool = False


class Bookkeeper:
    """Everything that was issued and paid, and how it stands."""

    def __init__(self) -> None:
        self.bills: dict[UUID, Bill] = {}
        self.payments: dict[UUID, Sum] = {}
        self.books: Counter[tuple[UUID, str, str]] = Counter()
        self._moments = 0

    def move(self, account: Account, minor: int, *, to: str, out_of: str) -> None:
        _, entity, currency = account
        self.books[entity, currency, to] += minor
        self.books[entity, currency, out_of] -= minor

    def issue(self, key: UUID, bill: Bill) -> None:
        self.bills[key] = bill
        net, tax = sum(line.net for line in bill.lines.values()), sum(line.tax for line in bill.lines.values())
        self.move(bill.account, net + tax, to="RECEIVABLE", out_of="SALES")
        self.move(bill.account, tax, to="SALES", out_of="TAX")

    def debts(self, account: Account) -> list[UUID]:
        """What is open, the oldest first."""
        mine = [(bill.due, key) for key, bill in self.bills.items() if bill.account == account and bill.is_open]
        return [key for _, key in sorted(mine)]

    def credit(self, account: Account) -> list[UUID]:
        """What is on account, the oldest first."""
        return [key for key, payment in self.payments.items() if payment.account == account and payment.left]

    def receive(self, key: UUID, payment: Sum) -> None:
        self.payments[key] = payment
        self.move(payment.account, payment.minor, to=payment.method, out_of="ON_ACCOUNT")

    def pay(self, key: UUID, payment_key: UUID, most: int | None = None) -> int:
        """Pay a bill with what is left of a payment."""
        bill, payment = self.bills[key], self.payments[payment_key]
        minor = min(bill.is_open, payment.left, bill.is_open if most is None else most)
        if minor:
            bill.is_open -= minor
            payment.left -= minor
            bill.paid[payment_key] = bill.paid.get(payment_key, 0) + minor
            self._touch(bill, payment_key)
            self.move(bill.account, minor, to="ON_ACCOUNT", out_of="RECEIVABLE")
        return minor

    def most_to_credit(self, key: UUID) -> int:
        bill = self.bills[key]
        return bill.is_open + sum(bill.paid.values())

    def take_back(self, key: UUID, given: dict[UUID, int]) -> None:
        """Credit so much of these lines; what was paid last goes back on account first."""
        bill = self.bills[key]
        missing = sum(given.values()) - bill.is_open
        for payment_key in sorted(bill.paid, key=lambda one: -bill.touched[one]):
            minor = min(missing, bill.paid[payment_key])
            if minor > 0:
                missing -= minor
                bill.paid[payment_key] -= minor
                bill.is_open += minor
                self.payments[payment_key].left += minor
                self._touch(bill, payment_key)
                self.move(bill.account, minor, to="RECEIVABLE", out_of="ON_ACCOUNT")
        for line_key, minor in given.items():
            _, tax = bill.lines[line_key].give_back(minor)
            bill.is_open -= minor
            self.move(bill.account, minor, to="SALES", out_of="RECEIVABLE")
            self.move(bill.account, tax, to="TAX", out_of="SALES")

    def owe_again(self, payment_key: UUID, missing: int) -> dict[UUID, int]:
        """Take so much of what a payment has paid off the bills, what it paid last first; how much of which."""
        paid = [key for key, bill in self.bills.items() if bill.paid.get(payment_key)]
        taken: dict[UUID, int] = {}
        for key in sorted(paid, key=lambda one: -self.bills[one].touched[payment_key]):
            bill = self.bills[key]
            minor = min(missing, bill.paid[payment_key])
            if minor > 0:
                missing -= minor
                taken[key] = minor
                bill.paid[payment_key] -= minor
                bill.is_open += minor
                self.payments[payment_key].left += minor
                self._touch(bill, payment_key)
                self.move(bill.account, minor, to="RECEIVABLE", out_of="ON_ACCOUNT")
        return taken

    def write_off(self, key: UUID, minor: int) -> None:
        self.bills[key].is_open -= minor
        self.bills[key].written_off += minor
        self.move(self.bills[key].account, minor, to="BAD_DEBT", out_of="RECEIVABLE")

    def undo_write_off(self, key: UUID, minor: int) -> None:
        self.bills[key].is_open += minor
        self.bills[key].written_off -= minor
        self.move(self.bills[key].account, minor, to="RECEIVABLE", out_of="BAD_DEBT")

    def give_back(self, key: UUID, minor: int) -> None:
        payment = self.payments[key]
        payment.left -= minor
        payment.returned += minor
        self.move(payment.account, minor, to="ON_ACCOUNT", out_of="REFUNDS_DUE")

    def reverse(self, key: UUID) -> None:
        """It did not come: what it paid is owed again, and all of it is out of its book."""
        payment = self.payments[key]
        self.owe_again(key, payment.minor)
        payment.left -= payment.minor
        payment.is_reversed = True
        self.move(payment.account, payment.minor, to="ON_ACCOUNT", out_of=payment.method)

    def refund_settled(self, key: UUID, minor: int, *, is_paid: bool) -> None:
        """It has gone back; or it has not, and what a bank took back before is taken from it first."""
        payment = self.payments[key]
        if is_paid:
            self.move(payment.account, minor, to="REFUNDS_DUE", out_of=payment.method)
            return
        covered = min(minor, payment.uncovered)
        payment.uncovered -= covered
        payment.left += minor - covered
        self.move(payment.account, minor - covered, to="REFUNDS_DUE", out_of="ON_ACCOUNT")
        self.move(payment.account, covered, to="REFUNDS_DUE", out_of="BAD_DEBT")

    def balances(self) -> Counter[Account]:
        """What each client owes, less than 0 where we owe her."""
        owed: Counter[Account] = Counter()
        for bill in self.bills.values():
            owed[bill.account] += bill.is_open
        for payment in self.payments.values():
            owed[payment.account] -= payment.left
        return owed

    def _touch(self, bill: Bill, payment_key: UUID) -> None:
        self._moments += 1
        bill.touched[payment_key] = self._moments


def without_nothing(counted: Counter[Any]) -> dict[Any, int]:
    return {key: minor for key, minor in counted.items() if minor}
