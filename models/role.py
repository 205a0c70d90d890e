"""Roles: what somebody is to the practice."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the practice."""

    ANYONE = "ANYONE"
    OWNER = "OWNER"
    RECEPTIONIST = "RECEPTIONIST"
    NURSE = "NURSE"
    VET = "VET"
    MANAGER = "MANAGER"
    AGENT = "AGENT"
    SYSTEM = "SYSTEM"


STAFF_ROLES = frozenset({Role.RECEPTIONIST, Role.NURSE, Role.VET, Role.MANAGER})
