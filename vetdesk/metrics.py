"""Metrics: the figures of this process as Prometheus reads them, for whoever knows the token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph.wire import bearer
from models.refusal import DatabaseUnavailable

if TYPE_CHECKING:
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


def printed(figures: Mapping[str, Figures], hanging: Mapping[str, int] | None = None) -> str:
    """The figures of each view, by its name, and how many payments hang, in the text format of Prometheus."""
    views = {view: asdict(found) for view, found in figures.items()}
    lines: list[str] = []
    for figure, (name, about) in _TOLD.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP vetdesk_{name} {about}", f"# TYPE vetdesk_{name} {kind}"]
        lines += [f'vetdesk_{name}{{view="{view}"}} {found[figure]}' for view, found in views.items()]
    if hanging is not None:
        lines += [
            "# HELP vetdesk_payments_hanging Card payments and refunds whose outcome should be known, and is not."
        ]
        lines += ["# TYPE vetdesk_payments_hanging gauge"]
        lines += [f'vetdesk_payments_hanging{{where="{where}"}} {count}' for where, count in hanging.items()]
    return "\n".join(lines) + "\n"


def answering(
    token: SecretStr | None, *doors: Operations, hanging: Callable[[], Awaitable[Mapping[str, int]]] | None = None
) -> Callable[[Request], Awaitable[Response]] | None:
    """What answers at `/metrics`: the figures, to whoever sends the token as `Authorization: Bearer …`; else nothing.

    `hanging` counts the payments whose outcome should be known; while the database cannot be asked, nothing is said.
    """
    if token is None:
        return None
    wanted = token.get_secret_value().encode()

    async def metrics(request: Request) -> Response:
        if not hmac.compare_digest((bearer(request) or "").encode(), wanted):
            return PlainTextResponse("Please send the token.\n", 401, headers={"WWW-Authenticate": "Bearer"})
        figures = {door.audience.value: door.figures for door in doors}
        return Response(
            printed(figures, await _asked(hanging)), media_type=MEDIA, headers={"Cache-Control": "no-store"}
        )

    return metrics


async def _asked(hanging: Callable[[], Awaitable[Mapping[str, int]]] | None) -> Mapping[str, int] | None:
    try:
        return await hanging() if hanging else None
    except DatabaseUnavailable:
        return None
