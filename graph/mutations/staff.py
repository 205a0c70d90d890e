"""Building the team: inviting somebody, and saying who holds which role where and under which licence they work."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.types.staff import Staff
from models.refusal import AlreadyOnTheTeam
from models.role import Role
from resolvers import invitations, teams
from resolvers.access import Deed, Where
from resolvers.invitations import Newcomer
from resolvers.teams import Post


@deed_input(Role.MANAGER)
class StaffRoleInput:
    """A role, and where it is held."""

    role: Role = said("RECEPTIONIST, NURSE, VET or MANAGER.")
    location_id: strawberry.ID | None = said("At which location; at every one when none is named.", default=None)


@deed_input(Role.MANAGER)
class InviteStaffInput:
    """Somebody who shall join the team."""

    email: str = said("Where the invitation is sent, and with what to sign in later.")
    given_name: str = said("The given name, at most 200 characters; may be empty.")
    family_name: str = said("The family name, at most 200 characters.")
    roles: list[StaffRoleInput] = said("What they will be to the practice, and where: at least one role.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class SetStaffRolesInput:
    """What somebody of the staff is to the practice from now on."""

    staff_id: strawberry.ID = said("Who.")
    roles: list[StaffRoleInput] = said("Every role they shall hold, at least one; those not named are taken.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendStaffInput:
    """What is known of somebody of the staff."""

    staff_id: strawberry.ID = said("Who.")
    licence_number: str = said("The number of their licence, at most 64 characters; empty clears it.")
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class StaffAmended:
    """What was given is written."""

    staff: Staff = said("The colleague as they are known now.")


@payload(Role.MANAGER)
class StaffInvited:
    """Somebody is on the team and can sign in once they have accepted; a letter tells them how."""

    staff: Staff = said("The colleague to be.")


@payload(Role.MANAGER)
class StaffRolesSet:
    """The roles count from this moment on, everywhere."""

    staff: Staff = said("The colleague as they are now.")


@strawberry.type
class StaffMutations:
    """Building the team."""

    @mutation(Deed.INVITE_STAFF, StaffInvited, AlreadyOnTheTeam)
    async def invite_staff(self, info: Info, input: InviteStaffInput) -> object:
        """Invite somebody to the team, as a manager of each location named.

        Whoever has not accepted yet can be invited again: the new letter counts, and the new roles.
        """
        viewer, ports = info.context.viewer, info.context.ports
        newcomer = Newcomer(input.email, input.given_name, input.family_name, _posts(input.roles))
        invited = await invitations.invite(
            viewer, newcomer, key=input.idempotency_key, vault=ports.vault, rules=ports.rules, now=info.context.now
        )
        return answered(StaffInvited, staff=teams.one(viewer, invited))

    @mutation(Deed.AMEND_STAFF, StaffAmended)
    async def amend_staff(self, info: Info, input: AmendStaffInput) -> object:
        """Enter the licence of somebody of the staff. Only somebody who manages the whole practice may.

        Certificates that were issued keep the number they were signed with.
        """
        viewer = info.context.viewer
        staff_id, number = key("Staff", input.staff_id), input.licence_number
        amended = await teams.amend_staff(
            viewer, staff_id, licence_number=number, key=input.idempotency_key, now=info.context.now
        )
        return answered(StaffAmended, staff=teams.one(viewer, amended))

    @mutation(Deed.SET_STAFF_ROLES, StaffRolesSet)
    async def set_staff_roles(self, info: Info, input: SetStaffRolesInput) -> object:
        """Say which roles somebody holds where, as a manager of each location at which something changes."""
        viewer = info.context.viewer
        changed = await teams.set_staff_roles(
            viewer,
            key("Staff", input.staff_id),
            _posts(input.roles),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(StaffRolesSet, staff=teams.one(viewer, changed))


def _posts(roles: list[StaffRoleInput]) -> tuple[Post, ...]:
    return tuple(
        Post(one.role, Where.EVERYWHERE if one.location_id is None else key("Location", one.location_id))
        for one in roles
    )
