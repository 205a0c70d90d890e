"""What was done to a pet, and what it was given."""

from __future__ import annotations

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import STAFF
from graph.types.node import id_of
from graph.types.record_line import RecordLine
from graph.types.service import Service
from graph.types.staff import Staff
from models import HistoryKind


@shape(models.Procedure, STAFF, pet="pet_id", kind=HistoryKind.PROCEDURE)
class Procedure(RecordLine):
    """Something that was done to a pet."""

    id: strawberry.ID = id_of("Procedure")
    name: str = column("What was done.", body=True)
    site: str = column("Where on the body; empty when nobody wrote it down.", body=True)
    details: str = column("How, and what was seen; empty when nobody wrote it down.", body=True)
    service: Service | None = one("The service that it is of the practice; null when it is none.", carried=True)
    done_by: Staff = one("Who did it.", carried=True)


@shape(models.Treatment, STAFF, pet="pet_id", kind=HistoryKind.TREATMENT)
class Treatment(RecordLine):
    """A medicine, fluid or dressing that a pet was given here."""

    id: strawberry.ID = id_of("Treatment")
    name: str = column("What was given.", body=True)
    amount: str = column("How much, as it was measured: `0.8 ml`; empty when nobody wrote it down.", body=True)
    route: str = column("How it was given: `s.c.`; empty when nobody wrote it down.", body=True)
    lot: str = column("The lot that stands on the pack; empty when nobody wrote it down.")
    given_by: Staff = one("Who gave it.", carried=True)
