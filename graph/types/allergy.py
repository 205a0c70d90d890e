"""What a pet must not be given."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, shape
from graph.roles import STAFF
from graph.types.node import id_of
from graph.types.record_enums import Severity
from graph.types.record_line import RecordLine
from models import HistoryKind


@shape(models.Allergy, STAFF, pet="pet_id", kind=HistoryKind.ALLERGY)
class Allergy(RecordLine):
    """Something that a pet reacts to."""

    id: strawberry.ID = id_of("Allergy")
    substance: str = column("To what.", body=True)
    reaction: str = column("How it reacts; empty when nobody wrote it down.", body=True)
    severity: Severity = column("How badly.", body=True)
    ended_at: datetime | None = column("When it was found not to react to it any more; null while it does.")
