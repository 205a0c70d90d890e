"""The gateway: what we ask the provider, over HTTP. No answer, or one that is not clear, is said to be none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import structlog

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
from vetdesk.payments import amounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

_log = structlog.get_logger("vetdesk.payments")

# An owner waits: two tries of both fit into the time that one request may take.
_TIMEOUT = httpx.Timeout(4.0, connect=2.0)
_PAUSES = (0.2,)
# It has understood and says no. Whatever else it says (who are you, not now, too often) tells nothing of the money.
_NO = frozenset({400, 402, 409, 422})
_LONGEST = 500


class HttpGateway:
    """Fulfils `PaymentGateway` with the provider at an address.

    A call that gets no answer is made once more, under the same key.
    """

    def __init__(self, url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._client = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=_TIMEOUT, transport=transport, trust_env=False
        )

    async def start(self, payment_id: UUID, minor: int, currency: str, *, description: str) -> OnlinePayment:
        """A payment for the owner to confirm."""
        body = {"amount": amounts.sent(minor, currency), "currency": currency, "description": description}
        return _payment(await self._post("/v1/payments", body, key=f"payment-{payment_id}"))

    async def capture(self, ref: str) -> OnlinePayment:
        """Take the money of a payment that was confirmed."""
        return _payment(await self._post(f"/v1/payments/{quote(ref, safe='')}/capture", {}))

    async def cancel(self, ref: str) -> OnlinePayment:
        """Take nothing, for ever."""
        return _payment(await self._post(f"/v1/payments/{quote(ref, safe='')}/cancel", {}))

    async def look_up(self, ref: str) -> OnlinePayment:
        """The payment as it is now."""
        return _payment(await self._get(f"/v1/payments/{quote(ref, safe='')}"))

    async def refund(self, refund_id: UUID, ref: str, minor: int, currency: str) -> OnlineRefund:
        """Give so much of a payment back."""
        body = {
            "payment": ref,
            "amount": amounts.sent(minor, currency),
            "currency": currency,
            "reference": str(refund_id),
        }
        return _refund(await self._post("/v1/refunds", body, key=f"refund-{refund_id}"))

    async def look_up_refund(self, refund_id: UUID, ref: str) -> OnlineRefund | None:
        """The refund that was asked for under that key, or None."""
        found = await self._get("/v1/refunds", payment=ref, reference=str(refund_id))
        return next((_refund(one) for one in _list(found) if one.get("reference") == str(refund_id)), None)

    async def disputes(self, ref: str) -> Sequence[OnlineDispute]:
        """Every dispute about that payment."""
        return [_dispute(one) for one in _list(await self._get("/v1/disputes", payment=ref))]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, path: str, **asked: str) -> Mapping[str, Any]:
        return await self._asked("GET", path, params=asked)

    async def _post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Mapping[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        return await self._asked("POST", path, json=body, headers=headers)

    async def _asked(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        said = ""
        for pause in (*_PAUSES, None):
            try:
                answer = await self._client.request(method, path, **more)
            except httpx.HTTPError as trouble:
                said = type(trouble).__name__
            else:
                if answer.status_code < 500:
                    return _understood(path, answer)
                said = f"HTTP {answer.status_code}"
            _log.warning("payment_provider_unclear", asked=method, about=path, said=said)
            if pause is not None:
                await asyncio.sleep(pause)
        raise GatewayUnavailable(f"The provider gave no clear answer: {said}.")


def _understood(path: str, answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.status_code == 200 and isinstance(told, dict):
        return told
    error = told.get("error") if isinstance(told, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if answer.status_code in _NO and isinstance(error, dict) and code and code != "key_reused":
        raise GatewayRefused(str(error.get("message") or code)[:_LONGEST])
    _log.error("payment_provider_unclear", about=path, said=f"HTTP {answer.status_code}", code=code)
    raise GatewayUnavailable(f"The provider gave no clear answer: HTTP {answer.status_code}.")


def _payment(told: Mapping[str, Any]) -> OnlinePayment:
    try:
        currency = str(told["currency"])
        return OnlinePayment(
            ref=str(told["id"]),
            state=OnlineState(str(told["status"]).upper()),
            minor=amounts.received(told["amount"], currency),
            captured_minor=amounts.received(told["captured"], currency),
            currency=currency,
            client_secret=str(told["client_secret"]),
            confirm_url=str(told["confirm_url"]),
            declined_because=str(told.get("declined") or "")[:_LONGEST],
        )
    except (KeyError, ValueError, AttributeError) as trouble:
        raise GatewayUnavailable("It answered something that is no payment.") from trouble


def _refund(told: Mapping[str, Any]) -> OnlineRefund:
    try:
        currency = str(told["currency"])
        return OnlineRefund(
            ref=str(told["id"]),
            state=OnlineRefundState(str(told["status"]).upper()),
            minor=amounts.received(told["amount"], currency),
            currency=currency,
            failed_because=str(told.get("failed") or "")[:_LONGEST],
        )
    except (KeyError, ValueError, AttributeError) as trouble:
        raise GatewayUnavailable("It answered something that is no refund.") from trouble


def _dispute(told: Mapping[str, Any]) -> OnlineDispute:
    try:
        currency = str(told["currency"])
        return OnlineDispute(
            ref=str(told["id"]),
            state=OnlineDisputeState(str(told["status"]).upper()),
            minor=amounts.received(told["amount"], currency),
            currency=currency,
        )
    except (KeyError, ValueError, AttributeError) as trouble:
        raise GatewayUnavailable("It answered something that is no dispute.") from trouble


def _list(told: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = told.get("data")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise GatewayUnavailable("It answered something that is no list.")
    return found
