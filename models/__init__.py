"""What is kept, and what must always hold."""

from models.account import Account, Invitation, RefreshToken, Session, SignInCode
from models.appointment import Appointment, Status
from models.busy_time import BusyTime, Resource
from models.client import Client, ClientEmail, ClientPhone, ClientWord
from models.event import Event, EventCounter, EventDetail, EventKind
from models.idempotency_key import IdempotencyKey
from models.location import Location, OpeningHours
from models.message import Letter, Message, MessageState
from models.ownership import Ownership, Right
from models.pet import Pet, Sex, Species
from models.practice import Practice
from models.role import Role
from models.room import Room
from models.service import Service, ServiceRoom, ServiceStaff
from models.signing_key import SigningKey
from models.staff import Staff, StaffRole
from models.throttle import Throttle
from models.working_hours import HoursException, WorkingHours

__all__ = [
    "Account",
    "Appointment",
    "BusyTime",
    "Client",
    "ClientEmail",
    "ClientPhone",
    "ClientWord",
    "Event",
    "EventCounter",
    "EventDetail",
    "EventKind",
    "HoursException",
    "IdempotencyKey",
    "Invitation",
    "Letter",
    "Location",
    "Message",
    "MessageState",
    "OpeningHours",
    "Ownership",
    "Pet",
    "Practice",
    "RefreshToken",
    "Resource",
    "Right",
    "Role",
    "Room",
    "Service",
    "ServiceRoom",
    "ServiceStaff",
    "Session",
    "Sex",
    "SignInCode",
    "SigningKey",
    "Species",
    "Staff",
    "StaffRole",
    "Status",
    "Throttle",
    "WorkingHours",
]
