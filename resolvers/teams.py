"""Teams: which roles each of the staff holds where, under which licence, and that somebody always manages all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models import EventKind, Location, Practice, Role, Staff, StaffRole, sql
from models.refusal import InvalidInput
from models.role import STAFF_ROLES
from models.text import line
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import Change, write
from resolvers.events import Happening
from resolvers.locks import hold_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

MOST_POSTS = 100
LONGEST_LICENCE = 64


@dataclass(frozen=True, slots=True)
class Post:
    """A role, and where it is held: at one location, or everywhere. Without either, the location was not found."""

    role: Role
    at: UUID | Where | None


def listed(viewer: Viewer) -> Rows:
    """Everybody who works, or worked, at the practice, by name."""
    return access.rows(viewer, Staff).sorted_by("fold")


def one(viewer: Viewer, staff_id: UUID | None) -> Rows:
    """The member of the staff with this key."""
    return access.rows(viewer, Staff).only(staff_id)


async def amend_staff(viewer: Viewer, staff_id: UUID | None, *, licence_number: str, key: str, now: datetime) -> UUID:
    """Enter the number of the licence under which somebody works; an empty one takes it away.

    Raises:
        NotFound: there is no such member of the staff.
        Forbidden: the viewer does not manage the whole practice.
        InvalidInput: it is no line of text, or too long.
    """
    access.may(viewer, Deed.AMEND_STAFF, Where.EVERYWHERE)
    given = {"staff": str(staff_id), "licence_number": licence_number}
    retry = retries.asked(viewer, Deed.AMEND_STAFF, key, given, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Staff, staff_id, path="staffId")
        number = line(licence_number, path=("licenceNumber",), longest=LONGEST_LICENCE)
        async with in_transaction():
            await retry.keep(staff=found.id)
            staff = (await hold_all(Staff, "id = ?", (found.id,)))[0]
            change = await write(staff, {"licence_number": number})
            if change:
                happening = Happening(EventKind.STAFF_AMENDED, found.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"staff": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["staff"])


async def set_staff_roles(
    viewer: Viewer, staff_id: UUID | None, posts: Sequence[Post], *, key: str, now: datetime
) -> UUID:
    """Let somebody of the staff hold these roles and no others, at once and in every process.

    Raises:
        NotFound: there is no such member of the staff, or no such location.
        Forbidden: the viewer is no manager where a role is given or taken.
        InvalidInput: no role is named, or nobody would be left who manages the whole practice.
        IdempotencyKeyReused: the key was used with other input.
    """
    access.may(viewer, Deed.SET_STAFF_ROLES)
    wanted = checked(posts)
    found = await access.find(viewer, Staff, staff_id, path="staffId")
    given = {"staff": found.id, "posts": plain(wanted)}
    retry = retries.asked(viewer, Deed.SET_STAFF_ROLES, key, given, now=now)

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(staff=found.id)
            await hold()
            change = await give(viewer, Deed.SET_STAFF_ROLES, found.id, wanted)
            if _WHOLE in change.before.get("roles", ()) and _WHOLE not in change.after["roles"]:
                await _must_have_a_manager()
            if change:
                happening = Happening(EventKind.STAFF_ROLES_SET, found.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"staff": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["staff"])


async def hold() -> Practice | None:
    """The practice, held until the transaction ends: whoever changes the team holds it, one after the other."""
    held = await hold_all(Practice, "is_the_only_one", ())
    return held[0] if held else None


def checked(posts: Sequence[Post]) -> tuple[Post, ...]:
    """The posts, each once, in a fixed order.

    Raises:
        InvalidInput: there is none, there are too many, or one is of no role that staff can hold.
    """
    if not posts or len(posts) > MOST_POSTS:
        raise InvalidInput("Please name at least one role.", path=("roles",))
    for number, post in enumerate(posts):
        if post.role not in STAFF_ROLES:
            raise InvalidInput("This is no role of the staff.", path=("roles", str(number), "role"))
    return tuple(sorted(set(posts), key=_name))


def plain(posts: Collection[Post]) -> list[str]:
    """The posts as text, in a fixed order."""
    return sorted(map(_name, posts))


async def may_give(viewer: Viewer, deed: Deed, posts: Collection[Post]) -> None:
    """Refuse to give or take roles where the viewer may not, or where there is no location.

    Raises:
        Forbidden: the viewer's roles there do not allow it.
        NotFound: a location is not there.
    """
    for at in {post.at for post in posts}:
        if isinstance(at, Where):
            access.may(viewer, deed, at)
            continue
        location = await access.find(viewer, Location, at, path="locationId")
        access.may(viewer, deed, location.id)


async def give(viewer: Viewer, deed: Deed, staff_id: UUID, posts: Collection[Post]) -> Change:
    """Let somebody hold these roles and no others; what changed. Inside a transaction that holds the practice.

    Raises:
        Forbidden: the viewer may not where a role is given or taken.
        NotFound: a location is not there.
    """
    rows = await StaffRole.filter(staff_id=staff_id)
    held = {Post(row.role, row.location_id or Where.EVERYWHERE): row for row in rows}
    given, taken = set(posts) - set(held), set(held) - set(posts)
    await may_give(viewer, deed, given | taken)
    if taken:
        await StaffRole.filter(id__in=[held[post].id for post in taken]).delete()
    await sql.insert(
        [
            StaffRole(staff_id=staff_id, role=post.role, location_id=None if isinstance(post.at, Where) else post.at)
            for post in sorted(given, key=_name)
        ]
    )
    change = Change()
    change.note("roles", plain(held), plain(posts))
    return change


async def _must_have_a_manager() -> None:
    """Refuse to leave nobody who can sign in and manages the whole practice: who has not accepted cannot."""
    rows = await sql.fetch(
        "SELECT 1 FROM staff_role r JOIN staff p ON p.id = r.staff_id JOIN account a ON a.staff_id = p.id "
        "WHERE r.role = 'MANAGER' AND r.location_id IS NULL AND p.left_at IS NULL AND a.password_hash IS NOT NULL LIMIT 1"
    )
    if not rows:
        raise InvalidInput(
            "Somebody must manage the whole practice. Please give that role to somebody else first.", path=("roles",)
        )


def _name(post: Post) -> str:
    return f"{post.role.value} at {post.at}"


_WHOLE = _name(Post(Role.MANAGER, Where.EVERYWHERE))
