"""The deeds about what somebody wants to hear: who may do them, and how they are called directly."""

from __future__ import annotations

from typing import Any

from models import ConsentSource, Purpose
from resolvers import consents
from resolvers.access import Deed
from resolvers.consents import Preferences
from resolvers.from_letters import mailboxes
from tests.world import NOW

CARE = Preferences({Purpose.CARE: True})


def join(line: Any, staff: frozenset[str], owners: frozenset[str]) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.SET_CONTACT_PREFERENCES, staff)
    async def _(scene, viewer):
        client_id = scene.world.owner.id
        await consents.set_preferences(viewer, client_id, CARE, source=ConsentSource.PHONE, key="k", now=NOW)

    @line(Deed.SET_MY_CONTACT_PREFERENCES, owners)
    async def _(_scene, viewer):
        await consents.set_mine(viewer, CARE, key="k", now=NOW)

    @line(Deed.UNSUBSCRIBE)
    async def _(scene, viewer):
        await mailboxes.unsubscribe(viewer, scene.letter.id, now=NOW)
