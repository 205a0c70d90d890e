"""Developing: from an empty folder to a served demo practice, with everything needed to try it."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from vetdesk.database import migrate
from vetdesk.demo import sign_ins
from vetdesk.demo.filling import fill_if_empty
from vetdesk.payments.sandbox import running
from vetdesk.serving import serve

if TYPE_CHECKING:
    from rich.console import Console

    from vetdesk.settings import Settings

_QUERY = """{ locations { name zone openingHours { weekday from until } } services { name lastsMinutes } }"""

_WORTH_A_LOOK = (
    "reception     drafts wait at the desk: invoices(state: DRAFT); who owes what for how long: debtors",
    "              what is due, and whom to ring: dueList, callList; a letter in doubt: messages(states: [DOUBTFUL])",
    "manager       what everything costs where: priceList; a client's account: statement",
    "              what is reminded of, and what comes of it: reminderRules, reminderFigures",
    "owner         has an invoice to pay: myInvoices(onlyOpen: true); myStatement",
    "              a booster is due in a month: myReminders; the letter that says so holds a link to book",
)


def develop(settings: Settings, out: Console) -> None:
    """Migrate, fill an empty database with the demo practice, serve, and say how to get in.

    A sandbox for card payments runs beside it, unless the settings name a payment provider.
    """
    settings, held = running.made_up(settings)

    async def set_up() -> None:
        await migrate(settings.database_url)
        await fill_if_empty(settings, out)

    with ExitStack() as running_beside:
        if held is not None:
            running_beside.callback(held.close)
            if settings.port and held.getsockname()[1] != settings.port + 1:
                taken = (
                    f"Port {settings.port + 1} is taken: the sandbox for cards is at {settings.payments_url} instead."
                )
                out.print(f"{taken} VETDESK_PORT moves both.", highlight=False, soft_wrap=True)
        asyncio.run(set_up())

        def started(port: int) -> None:
            if held is not None:
                place = running.said_by(settings)
                notices_url = f"http://{settings.host}:{port}{running.NOTICES}"
                running_beside.enter_context(running.beside(replace(place, notices_url=notices_url), held))
            welcome(settings, out, port)

        serve(settings, works=True, started=started)


def welcome(settings: Settings, out: Console, port: int) -> None:
    """What somebody needs who has just started it."""
    base = f"http://{settings.host}:{port}"
    letters = settings.letters_folder if settings.smtp_url is None else "the mail server of VETDESK_SMTP_URL"
    out.print()
    out.print("[bold]Vetdesk is ready.[/bold]")
    out.print(f"  staff   {base}/staff/graphql", highlight=False)
    out.print(f"  owners  {base}/owner/graphql", highlight=False)
    out.print(f"  cards   {settings.payments_url} (which numbers can be tried)", highlight=False)
    out.print()
    out.print("[bold]Sign in as[/bold]")
    for person in sign_ins.STAFF:
        out.print(f"  {person.role:<13}{person.email:<32} password: {sign_ins.PASSWORD}", highlight=False)
    out.print(
        f"  {'owner':<13}{sign_ins.OWNER:<32} the code lies in a letter in {letters}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    out.print()
    out.print("[bold]Worth a look[/bold]")
    for what in _WORTH_A_LOOK:
        out.print(f"  {what}", highlight=False, markup=False, soft_wrap=True)
    out.print()
    out.print("[bold]Try this[/bold] at the staff address (a browser shows an editor there):")
    out.print(
        f'  mutation {{ signIn(input: {{ email: "{sign_ins.STAFF[0].email}", password: "{sign_ins.PASSWORD}" }}) '
        "{ __typename ... on SignedIn { accessToken } ... on Refusal { message } } }",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    out.print("and, with the header [bold]Authorization: Bearer <accessToken>[/bold]:", highlight=False)
    out.print(f"  {_QUERY}", highlight=False, markup=False, soft_wrap=True)
    out.print()
