"""Sight: who sees which row, as a predicate of Python; written apart from the SQL of `resolvers.access`."""

from __future__ import annotations

from typing import Any

import models
from models.role import Role
from resolvers.viewer import Viewer

Rows = dict[type, list[Any]]


class Sight:
    """What one viewer sees of the rows there are."""

    def __init__(self, viewer: Viewer, rows: Rows) -> None:
        self.viewer = viewer
        self._mine = {
            each.pet_id
            for each in rows[models.Ownership]
            if each.client_id == viewer.client_id and each.ends_on is None and each.may_view
        }
        self._at_home = {
            each.id for each in rows[models.TreatmentPlan] if each.pet_id in self._mine and each.kind != "TREATMENT"
        }

    def sees(self, row: Any) -> bool:
        """Whether the viewer may see a row."""
        if isinstance(row, models.Account) and row.id == self.viewer.account_id:
            return True
        if isinstance(row, models.Session):
            return bool(row.account_id == self.viewer.account_id)
        return self._sees_as_staff(row) if self.viewer.is_staff else self._sees_as_owner(row)

    def _sees_as_staff(self, row: Any) -> bool:
        if isinstance(row, models.Account):
            is_front_desk = bool(self.viewer.roles & {Role.RECEPTIONIST, Role.MANAGER})
            return is_front_desk and row.audience == "owner" and not row.is_linked
        if isinstance(row, models.BusyTime | models.Message):
            return False
        return bool(self.viewer.roles)

    def _sees_as_owner(self, row: Any) -> bool:
        match row:
            case models.Practice() | models.Location() | models.OpeningHours() | models.Staff():
                return True
            case models.Service():
                return row.is_offered and row.is_bookable_online
            case models.Client():
                return bool(row.id == self.viewer.client_id)
            case models.ClientEmail() | models.ClientPhone():
                return bool(row.client_id == self.viewer.client_id)
            case models.Pet():
                return row.id in self._mine
            case models.Ownership():
                return row.ends_on is None and row.pet_id in self._mine
            case models.Appointment() | models.Death():
                return row.pet_id in self._mine
        return self._sees_of_a_record(row)

    def _sees_of_a_record(self, row: Any) -> bool:
        match row:
            case models.TreatmentPlan():
                return row.id in self._at_home
            case models.TreatmentStep():
                return row.plan_id in self._at_home
            case models.Prescription():
                return row.pet_id in self._mine and row.errored_at is None
        return False
