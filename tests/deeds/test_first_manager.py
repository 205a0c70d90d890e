"""The first manager comes by the command line, and with them the practice."""

import asyncio

import pytest

from models import Event, EventKind, Letter, Practice, Role, Staff, StaffRole
from models.refusal import AlreadyOnTheTeam, Forbidden, InvalidInput, SignedOut
from resolvers import invitations
from resolvers.access import Where
from resolvers.invitations import Manager
from resolvers.viewer import Viewer
from tests.doorkeeper import ANYONE, RULES, VAULT, accept_invitation, secret_in_letter, sign_in, viewer_of
from tests.world import NOW, a_location, a_manager, a_practice, how_many_rows

pytestmark = pytest.mark.anyio

ADA = "ada.weber@practice.example"
EVERYWHERE = Where.EVERYWHERE


@pytest.fixture
async def house(database):
    await a_practice(language="de")
    return await a_location("High Street")


@pytest.fixture
async def nadia(house):
    """She manages the whole practice."""
    return await a_manager("Nadia Haddad")


async def invited_token(email=ADA):
    return await secret_in_letter(email, Letter.INVITATION)


async def held_by(staff_id):
    return {(row.role, row.location_id) for row in await StaffRole.filter(staff_id=staff_id)}


async def first_manager(email=ADA, name="High Street Vets", *, viewer=None, language="de"):
    return await invitations.invite_first_manager(
        viewer or Viewer.system("invite"),
        Manager(email, "Ada", "Weber"),
        practice=name,
        language=language,
        vault=VAULT,
        rules=RULES,
        now=NOW,
    )


async def test_the_first_manager_opens_the_practice_and_can_do_everything(database):
    token = await first_manager()
    practice = await Practice.get()
    staff = await Staff.get()
    assert (practice.name, practice.language) == ("High Street Vets", "de")
    assert await held_by(staff.id) == {(Role.MANAGER, None)}
    assert await invited_token() == token
    assert await accept_invitation(token) == ADA
    held = await sign_in(ADA)
    viewer = await viewer_of(held)
    assert viewer.everywhere == frozenset({Role.MANAGER})
    events = await Event.all().order_by("number")
    assert [event.kind for event in events] == [
        EventKind.PRACTICE_OPENED,
        EventKind.STAFF_INVITED,
        EventKind.INVITATION_ACCEPTED,
        EventKind.SIGNED_IN,
    ]
    assert (events[0].system_reason, events[1].system_reason) == ("invite", "invite")


async def test_the_next_one_joins_the_practice_that_is_there(database):
    await first_manager()
    await first_manager("karl.brandt@practice.example", "Another Name", language="en")
    assert (await Practice.get()).name == "High Street Vets"
    assert await StaffRole.filter(role=Role.MANAGER, location_id=None).count() == 2
    await first_manager()
    assert await Staff.all().count() == 2
    await accept_invitation(await invited_token())
    with pytest.raises(AlreadyOnTheTeam):
        await first_manager()


async def test_two_who_open_the_practice_at_once_open_one(database):
    await asyncio.gather(first_manager(), first_manager("karl.brandt@practice.example"))
    assert await Practice.all().count() == 1
    assert await Event.filter(kind=EventKind.PRACTICE_OPENED).count() == 1
    assert await Staff.all().count() == 2


async def test_nobody_opens_a_practice_but_the_command_line(nadia):
    before = await how_many_rows()
    for viewer, refusal in ((nadia.viewer, Forbidden), (ANYONE, SignedOut)):
        with pytest.raises(refusal):
            await first_manager(viewer=viewer)
    assert await how_many_rows() == before


@pytest.mark.parametrize(("wrong", "path"), [({"name": " "}, "practice"), ({"language": "xx"}, "language")])
async def test_a_practice_that_makes_no_sense_is_not_opened(database, wrong, path):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await first_manager(**wrong)
    assert refused.value.path == (path,)
    assert await how_many_rows() == before
