"""Working out: what is due for some pets, as the facts are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from resolvers.events import Happening


async def work_out(pet_ids: Iterable[UUID], *, now: datetime) -> list[Happening]:
    """Work out the reminders of these pets anew, inside the transaction of a deed; the pets are held until that is done.

    What has happened to reminders is for the deed to record, last and with what it did itself.
    """
    raise NotImplementedError
