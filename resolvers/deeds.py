"""Deeds: everything that may be done, and by which roles. `access` asks; what has no line here is nobody's."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models.role import STAFF_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class Deed(StrEnum):
    """Something that may be done; the value is the name of its mutation."""

    REGISTER_CLIENT = "registerClient"
    AMEND_CLIENT = "amendClient"
    AMEND_MYSELF = "amendMyself"
    REGISTER_PET = "registerPet"
    AMEND_PET = "amendPet"
    RECORD_DEATH = "recordDeath"
    ADD_OWNERSHIP = "addOwnership"
    AMEND_OWNERSHIP = "amendOwnership"
    END_OWNERSHIP = "endOwnership"
    BOOK_APPOINTMENT = "bookAppointment"
    RESCHEDULE_APPOINTMENT = "rescheduleAppointment"
    CONFIRM_APPOINTMENT = "confirmAppointment"
    CHECK_IN_APPOINTMENT = "checkInAppointment"
    START_APPOINTMENT = "startAppointment"
    COMPLETE_APPOINTMENT = "completeAppointment"
    CANCEL_APPOINTMENT = "cancelAppointment"
    MARK_NO_SHOW_APPOINTMENT = "markNoShowAppointment"
    RECORD_WEIGHT = "recordWeight"
    RECORD_VITAL = "recordVital"
    RECORD_DIAGNOSIS = "recordDiagnosis"
    RESOLVE_PROBLEM = "resolveProblem"
    REOPEN_PROBLEM = "reopenProblem"
    ADD_DIAGNOSIS_TERM = "addDiagnosisTerm"
    AMEND_DIAGNOSIS_TERM = "amendDiagnosisTerm"
    RECORD_PROCEDURE = "recordProcedure"
    RECORD_TREATMENT = "recordTreatment"
    RECORD_ALLERGY = "recordAllergy"
    END_ALLERGY = "endAllergy"
    PRESCRIBE = "prescribe"
    GIVE_REPEAT = "giveRepeat"
    STOP_PRESCRIPTION = "stopPrescription"
    MARK_ENTERED_IN_ERROR = "markEnteredInError"
    LINK_ACCOUNT = "linkAccount"
    ADD_LOCATION = "addLocation"
    AMEND_LOCATION = "amendLocation"
    ADD_ROOM = "addRoom"
    AMEND_ROOM = "amendRoom"
    ADD_SERVICE = "addService"
    AMEND_SERVICE = "amendService"
    ADD_WORKING_HOURS = "addWorkingHours"
    AMEND_WORKING_HOURS = "amendWorkingHours"
    ADD_EXCEPTION = "addException"
    AMEND_EXCEPTION = "amendException"
    INVITE_STAFF = "inviteStaff"
    SET_STAFF_ROLES = "setStaffRoles"
    ACCEPT_INVITATION = "acceptInvitation"
    REGISTER = "register"
    SIGN_IN = "signIn"
    REQUEST_SIGN_IN_CODE = "requestSignInCode"
    SIGN_IN_WITH_CODE = "signInWithCode"
    REFRESH_SESSION = "refreshSession"
    SIGN_OUT = "signOut"
    SIGN_OUT_EVERYWHERE = "signOutEverywhere"
    DELIVER_MESSAGES = "deliverMessages"
    OPEN_PRACTICE = "openPractice"


STAFF = STAFF_ROLES
OWNER = frozenset({Role.OWNER})
CLINICIANS = frozenset({Role.NURSE, Role.VET})
FRONT_DESK = frozenset({Role.RECEPTIONIST, Role.MANAGER})
MANAGER = frozenset({Role.MANAGER})
STAFF_DOOR = STAFF | {Role.ANYONE}
OWNER_DOOR = OWNER | {Role.ANYONE}

DEEDS: Final[Mapping[Deed, frozenset[Role]]] = {
    Deed.REGISTER_CLIENT: STAFF,
    Deed.AMEND_CLIENT: STAFF,
    Deed.AMEND_MYSELF: OWNER,
    Deed.REGISTER_PET: STAFF | OWNER,
    Deed.AMEND_PET: STAFF,
    Deed.RECORD_DEATH: STAFF,
    Deed.ADD_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.AMEND_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.END_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.BOOK_APPOINTMENT: STAFF | OWNER,
    Deed.RESCHEDULE_APPOINTMENT: STAFF | OWNER,
    Deed.CONFIRM_APPOINTMENT: STAFF | OWNER,
    Deed.CHECK_IN_APPOINTMENT: STAFF,
    Deed.START_APPOINTMENT: STAFF,
    Deed.COMPLETE_APPOINTMENT: STAFF,
    Deed.CANCEL_APPOINTMENT: STAFF | OWNER,
    Deed.MARK_NO_SHOW_APPOINTMENT: STAFF,
    # A pet is weighed on the scale in the waiting room by whoever stands there; all else is for who treats it.
    Deed.RECORD_WEIGHT: CLINICIANS | {Role.RECEPTIONIST},
    Deed.RECORD_VITAL: CLINICIANS,
    Deed.RECORD_DIAGNOSIS: CLINICIANS,
    Deed.RESOLVE_PROBLEM: CLINICIANS,
    Deed.REOPEN_PROBLEM: CLINICIANS,
    Deed.ADD_DIAGNOSIS_TERM: MANAGER | {Role.VET},
    Deed.AMEND_DIAGNOSIS_TERM: MANAGER | {Role.VET},
    Deed.RECORD_PROCEDURE: CLINICIANS,
    Deed.RECORD_TREATMENT: CLINICIANS,
    Deed.RECORD_ALLERGY: CLINICIANS,
    Deed.END_ALLERGY: CLINICIANS,
    Deed.PRESCRIBE: frozenset({Role.VET}),
    Deed.GIVE_REPEAT: CLINICIANS,
    Deed.STOP_PRESCRIPTION: frozenset({Role.VET}),
    Deed.MARK_ENTERED_IN_ERROR: CLINICIANS,
    Deed.LINK_ACCOUNT: FRONT_DESK,
    Deed.ADD_LOCATION: MANAGER,
    Deed.AMEND_LOCATION: MANAGER,
    Deed.ADD_ROOM: MANAGER,
    Deed.AMEND_ROOM: MANAGER,
    Deed.ADD_SERVICE: MANAGER,
    Deed.AMEND_SERVICE: MANAGER,
    Deed.ADD_WORKING_HOURS: MANAGER,
    Deed.AMEND_WORKING_HOURS: MANAGER,
    Deed.ADD_EXCEPTION: MANAGER,
    Deed.AMEND_EXCEPTION: MANAGER,
    Deed.INVITE_STAFF: MANAGER,
    Deed.SET_STAFF_ROLES: MANAGER,
    Deed.ACCEPT_INVITATION: STAFF_DOOR,
    Deed.REGISTER: OWNER_DOOR,
    Deed.SIGN_IN: STAFF_DOOR,
    Deed.REQUEST_SIGN_IN_CODE: OWNER_DOOR,
    Deed.SIGN_IN_WITH_CODE: OWNER_DOOR,
    Deed.REFRESH_SESSION: STAFF_DOOR | OWNER_DOOR,
    Deed.SIGN_OUT: STAFF | OWNER,
    Deed.SIGN_OUT_EVERYWHERE: STAFF | OWNER,
    Deed.DELIVER_MESSAGES: frozenset(),
    Deed.OPEN_PRACTICE: frozenset(),
}
"""Who may do what. The practice's own machinery (SYSTEM) may do every deed."""
