"""Samples of the mutations about letters that were lost, and addresses that nobody read."""

from __future__ import annotations

from models import MessageState
from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_care_letter, an_undeliverable_address


async def of_mail(world: World, boss: Viewer) -> list[Sample]:
    """A letter in doubt that is sent again, and an address that works again."""
    lost, other = [await a_care_letter(world.owner, state=MessageState.DOUBTFUL) for _ in range(2)]
    for name in ("gone", "moved"):
        await an_undeliverable_address(f"{name}@home.example")
    once = {"IdempotencyKey": 1}
    return [
        Sample(
            "sendMessageAgain",
            boss,
            {"messageId": id_of(lost)},
            {"messageId": id_of(other)},
            "MessageSentAgain { again { id state } }",
            {**once, "Event": 1, "EventDetail": 1, "Message": 1},
        ),
        Sample(
            "restoreEmailAddress",
            boss,
            {"address": "gone@home.example"},
            {"address": "moved@home.example"},
            "EmailAddressRestored { address }",
            {**once, "UndeliverableAddress": -1},
        ),
    ]
