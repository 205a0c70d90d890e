"""Inviting the first manager from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import period
from resolvers import invitations
from resolvers.viewer import Viewer
from vetdesk import wiring
from vetdesk.database import connect

if TYPE_CHECKING:
    from rich.console import Console

    from vetdesk.settings import Settings


async def invite_manager(
    settings: Settings, out: Console, *, email: str, names: tuple[str, str], practice: str, language: str
) -> None:
    """Open the practice if there is none, invite the manager, and print the invitation.

    Raises:
        AlreadyOnTheTeam, InvalidInput: see `invitations.invite_first_manager`.
    """
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
    out.print(f"Invited {email}. A letter with the invitation is on its way; this is what it says:")
    out.print(f"  invitation token: [bold]{token}[/bold]", soft_wrap=True, highlight=False)
    out.print(f"  good for {settings.invitation_days} days")
    out.print(f"Accept it with `acceptInvitation` at {settings.base_url}/staff/graphql.", soft_wrap=True)
