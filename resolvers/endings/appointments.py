"""What a death does to appointments and the times that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import Appointment, BusyTime, EventKind, Location, Room, Staff, Status, sql
from models.appointment import BUSY, COMING
from models.death import EndingKind, StayedBecause
from models.period import today_in
from resolvers import bookings
from resolvers.endings import hours, kinds
from resolvers.endings.kinds import BECAUSE
from resolvers.events import Happening
from resolvers.locks import hold_all, look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models.row import Row
    from resolvers.endings.kinds import Dying, Effect, Undoing

_APPOINTMENT, _BUSY_TIME = "appointment", "busy_time"
_CHANGED: Final = ("status", "cancelled_because")
_WHOLE: Final = ("id", "resource", "resource_id", "starts_at", "ends_at", "is_exclusive", "appointment_id")


class Appointments:
    """Those to come are cancelled, and so are those that were to come when the pet died; their times are free again."""

    sentence = (
        "What is to come is cancelled and its time released; it comes back where its time is still to come, within the "
        "hours of place and vet, and nobody has taken vet, room or pet."
    )
    kind = EndingKind.APPOINTMENT

    async def preview(self, dying: Dying) -> Sequence[Appointment]:
        """The appointments that would be cancelled."""
        return await _to_come(await look(Appointment, _OPEN, (dying.pet_id,)), dying)

    async def end(self, dying: Dying, done: kinds.Done) -> None:
        """Cancel them, and release their times."""
        # All that is open is held, also what stays: whoever cancels the visit that has begun comes before or after.
        planned = await _to_come(await hold_all(Appointment, _OPEN, (dying.pet_id,)), dying)
        if not planned:
            return
        clocks = await _clocks()
        for appointment in planned:
            before = kinds.facts(appointment, _CHANGED)
            old = appointment.visit if appointment.status in BUSY else None
            appointment.step_to(Status.CANCELLED, now=dying.now, clock=clocks[appointment.location_id].clock)
            appointment.cancelled_because = BECAUSE
            done.note(_APPOINTMENT, appointment.id, before, kinds.facts(appointment, _CHANGED))
            done.happenings.append(
                Happening(EventKind.APPOINTMENT_CANCELLED, appointment.id, appointment.location_id, old=old)
            )
        ids = [appointment.id for appointment in planned]
        await kinds.write(Appointment, ids, {"status": Status.CANCELLED, "cancelled_because": BECAUSE})
        scope = f"appointment_id IN ({sql.marks(len(ids))})"
        for time in await look(BusyTime, scope, ids):
            done.note(_BUSY_TIME, time.id, kinds.facts(time, _WHOLE), {})
        await sql.execute(f"DELETE FROM busy_time WHERE {scope}", ids)

    async def undo(self, undoing: Undoing) -> Sequence[Happening]:
        """Bring back those whose time is still to come, kept and free; `hold_places` has locked vets and rooms before."""
        standing = await kinds.still_standing(Appointment, undoing)
        times = _times(undoing)
        against = await _against([row for _, row in standing], times, undoing)
        undoing.stayed |= {effect.id: against[row.id] for effect, row in standing if row.id in against}
        back = [(effect, row) for effect, row in standing if row.id not in against]
        happenings = []
        for effect, row in back:
            row.come_back(Status(effect.before["status"]))
            new = row.visit if row.status in BUSY else None
            happenings.append(Happening(EventKind.APPOINTMENT_RESTORED, row.id, row.location_id, new=new))
        await kinds.restore(Appointment, [effect for effect, _ in back])
        returned = {row.id for _, row in back}
        await sql.insert([time for _, time in times if time.appointment_id in returned])
        because = {effect.subject_id: undoing.stayed[effect.id] for effect in _stayed(undoing)}
        undoing.stayed |= {effect.id: because[key] for effect, time in times if (key := time.appointment_id) in because}
        return happenings


async def hold_places(undoing: Undoing) -> None:
    """Lock every vet and room that could be taken again, in the order of bookings: before the pet is held."""
    ids = sorted({time.resource_id for _, time in _times(undoing)})
    if not ids:
        return
    marks = sql.marks(len(ids))
    await hold_all(Staff, f"id IN ({marks})", ids)
    await hold_all(Room, f"id IN ({marks})", ids)


_OPEN = "pet_id = ? AND status NOT IN ('COMPLETED', 'CANCELLED')"


async def _to_come(found: Sequence[Appointment], dying: Dying) -> list[Appointment]:
    planned = [appointment for appointment in found if appointment.status in COMING]
    over = [appointment for appointment in planned if appointment.ends_at <= dying.now]
    if not over:
        return planned
    # What is over is left alone, unless the pet had died by then: nobody came.
    clocks = await _clocks()
    long_ago = {
        appointment.id
        for appointment in over
        if today_in(clocks[appointment.location_id].clock, appointment.starts_at) < dying.died_on
    }
    return [appointment for appointment in planned if appointment.id not in long_ago]


async def _clocks() -> dict[UUID, Location]:
    return {location.id: location for location in await Location.all()}


def _times(undoing: Undoing) -> list[tuple[Effect, BusyTime]]:
    """The times that were released, as they were."""
    return [(each, BusyTime(**kinds.known(BusyTime, each.before))) for each in undoing.of(_BUSY_TIME)]


def _stayed(undoing: Undoing) -> list[Effect]:
    return [effect for effect in undoing.of(_APPOINTMENT) if effect.id in undoing.stayed]


async def _against(
    rows: Sequence[Appointment], times: Sequence[tuple[Effect, BusyTime]], undoing: Undoing
) -> dict[UUID, StayedBecause]:
    """Why some of the appointments cannot come back."""
    against = {row.id: StayedBecause.TIME_HAS_PASSED for row in rows if row.starts_at <= undoing.now}
    coming = [row for row in rows if row.id not in against]
    if not coming:
        return against
    clocks = await _clocks()
    vets = await _still(Staff, "left_at IS NULL", [row.vet_id for row in coming])
    rooms = await _still(Room, "is_in_use", [row.room_id for row in coming])
    for row in coming:
        place = clocks[row.location_id]
        is_closed = place.closed_on is not None and today_in(place.clock, row.starts_at) >= place.closed_on
        if is_closed or row.vet_id not in vets or row.room_id not in rooms:
            against[row.id] = StayedBecause.NOT_OFFERED
    still_offered = [row for row in coming if row.id not in against]
    against |= dict.fromkeys(await hours.outside(still_offered, clocks), StayedBecause.OUTSIDE_HOURS)
    wanted = {row.id for row in coming if row.id not in against}
    needed = [time for _, time in times if time.appointment_id in wanted and time.is_exclusive]
    taken = await bookings.taken_by_now(needed)
    against |= {
        key: StayedBecause.TIME_IS_TAKEN for time in needed if time.id in taken and (key := time.appointment_id)
    }
    return against


async def _still(model: type[Row], so: str, ids: Sequence[UUID]) -> set[UUID]:
    """The keys of those of the rows for which that is so."""
    found = sorted(set(ids))
    return {row.pk for row in await look(model, f"{so} AND id IN ({sql.marks(len(found))})", found)}
