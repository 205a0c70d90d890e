"""Metrics: the figures of this process, and what waits in the practice, as Prometheus reads them who knows the token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph.wire import bearer
from models.refusal import DatabaseUnavailable
from resolvers import card_payments, messages, reminders

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import SecretStr

    from graph.figures import Figures
    from graph.operations import Operations

MEDIA = "text/plain; version=0.0.4; charset=utf-8"

# Under which name Prometheus knows a figure, and what it is. What only grows is a counter, and ends in `_total`.
_TOLD = {
    "document_hits": ("document_hits_total", "Documents that were known already."),
    "document_misses": ("document_misses_total", "Documents that had to be parsed and checked."),
    "documents_kept": ("documents", "Documents that are known now."),
    "document_characters_kept": ("document_characters", "How many characters they have."),
    "reading_plan_hits": ("reading_plan_hits_total", "Selections whose plan was known already."),
    "reading_plan_misses": ("reading_plan_misses_total", "Selections that had to be planned."),
    "reading_plans_kept": ("reading_plans", "Plans that are known now."),
    "reading_plan_characters_kept": ("reading_plan_characters", "How many characters their documents have."),
    "reading_careful_answers": (
        "reading_careful_answers_total",
        "Answers made step by step, because something went wrong in them or a gate was closed.",
    ),
    "reading_fallbacks": (
        "reading_fallbacks_total",
        "Rows that were answered field by field, without a plan. Always 0.",
    ),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A figure of the whole practice, the same in each process: what waits, and by which label it is told apart."""

    name: str
    about: str
    label: str
    count: Callable[..., Awaitable[Mapping[str, int]]]
    """Counts what waits of each kind at a moment, with one statement."""


LETTERS = Waiting(
    "letters",
    "Letters that could go out now, and those of which nobody knows whether they arrived.",
    "state",
    messages.counted,
)
REMINDERS = Waiting(
    "reminders_behind",
    "Events by which reminders were not planned yet, and steps of reminders that were not decided, though they have come.",
    "until",
    reminders.behind,
)
PAYMENTS = Waiting(
    "payments_hanging",
    "Card payments and refunds whose outcome should be known, and is not.",
    "where",
    card_payments.waiting,
)


def printed(figures: Mapping[str, Figures], waiting: Mapping[Waiting, Mapping[str, int]]) -> str:
    """The figures of each view, by its name, and what waits, in the text format of Prometheus."""
    views = {view: asdict(found) for view, found in figures.items()}
    lines: list[str] = []
    for figure, (name, about) in _TOLD.items():
        lines += _headed(name, about, "counter" if name.endswith("_total") else "gauge")
        lines += [f'vetdesk_{name}{{view="{view}"}} {found[figure]}' for view, found in views.items()]
    for what, counts in waiting.items():
        lines += _headed(what.name, what.about, "gauge")
        lines += [f'vetdesk_{what.name}{{{what.label}="{each}"}} {count}' for each, count in counts.items()]
    return "\n".join(lines) + "\n"


def answering(
    token: SecretStr | None, *doors: Operations, waiting: Sequence[Waiting], now: Callable[[], datetime]
) -> Callable[[Request], Awaitable[Response]] | None:
    """What answers at `/metrics`: the figures, to whoever sends the token as `Authorization: Bearer …`; else nothing.

    While the database cannot be asked, nothing is said of what waits.
    """
    if token is None:
        return None
    wanted = token.get_secret_value().encode()

    async def metrics(request: Request) -> Response:
        if not hmac.compare_digest((bearer(request) or "").encode(), wanted):
            return PlainTextResponse("Please send the token.\n", 401, headers={"WWW-Authenticate": "Bearer"})
        figures = {door.audience.value: door.figures for door in doors}
        text = printed(figures, await _counted(waiting, now()))
        return Response(text, media_type=MEDIA, headers={"Cache-Control": "no-store"})

    return metrics


def _headed(name: str, about: str, kind: str) -> list[str]:
    return [f"# HELP vetdesk_{name} {about}", f"# TYPE vetdesk_{name} {kind}"]


async def _counted(waiting: Sequence[Waiting], now: datetime) -> Mapping[Waiting, Mapping[str, int]]:
    try:
        return {what: await what.count(now=now) for what in waiting}
    except DatabaseUnavailable:
        return {}
