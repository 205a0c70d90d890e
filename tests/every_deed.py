"""Every deed as a table: who may do it, and how it is called directly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models import Right, Role, Species, Status
from models.refusal import Forbidden, NotFound, Refusal, SignedOut
from models.stretch import Stretch
from resolvers import (
    accounts,
    appointments,
    clients,
    codes,
    hours,
    hours_exceptions,
    invitations,
    locations,
    messages,
    ownerships,
    pets,
    registrations,
    rooms,
    services,
    sessions,
    teams,
)
from resolvers.access import Deed, Where
from resolvers.viewer import Audience, Viewer
from tests import deeds_of_endings, deeds_of_holding, deeds_of_mail, deeds_of_preferences, deeds_of_reminders
from tests.doorkeeper import HOME, PASSWORD, RULES, VAULT, FastPasswords, PaperTokens
from tests.postbox import PostBox
from tests.scene import NOBODY, OWNER, ROLELESS, STAFF, Scene, a_newcomer, held
from tests.world import NOW, TODAY


def anywhere(*roles: Role) -> frozenset[str]:
    """Whoever holds the role at any location."""
    return held("here", *roles) | held("there", *roles) | held("everywhere", *roles)


def here(*roles: Role) -> frozenset[str]:
    """Whoever holds the role where the deed is done."""
    return held("here", *roles) | held("everywhere", *roles)


OWNERS = frozenset({OWNER})
DESK = anywhere(Role.RECEPTIONIST, Role.MANAGER)
DESK_AND_VETS = DESK | anywhere(Role.VET)
MANAGERS_HERE = here(Role.MANAGER)
MANAGERS_OF_ALL = held("everywhere", Role.MANAGER)
STAFF_HERE = here(*STAFF)
ALL_STAFF = anywhere(*STAFF)
SIGNED_OUT = frozenset({NOBODY})


Call = Callable[[Scene, Viewer], Awaitable[Any]]


@dataclass(frozen=True)
class Line:
    """A deed, and who may do it.

    `looks_first` where who cannot see the row is told that it is not there; `in_own_name` where only somebody of the
    staff can do it, because their name stands under it.
    """

    deed: Deed
    who: frozenset[str]
    call: Call
    looks_first: bool = False
    in_own_name: bool = False

    def expected(self, column: str) -> type[Refusal] | None:
        if column in self.who:
            return None
        if self.looks_first and column in (NOBODY, ROLELESS):
            return NotFound
        return SignedOut if column == NOBODY else Forbidden


TABLE: list[Line] = []


def line(
    deed: Deed, *who: frozenset[str], looks_first: bool = False, in_own_name: bool = False
) -> Callable[[Call], Call]:
    def kept(call: Call) -> Call:
        TABLE.append(Line(deed, frozenset().union(*who), call, looks_first, in_own_name))
        return call

    return kept


KEPT: Any = {"key": "k", "now": NOW}


@line(Deed.REGISTER_CLIENT, ALL_STAFF)
async def _(scene, viewer):
    await clients.register(viewer, clients.ClientRegistration("Hoff", language="en"), **KEPT)


@line(Deed.AMEND_CLIENT, ALL_STAFF)
async def _(scene, viewer):
    await clients.amend(viewer, scene.world.owner.id, clients.ClientChanges(given_name="Lena"), **KEPT)


@line(Deed.AMEND_MYSELF, OWNERS)
async def _(scene, viewer):
    await clients.amend_myself(viewer, clients.MyChanges(given_name="Lena"), **KEPT)


@line(Deed.REGISTER_PET, ALL_STAFF, OWNERS)
async def _(scene, viewer):
    owners = () if viewer.is_owner else (pets.PetOwner(scene.world.owner.id),)
    await pets.register(viewer, pets.PetRegistration("Mia", Species.CAT, owners=owners), **KEPT)


@line(Deed.AMEND_PET, ALL_STAFF)
async def _(scene, viewer):
    await pets.amend(viewer, scene.world.pet.id, pets.PetChanges(name="Mia"), **KEPT)


@line(Deed.ADD_OWNERSHIP, DESK_AND_VETS)
async def _(scene, viewer):
    shares = {scene.world.owner.id: 100}
    await ownerships.add(viewer, scene.world.pet.id, scene.newcomer.id, frozenset(Right), shares, **KEPT)


@line(Deed.AMEND_OWNERSHIP, DESK_AND_VETS)
async def _(scene, viewer):
    shares, rights = {scene.world.owner.id: 100}, frozenset({Right.PAY})
    await ownerships.amend(viewer, scene.co_ownership.id, shares, rights=rights, **KEPT)


@line(Deed.END_OWNERSHIP, DESK_AND_VETS)
async def _(scene, viewer):
    await ownerships.end(viewer, scene.co_ownership.id, {scene.world.owner.id: 100}, **KEPT)


@line(Deed.BOOK_APPOINTMENT, STAFF_HERE, OWNERS)
async def _(scene, viewer):
    world = scene.world
    starts_at = NOW + timedelta(days=3)
    booking = appointments.Booking(world.pet.id, world.service.id, world.location.id, starts_at)
    await appointments.book(viewer, booking, **KEPT)


@line(Deed.RESCHEDULE_APPOINTMENT, STAFF_HERE, OWNERS, looks_first=True)
async def _(scene, viewer):
    move = appointments.Move(scene.visits[Status.BOOKED].id, NOW + timedelta(days=3))
    await appointments.reschedule(viewer, move, **KEPT)


@line(Deed.CONFIRM_APPOINTMENT, STAFF_HERE, OWNERS, looks_first=True)
async def _(scene, viewer):
    await appointments.confirm(viewer, scene.visits[Status.BOOKED].id, **KEPT)


@line(Deed.CHECK_IN_APPOINTMENT, STAFF_HERE, looks_first=True)
async def _(scene, viewer):
    await appointments.check_in(viewer, scene.visits[Status.BOOKED].id, **KEPT)


@line(Deed.START_APPOINTMENT, STAFF_HERE, looks_first=True)
async def _(scene, viewer):
    await appointments.start(viewer, scene.visits[Status.ARRIVED].id, **KEPT)


@line(Deed.COMPLETE_APPOINTMENT, STAFF_HERE, looks_first=True)
async def _(scene, viewer):
    await appointments.complete(viewer, scene.visits[Status.IN_PROGRESS].id, **KEPT)


@line(Deed.CANCEL_APPOINTMENT, STAFF_HERE, OWNERS, looks_first=True)
async def _(scene, viewer):
    await appointments.cancel(viewer, scene.visits[Status.BOOKED].id, **KEPT)


@line(Deed.MARK_NO_SHOW_APPOINTMENT, STAFF_HERE, looks_first=True)
async def _(scene, viewer):
    await appointments.mark_no_show(viewer, scene.visits[Status.CONFIRMED].id, **KEPT)


@line(Deed.LINK_ACCOUNT, DESK)
async def _(scene, viewer):
    await accounts.link_account(viewer, scene.newcomer.account.id, scene.other.id, **KEPT)


@line(Deed.ADD_LOCATION, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await locations.add(viewer, locations.NewLocation("Quay", "Europe/London", "GBP"), **KEPT)


@line(Deed.AMEND_LOCATION, MANAGERS_HERE)
async def _(scene, viewer):
    await locations.amend(viewer, scene.world.location.id, locations.LocationChanges(name="Quay"), **KEPT)


@line(Deed.ADD_ROOM, MANAGERS_HERE)
async def _(scene, viewer):
    await rooms.add(viewer, scene.world.location.id, "Theatre", **KEPT)


@line(Deed.AMEND_ROOM, MANAGERS_HERE)
async def _(scene, viewer):
    await rooms.amend(viewer, scene.world.room.id, rooms.RoomChanges(name="Theatre"), **KEPT)


@line(Deed.ADD_SERVICE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await services.add(viewer, services.NewService("Dental", 60), **KEPT)


@line(Deed.AMEND_SERVICE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await services.amend(viewer, scene.world.service.id, services.ServiceChanges(name="Dental"), **KEPT)


@line(Deed.ADD_WORKING_HOURS, MANAGERS_HERE)
async def _(scene, viewer):
    new = hours.NewWorkingHours(scene.world.vet.id, scene.world.location.id, Stretch(6, 480, 720), TODAY)
    await hours.add(viewer, new, **KEPT)


@line(Deed.AMEND_WORKING_HOURS, MANAGERS_HERE)
async def _(scene, viewer):
    changes = hours.WorkingHoursChanges(ends_on=TODAY)
    await hours.amend(viewer, scene.hours.id, changes, **KEPT)


@line(Deed.ADD_EXCEPTION, MANAGERS_HERE)
async def _(scene, viewer):
    closed = hours_exceptions.NewException(NOW, NOW + timedelta(days=1), location_id=scene.world.location.id)
    await hours_exceptions.add(viewer, closed, **KEPT)


@line(Deed.ADD_EXCEPTION, MANAGERS_OF_ALL)
async def _(scene, viewer):
    away = hours_exceptions.NewException(NOW, NOW + timedelta(days=1), staff_id=scene.world.vet.id)
    await hours_exceptions.add(viewer, away, **KEPT)


@line(Deed.AMEND_EXCEPTION, MANAGERS_HERE)
async def _(scene, viewer):
    changes = hours_exceptions.ExceptionChanges(reason="Holiday")
    await hours_exceptions.amend(viewer, scene.closed.id, changes, **KEPT)


@line(Deed.AMEND_EXCEPTION, MANAGERS_OF_ALL)
async def _(scene, viewer):
    changes = hours_exceptions.ExceptionChanges(reason="Holiday")
    await hours_exceptions.amend(viewer, scene.away.id, changes, **KEPT)


@line(Deed.AMEND_STAFF, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await teams.amend_staff(viewer, scene.world.vet.id, licence_number="NY 1", **KEPT)


@line(Deed.INVITE_STAFF, MANAGERS_HERE)
async def _(scene, viewer):
    newcomer = a_newcomer(scene.world.location.id)
    await invitations.invite(viewer, newcomer, vault=VAULT, rules=RULES, **KEPT)


@line(Deed.INVITE_STAFF, MANAGERS_OF_ALL)
async def _(scene, viewer):
    newcomer = a_newcomer(Where.EVERYWHERE)
    await invitations.invite(viewer, newcomer, vault=VAULT, rules=RULES, **KEPT)


@line(Deed.SET_STAFF_ROLES, MANAGERS_HERE)
async def _(scene, viewer):
    posts = [teams.Post(Role.NURSE, scene.world.location.id)]
    await teams.set_staff_roles(viewer, scene.world.vet.id, posts, **KEPT)


@line(Deed.SET_STAFF_ROLES, MANAGERS_OF_ALL)
async def _(scene, viewer):
    posts = [teams.Post(Role.VET, scene.world.location.id), teams.Post(Role.NURSE, Where.EVERYWHERE)]
    await teams.set_staff_roles(viewer, scene.world.vet.id, posts, **KEPT)


@line(Deed.ACCEPT_INVITATION, ALL_STAFF, SIGNED_OUT)
async def _(scene, viewer):
    await invitations.accept_invitation(
        viewer, scene.invitation, PASSWORD, vault=VAULT, passwords=FastPasswords(), **KEPT
    )


@line(Deed.REGISTER, OWNERS, SIGNED_OUT)
async def _(scene, viewer):
    registration = registrations.Registration("new@home.example", "Nina", "Kovac")
    await registrations.register(viewer, registration, origin=HOME, vault=VAULT, rules=RULES, **KEPT)


@line(Deed.SIGN_IN, ALL_STAFF, SIGNED_OUT)
async def _(scene, viewer):
    address = scene.world.vet.account.email
    doors: Any = {"vault": VAULT, "passwords": FastPasswords(), "tokens": PaperTokens(), "rules": RULES}
    await sessions.sign_in(viewer, address, PASSWORD, origin=HOME, now=NOW, **doors)


@line(Deed.REQUEST_SIGN_IN_CODE, OWNERS, SIGNED_OUT)
async def _(scene, viewer):
    address = scene.world.owner.account.email
    await codes.request_sign_in_code(viewer, address, origin=HOME, vault=VAULT, rules=RULES, now=NOW)


@line(Deed.SIGN_IN_WITH_CODE, OWNERS, SIGNED_OUT)
async def _(scene, viewer):
    address = scene.world.owner.account.email
    doors: Any = {"vault": VAULT, "tokens": PaperTokens(), "rules": RULES}
    await codes.sign_in_with_code(viewer, address, scene.code, origin=HOME, now=NOW, **doors)


@line(Deed.REFRESH_SESSION, ALL_STAFF, OWNERS, SIGNED_OUT)
async def _(scene, viewer):
    doors: Any = {"vault": VAULT, "tokens": PaperTokens(), "rules": RULES}
    await sessions.refresh_session(viewer, scene.refresh_token, audience=Audience.STAFF, now=NOW, **doors)


@line(Deed.SIGN_OUT, ALL_STAFF, OWNERS)
async def _(scene, viewer):
    await sessions.sign_out(viewer, now=NOW)


@line(Deed.SIGN_OUT_EVERYWHERE, ALL_STAFF, OWNERS)
async def _(scene, viewer):
    await sessions.sign_out_everywhere(viewer, now=NOW)


@line(Deed.DELIVER_MESSAGES)
async def _(scene, viewer):
    await messages.deliver_due(viewer, mail=PostBox(), vault=VAULT, public_url="https://vet.example", now=lambda: NOW)


@line(Deed.OPEN_PRACTICE)
async def _(scene, viewer):
    manager = invitations.Manager("boss@practice.example", "Ada", "Weber")
    given: Any = {"practice": "High Street Vets", "language": "en", "vault": VAULT, "rules": RULES, "now": NOW}
    await invitations.invite_first_manager(viewer, manager, **given)


import tests.deeds_of_cards  # noqa: E402 - the deeds of card payments, in their own file
import tests.deeds_of_invoices  # noqa: E402 - the deeds of charges and invoices, in their own file
import tests.deeds_of_letters  # noqa: E402 - the deeds of the practice's own words, in their own file
import tests.deeds_of_lines  # noqa: E402 - the deeds of the lines of a record, in their own file
import tests.deeds_of_plans  # noqa: E402 - the deeds of plans and documents, in their own file
import tests.deeds_of_prices  # noqa: E402 - the deeds of prices and who invoices, in their own file
import tests.deeds_of_records  # noqa: E402 - the deeds of records, in their own file
import tests.deeds_of_reminder_rules  # noqa: E402 - the deeds of reminder rules, in their own file
import tests.deeds_of_the_desk  # noqa: E402 - the deeds of money over the desk, in their own file
import tests.deeds_of_vaccinations  # noqa: E402, F401 - the deeds of vaccinations, in their own file
from tests import deeds_of_imports, deeds_of_papers  # noqa: E402, F401 - the deeds of imports and of papers, in their own files

deeds_of_endings.join(line, ALL_STAFF, OWNERS)
deeds_of_preferences.join(line, ALL_STAFF, OWNERS)
deeds_of_holding.join(line, ALL_STAFF)
deeds_of_mail.join(line, ALL_STAFF, DESK)
deeds_of_reminders.join(line)
