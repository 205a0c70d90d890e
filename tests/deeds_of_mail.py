"""The deeds about letters that were lost, addresses that nobody reads, and what comes back: who may do them."""

from __future__ import annotations

from typing import Any

from models import Message, MessageState
from resolvers import bounces, mailboxes, messages
from resolvers.access import Deed
from tests.world import NOW, World, a_care_letter, an_undeliverable_address

GONE = "gone@home.example"


async def what_was_lost(world: World) -> None:
    """A letter in doubt, one that was sent, and an address that nobody reads."""
    await a_care_letter(world.owner, state=MessageState.DOUBTFUL)
    await a_care_letter(world.owner, state=MessageState.SENT)
    await an_undeliverable_address(GONE)


def join(line: Any, staff: frozenset[str], desk: frozenset[str]) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.RESTORE_EMAIL_ADDRESS, staff)
    async def _(_scene, viewer):
        await mailboxes.restore(viewer, GONE, key="k", now=NOW)

    @line(Deed.SEND_MESSAGE_AGAIN, desk)
    async def _(_scene, viewer):
        lost = await Message.get(state=MessageState.DOUBTFUL)
        await messages.send_again(viewer, lost.id, key="k", now=NOW)

    @line(Deed.KEEP_BOUNCE)
    async def _(_scene, viewer):
        sent = await Message.filter(letter="CARE_REMINDER").get(state=MessageState.SENT)
        await bounces.keep(viewer, bounces.Returned(sent.id, sent.to_address, "5.1.1", "No", is_over=True), now=NOW)
