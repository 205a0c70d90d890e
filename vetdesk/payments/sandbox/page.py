"""The pages of the sandbox: where a person confirms a payment by hand, and which cards there are."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from models.money import exponent
from vetdesk.payments import amounts
from vetdesk.payments.sandbox.cards import ABOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1c2b33}"
    "label{display:block;margin:.4rem 0}button{font:inherit;padding:.5rem 1.2rem;margin-top:1rem}"
    "code{background:#eef2f4;padding:.1rem .3rem}.no{color:#a02020}small{color:#5a6b75}"
)


def to_confirm(payment: Mapping[str, Any]) -> str:
    """The page at which a payer chooses a card."""
    declined = f'<p class="no">{escape(payment["declined"])}</p>' if payment["declined"] else ""
    first = next(iter(ABOUT))
    choices = "".join(
        f'<label><input type="radio" name="card" value="{card.value}"{" checked" if card is first else ""}> '
        f"<code>{card.value}</code> {escape(about)}</label>"
        for card, about in ABOUT.items()
    )
    return _paper(
        f"Pay {_amount(payment)}",
        f"<p>{escape(payment['description'])}</p>{declined}"
        f'<form method="post">{_hidden(payment)}{choices}<button>Pay</button></form>',
    )


def asking(payment: Mapping[str, Any], card: str) -> str:
    """The page at which her bank asks a payer once more."""
    return _paper(
        f"Your bank asks: pay {_amount(payment)}?",
        f'<form method="post">{_hidden(payment)}<input type="hidden" name="card" value="{escape(card)}">'
        '<input type="hidden" name="approved" value="yes"><button>Yes, pay</button></form>',
    )


def done(payment: Mapping[str, Any]) -> str:
    """What became of it."""
    return _paper(
        f"The payment of {_amount(payment)} is {escape(payment['status'])}.",
        "<p>You can close this page and go back to the app.</p>",
    )


def sentence(said: str) -> str:
    """Something went wrong."""
    return _paper("This cannot be done", f'<p class="no">{escape(said)}</p>')


def cards() -> str:
    """Which cards there are."""
    each = "".join(f"<li><code>{card.value}</code> {escape(about)}</li>" for card, about in ABOUT.items())
    return _paper("A payment provider to try things out", f"<p>These cards can be tried:</p><ul>{each}</ul>")


def _amount(payment: Mapping[str, Any]) -> str:
    currency = payment["currency"]
    decimals = amounts.DECIMALS.get(currency, exponent(currency))
    return f"{Decimal(payment['amount']).scaleb(-decimals)} {escape(currency)}"


def _hidden(payment: Mapping[str, Any]) -> str:
    return f'<input type="hidden" name="client_secret" value="{escape(payment["client_secret"])}">'


def _paper(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1>{body}<p><small>This is a sandbox. No real card is charged.</small></p></html>"
    )
