"""The words of the contract: nothing is silent, owners do not hear of the staff's affairs, and every deed is alike."""

from __future__ import annotations

import re

import graphql
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNonNull, GraphQLUnionType, is_introspection_type

from graph.schema import schema
from graph.sdl import printed
from graph.views import view_of
from resolvers.viewer import Audience

UNIFIED = schema._schema
OWNERS = printed(schema, Audience.OWNER)

# A second sign-in is another session and a second sign-out changes nothing: there is nothing to keep under a key.
DOORS = {"signIn", "requestSignInCode", "signInWithCode", "refreshSession", "signOut", "signOutEverywhere"}

STAFF_DEEDS = """
registerClient amendClient amendPet recordDeath addOwnership amendOwnership endOwnership checkInAppointment
startAppointment completeAppointment markNoShowAppointment linkAccount addLocation amendLocation addRoom amendRoom
addService amendService addWorkingHours amendWorkingHours addException amendException inviteStaff setStaffRoles
acceptInvitation signIn
""".split()
STAFF_WORDS = """
alerts tags owners ownerships share shares percent rights isRegisteredOnline unlinkedAccounts clients client(id
clientId day daySheet pets(first appointments(starts rooms roomIds roomId staff staffId staffIds workingHours
exceptions exception givenName_of_staff isBookableOnline isOffered bufferBeforeMinutes bufferAfterMinutes
cancelledBecause hasLeft password
""".split()
STAFF_TYPES = """
Room WorkingHours HoursException HeldRole Ownership OwnershipInput ShareInput StretchInput ServiceStaff ServiceRoom
OfferedService UnlinkedAccount DaySheet ClientConnection PetConnection Right
""".split()


def _silent() -> list[str]:
    found = []
    for named in UNIFIED.type_map.values():
        if is_introspection_type(named):
            continue
        parts = {named.name: named}
        for name, part in (getattr(named, "fields", None) or getattr(named, "values", None) or {}).items():
            parts[f"{named.name}.{name}"] = part
            parts |= {f"{named.name}.{name}({each}:)": given for each, given in getattr(part, "args", {}).items()}
        found += [place for place, part in parts.items() if not (part.description or "").strip()]
    return found
