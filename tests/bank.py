"""The bank of the tests: a payment provider in memory, which does what it is told to, and loses answers when told to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from models import Payment
from resolvers.ports import (
    GatewayRefused,
    GatewayUnavailable,
    OnlineDispute,
    OnlineDisputeState,
    OnlinePayment,
    OnlineRefund,
    OnlineRefundState,
    OnlineState,
)
from tests.undoing import in_a_transaction

T = TypeVar("T")


class Trouble(Enum):
    """What goes wrong with a call: it never arrives, or it is done and its answer is lost, or it is refused."""

    NEVER_ARRIVES = "never arrives"
    ANSWER_LOST = "answer lost"
    REFUSED = "refused"


@dataclass
class Bank:
    """Fulfils `PaymentGateway`.

    `trouble` holds, by the name of a call, what goes wrong with the next ones; `before` is done before a call by that
    name has any effect. `calls` are those that arrived, in their order. No call is taken inside a transaction.
    """

    payments: dict[str, OnlinePayment] = field(default_factory=dict)
    refunds: dict[UUID, OnlineRefund] = field(default_factory=dict)
    refund_of: dict[UUID, str] = field(default_factory=dict)
    argued: dict[str, list[OnlineDispute]] = field(default_factory=dict)
    trouble: dict[str, list[Trouble]] = field(default_factory=dict)
    before: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    captured: list[str] = field(default_factory=list)
    next_refund: OnlineRefundState = OnlineRefundState.SUCCEEDED
    _words: dict[UUID, tuple[int, str, str]] = field(default_factory=dict)

    # What the owner, her bank and her card's bank do

    def confirm(self, payment: Payment) -> None:
        """The owner confirms it in her app."""
        self._set(payment, state=OnlineState.CONFIRMED, declined_because="")

    def decline(self, payment: Payment, because: str) -> None:
        """Her card is declined."""
        self._set(payment, declined_because=because)

    def lose(self, payment: Payment) -> None:
        """What was confirmed falls through."""
        self._set(payment, state=OnlineState.WAITING, declined_because="The card was declined.")

    def argue(
        self, payment: Payment, state: OnlineDisputeState = OnlineDisputeState.OPEN, *, minor: int | None = None
    ) -> None:
        """Her bank takes it back for now, or has decided."""
        ref = str(payment.provider_ref)
        self.argued[ref] = [OnlineDispute(f"dis_{ref}", state, minor or payment.minor, payment.currency)]

    @property
    def taken(self) -> int:
        """What it has taken for us, less what it gave back, in minor units."""
        back = sum(one.minor for one in self.refunds.values() if one.state is not OnlineRefundState.FAILED)
        return sum(one.captured_minor for one in self.payments.values()) - back

    def state(self, payment: Payment) -> OnlineState:
        return self.payments[_ref(payment.id)].state

    # What the practice asks

    async def start(self, payment_id: UUID, minor: int, currency: str, *, description: str) -> OnlinePayment:
        lost = await self._arrives("start")
        words = (minor, currency, description)
        assert self._words.setdefault(payment_id, words) == words, "the key was used for something else"
        ref = _ref(payment_id)
        online = OnlinePayment(ref, OnlineState.WAITING, minor, 0, currency, f"secret of {ref}", f"https://pay/{ref}")
        return self._answered(self.payments.setdefault(ref, online), lost=lost)

    async def capture(self, ref: str) -> OnlinePayment:
        lost = await self._arrives("capture")
        online = self.payments[ref]
        if online.state not in {OnlineState.CONFIRMED, OnlineState.CAPTURED}:
            raise GatewayRefused(f"It is {online.state}.")
        if online.state is OnlineState.CONFIRMED:
            self.captured.append(ref)
            online = replace(online, state=OnlineState.CAPTURED, captured_minor=online.minor)
        self.payments[ref] = online
        return self._answered(online, lost=lost)

    async def cancel(self, ref: str) -> OnlinePayment:
        lost = await self._arrives("cancel")
        if self.payments[ref].state is OnlineState.CAPTURED:
            raise GatewayRefused("It is captured.")
        self.payments[ref] = replace(self.payments[ref], state=OnlineState.CANCELLED)
        return self._answered(self.payments[ref], lost=lost)

    async def look_up(self, ref: str) -> OnlinePayment:
        lost = await self._arrives("look_up")
        return self._answered(self.payments[ref], lost=lost)

    async def refund(self, refund_id: UUID, ref: str, minor: int, currency: str) -> OnlineRefund:
        lost = await self._arrives("refund")
        if refund_id not in self.refunds:
            mine = [one for key, one in self.refunds.items() if self.refund_of[key] == ref]
            back = sum(one.minor for one in mine if one.state is not OnlineRefundState.FAILED)
            if minor > self.payments[ref].captured_minor - back:
                raise GatewayRefused("That is more than was captured.")
            because = "The card is closed." if self.next_refund is OnlineRefundState.FAILED else ""
            made = OnlineRefund(f"ref_{refund_id.hex}", self.next_refund, minor, currency, because)
            self.refunds[refund_id], self.refund_of[refund_id] = made, ref
        return self._answered(self.refunds[refund_id], lost=lost)

    async def look_up_refund(self, refund_id: UUID, ref: str) -> OnlineRefund | None:
        lost = await self._arrives("look_up_refund")
        return self._answered(self.refunds.get(refund_id), lost=lost)

    async def disputes(self, ref: str) -> list[OnlineDispute]:
        lost = await self._arrives("disputes")
        return self._answered(self.argued.get(ref, []), lost=lost)

    async def close(self) -> None:
        """There is nothing to close."""

    async def _arrives(self, name: str) -> bool:
        """Whether its answer will be lost."""
        assert not in_a_transaction(), f"{name} was called inside a transaction"
        if name in self.before:
            await self.before.pop(name)()
        troubles = self.trouble.get(name)
        trouble = troubles.pop(0) if troubles else None
        if trouble is Trouble.NEVER_ARRIVES:
            raise GatewayUnavailable("It did not arrive.")
        self.calls.append(name)
        if trouble is Trouble.REFUSED:
            raise GatewayRefused("We do not take that.")
        return trouble is Trouble.ANSWER_LOST

    def _answered(self, answer: T, *, lost: bool) -> T:
        if lost:
            raise GatewayUnavailable("The answer was lost.")
        return answer

    def _set(self, payment: Payment, **more: Any) -> None:
        ref = _ref(payment.id)
        self.payments[ref] = replace(self.payments[ref], **more)


def _ref(payment_id: UUID) -> str:
    return f"pay_{payment_id.hex}"
