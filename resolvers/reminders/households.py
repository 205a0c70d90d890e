"""Households: the pets that are decided together, because one of their owners, or one mailbox, would hear of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import sql

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

_MOST: Final = 1000
"""So many pets are decided together at most: a shelter's go one after the other."""

# An owner of one of the pets, whoever has an address in common with her, and the pets of these people of which something
# is soon told. Who has no address hears of nothing, so nobody has to be told together with her.
_NEIGHBOURS: Final = (
    "SELECT DISTINCT r.pet_id FROM ownership mine JOIN client_email e ON e.client_id = mine.client_id "
    "JOIN client_email same ON same.fold = e.fold JOIN ownership theirs ON theirs.client_id = same.client_id "
    "JOIN reminder r ON r.pet_id = theirs.pet_id WHERE mine.ends_on IS NULL AND mine.may_view "
    "AND theirs.ends_on IS NULL AND theirs.may_view AND r.next_step_at <= ? AND mine.pet_id IN ({pets})"
)


async def around(pet_ids: Collection[UUID], *, until: datetime) -> set[UUID]:
    """These pets, and whichever are joined to them over owners and mailboxes and have a step to come until then.

    So what one mailbox gets is decided at once, however many households are due and in whichever order.
    """
    found, new = set(pet_ids), set(pet_ids)
    while new and len(found) < _MOST:
        text = _NEIGHBOURS.replace("{pets}", sql.marks(len(new)))
        neighbours = {sql.as_key(pet) for (pet,) in await sql.tuples(text, (until, *new))} - found
        new = set(sorted(neighbours)[: _MOST - len(found)])
        found |= new
    return found
