"""Inviting the first manager from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import period
from resolvers import invitations
from resolvers.viewer import Viewer
from vetdesk import wiring
from vetdesk.database import connect, pending_migrations
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from vetdesk.settings import Settings


async def invite_manager(
    settings: Settings, out: Console, *, email: str, names: tuple[str, str], practice: str, language: str
) -> None:
    """Open the practice if there is none, invite the manager, and print the invitation.

    Raises:
        SettingsError: the database lacks tables of this version, or there is no secret.
        DatabaseUnavailable: the database cannot be reached.
        AlreadyOnTheTeam, InvalidInput: see `invitations.invite_first_manager`.
    """
    if await pending_migrations(settings.database_url):
        raise SettingsError("The database lacks tables of this version. Run `vetdesk migrate` first.")
    chosen = wiring.adapters(settings)
    async with connect(settings.database_url):
        token = await invitations.invite_first_manager(
            Viewer.system("invite from the command line"),
            invitations.Manager(email, *names),
            practice=practice,
            language=language,
            vault=chosen.vault,
            rules=chosen.rules,
            now=period.now(),
        )
    for line in (
        f"{email} is invited. A letter goes out as soon as `vetdesk serve` or `vetdesk worker` runs; it says the same:",
        f"  invitation token: {token}",
        f"  good for {settings.invitation_days} days",
        f"Accept it with `acceptInvitation` at {settings.base_url}/staff/graphql.",
    ):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
