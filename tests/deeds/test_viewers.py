"""Whoever asks is known without asking again, until an event says that they changed; then at once."""

import asyncio
from datetime import timedelta

import pytest

from models import Account, Role, Session
from models.refusal import DatabaseUnavailable, SessionEnded
from models.row import uuid7
from resolvers import accounts, clients, invitations, sessions, teams, trail, viewers
from resolvers.clients import ClientChanges
from resolvers.invitations import Newcomer
from resolvers.teams import Post
from resolvers.viewer import Audience
from resolvers.viewers import Viewers
from tests import doorkeeper
from tests.doorkeeper import ANYONE, MINUTE, PASSWORD, RULES, VAULT, PaperTokens
from tests.world import NOW, a_client, a_world, an_owner
from vetdesk import feed as feeds
from vetdesk.database import counted
from vetdesk.feed import Feed

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
STAFF, OWNER = Audience.STAFF, Audience.OWNER


class Silent:
    """A bus that never tells of anything: what is heard is heard because somebody asked."""

    async def listen(self, tell):
        await asyncio.Event().wait()


class Process:
    """What one process knows of those who ask."""

    def __init__(self):
        self.feed = Feed(Silent())
        self.viewers = Viewers(self.feed.caught_up)
        self.feed.heard_by(self.viewers.heard)

    async def knows(self, viewer, audience=STAFF, *, now=NOW):
        """Who asks, and how many statements it took."""
        with counted() as statements:
            found = await self.viewers.of(viewer.session_id, viewer.account_id, audience, now=now)
        return found, statements.count


@pytest.fixture
async def process(database, monkeypatch):
    """It looks at the trail when it is told of something new, and not by the clock."""
    monkeypatch.setattr(feeds, "FRESH_SECONDS", 3600)
    process = Process()
    running = asyncio.create_task(process.feed.run())
    await asyncio.sleep(0)
    assert await process.feed.caught_up()
    yield process
    running.cancel()
    await asyncio.wait([running])


@pytest.fixture
async def world(process):
    return await a_world()


async def keeps(process, *everybody):
    """Make the process know them all; whoever is kept costs no statement."""
    for member in everybody:
        audience = OWNER if member.viewer.is_owner else STAFF
        await process.knows(member.viewer, audience)
        assert await process.knows(member.viewer, audience) == (member.viewer, 0)


async def sign_in(member):
    await Account.filter(id=member.account.id).update(password_hash=f"hash of {PASSWORD}")
    return await doorkeeper.sign_in(member.account.email)


async def refresh(refresh_token, *, now):
    return await sessions.refresh_session(
        ANYONE, refresh_token, audience=STAFF, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=now
    )


# Kept


async def test_who_asks_again_is_known_without_a_statement(process, world):
    assert await process.knows(world.vet.viewer) == (world.vet.viewer, 1)
    assert await process.knows(world.vet.viewer) == (world.vet.viewer, 0)
    assert await process.knows(world.owner.viewer, OWNER) == (world.owner.viewer, 1)
    assert await process.knows(world.owner.viewer, OWNER) == (world.owner.viewer, 0)


async def test_a_session_is_kept_for_its_own_account_and_door_alone(process, world):
    await keeps(process, world.vet)
    vera = world.vet.viewer
    assert await process.knows(vera, OWNER) == (None, 1)
    with counted() as statements:
        found = await process.viewers.of(vera.session_id, world.manager.account.id, STAFF, now=NOW)
    assert (found, statements.count) == (None, 1)


async def test_nobody_is_kept_as_nobody(process, world):
    for _ in range(2):
        with counted() as statements:
            assert await process.viewers.of(uuid7(), uuid7(), STAFF, now=NOW) is None
        assert statements.count == 1


async def test_nobody_is_kept_for_longer_than_a_minute(process, world):
    await keeps(process, world.vet)
    assert await process.knows(world.vet.viewer, now=NOW + MINUTE - SECOND) == (world.vet.viewer, 0)
    assert await process.knows(world.vet.viewer, now=NOW + MINUTE) == (world.vet.viewer, 1)
    assert await process.knows(world.vet.viewer, now=NOW + 2 * MINUTE - SECOND) == (world.vet.viewer, 0)
    # A clock that was set back does not keep anybody for longer either.
    assert await process.knows(world.vet.viewer, now=NOW - MINUTE) == (world.vet.viewer, 1)


async def test_the_end_of_a_sessions_days_is_noticed_within_a_minute(process, world):
    await Session.filter(id=world.vet.viewer.session_id).update(expires_at=NOW + SECOND)
    await keeps(process, world.vet)
    assert await process.knows(world.vet.viewer, now=NOW + MINUTE) == (None, 1)


async def test_who_has_not_asked_for_longest_makes_room(process, world, monkeypatch):
    monkeypatch.setattr(viewers, "MOST_KEPT", 2)
    await keeps(process, world.vet, world.manager, world.vet, world.receptionist)
    assert await process.knows(world.vet.viewer) == (world.vet.viewer, 0)
    assert await process.knows(world.receptionist.viewer) == (world.receptionist.viewer, 0)
    assert await process.knows(world.manager.viewer) == (world.manager.viewer, 1)


async def test_while_nobody_reads_the_trail_everybody_is_looked_up_each_time(database):
    world, process = await a_world(), Process()
    for _ in range(3):
        assert await process.knows(world.vet.viewer) == (world.vet.viewer, 1)
    await sessions.sign_out(world.vet.viewer, now=NOW)
    assert await process.knows(world.vet.viewer) == (None, 1)


async def test_when_it_cannot_be_known_what_happened_nobody_is_let_in_on_what_was_known(process, world, monkeypatch):
    await keeps(process, world.vet)

    async def gone(*_, **__):
        raise DatabaseUnavailable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(trail, "since", gone)
        process.feed.something_new()
        with pytest.raises(DatabaseUnavailable):
            await process.knows(world.vet.viewer)
    assert await process.knows(world.vet.viewer) == (world.vet.viewer, 1)  # a look at the trail


# Forgotten


async def test_who_signs_out_is_forgotten_and_everybody_else_is_not(process, world):
    await keeps(process, world.vet, world.manager, world.owner)
    await sessions.sign_out(world.vet.viewer, now=NOW)
    process.feed.something_new()
    assert await process.knows(world.vet.viewer) == (None, 2)  # the trail, and the row
    for _ in range(2):
        assert await process.knows(world.manager.viewer) == (world.manager.viewer, 0)
        assert await process.knows(world.owner.viewer, OWNER) == (world.owner.viewer, 0)
    assert await process.knows(world.vet.viewer) == (None, 1)


async def test_who_signs_out_everywhere_is_forgotten_on_every_device(process, world):
    devices = [world.vet.viewer]
    for _ in range(2):
        held = await sign_in(world.vet)
        devices.append(await doorkeeper.viewer_of(held))
    for viewer in devices:
        assert await process.knows(viewer) == (viewer, 1)
    assert await sessions.sign_out_everywhere(devices[1], now=NOW) == 3
    process.feed.something_new()
    assert [(await process.knows(viewer))[0] for viewer in devices] == [None] * 3


async def test_a_session_whose_token_came_back_is_forgotten(process, world):
    held = await sign_in(world.vet)
    viewer = await doorkeeper.viewer_of(held)
    process.feed.something_new()
    assert (await process.knows(viewer))[0] == viewer
    second = await refresh(held.refresh_token, now=NOW)
    await refresh(second.refresh_token, now=NOW)
    process.feed.something_new()
    assert await process.knows(viewer) == (viewer, 1)  # who stays signed in stays known
    with pytest.raises(SessionEnded):
        await refresh(held.refresh_token, now=NOW)
    process.feed.something_new()
    assert (await process.knows(viewer))[0] is None


async def test_roles_that_were_set_count_at_once(process, world):
    await keeps(process, world.vet, world.manager)
    posts = (Post(Role.NURSE, world.location.id),)
    await teams.set_staff_roles(world.manager.viewer, world.vet.id, posts, key="r", now=NOW)
    process.feed.something_new()
    found, _ = await process.knows(world.vet.viewer)
    assert (found.everywhere, found.at) == (frozenset(), {world.location.id: frozenset({Role.NURSE})})
    assert await process.knows(world.manager.viewer) == (world.manager.viewer, 0)
    assert await process.knows(world.vet.viewer) == (found, 0)


async def test_who_is_invited_anew_with_other_roles_has_these_at_once(process, world):
    await keeps(process, world.receptionist)
    ines = world.receptionist
    anew = Newcomer(ines.account.email, "Ines", "Moreau", (Post(Role.NURSE, world.location.id),))
    invited = await invitations.invite(world.manager.viewer, anew, key="i", vault=VAULT, rules=RULES, now=NOW)
    assert invited == ines.id
    process.feed.something_new()
    found, _ = await process.knows(ines.viewer)
    assert found.at == {world.location.id: frozenset({Role.NURSE})}


async def test_an_owner_who_is_linked_is_the_known_client_at_once(process, world):
    lena, known = await an_owner("Lena Hoff", is_linked=False), await a_client("Lena Hoff-Meyer")
    await keeps(process, lena, world.owner)
    await accounts.link_account(world.receptionist.viewer, lena.account.id, known.id, key="l", now=NOW)
    process.feed.something_new()
    found, _ = await process.knows(lena.viewer, OWNER)
    assert (found.client_id, found.is_linked) == (known.id, True)
    assert await process.knows(world.owner.viewer, OWNER) == (world.owner.viewer, 0)


async def test_an_owner_whose_address_goes_is_a_stranger_at_once(process, world):
    peter = await an_owner("Peter Lang")
    await keeps(process, world.owner, peter)
    changes = ClientChanges(emails=("new@home.example",))
    await clients.amend(world.receptionist.viewer, world.owner.id, changes, key="a", now=NOW)
    process.feed.something_new()
    found, _ = await process.knows(world.owner.viewer, OWNER)
    assert not found.is_linked
    assert found.client_id not in (world.owner.id, None)
    assert await process.knows(peter.viewer, OWNER) == (peter.viewer, 0)


async def test_what_changes_nobody_makes_nobody_forgotten(process, world):
    await keeps(process, world.receptionist, world.owner)
    changes = ClientChanges(given_name="Olga Maria")
    await clients.amend(world.receptionist.viewer, world.owner.id, changes, key="a", now=NOW)
    await sign_in(world.vet)
    process.feed.something_new()
    assert await process.knows(world.receptionist.viewer) == (world.receptionist.viewer, 1)  # a look at the trail
    assert await process.knows(world.owner.viewer, OWNER) == (world.owner.viewer, 0)


# Between the row and the trail


async def test_who_changes_while_the_row_is_read_is_not_kept_as_it_was(process, world, monkeypatch):
    read = sessions.viewer_of

    async def slowly(*who, now):
        found = await read(*who, now=now)
        monkeypatch.setattr(sessions, "viewer_of", read)
        await sessions.sign_out(world.vet.viewer, now=now)
        process.feed.something_new()
        assert await process.feed.caught_up()  # for somebody else
        return found

    monkeypatch.setattr(sessions, "viewer_of", slowly)
    assert (await process.knows(world.vet.viewer))[0] == world.vet.viewer  # it asked before
    assert await process.knows(world.vet.viewer) == (None, 1)


async def test_each_process_hears_by_itself_what_another_one_did(process, world, monkeypatch):
    other = Process()
    running = asyncio.create_task(other.feed.run())
    await asyncio.sleep(0)
    await keeps(other, world.vet)
    await keeps(process, world.vet)
    await sessions.sign_out(world.vet.viewer, now=NOW)
    process.feed.something_new()
    assert (await process.knows(world.vet.viewer))[0] is None
    # Nobody told the other one: it looks by itself as soon as its last look is no longer fresh.
    assert await other.knows(world.vet.viewer) == (world.vet.viewer, 0)
    monkeypatch.setattr(feeds, "FRESH_SECONDS", -1)
    assert await other.knows(world.vet.viewer) == (None, 2)
    running.cancel()
    await asyncio.wait([running])
