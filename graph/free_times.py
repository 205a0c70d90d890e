"""Free times as answers: each names its vets, who are read only when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.reading import Picked
from graph.types.appointment import local_time
from graph.types.free_time import FreeTime
from models import Staff, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models import free_time
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def shown(viewer: Viewer, times: Iterable[free_time.FreeTime]) -> list[Any]:
    """The times as clients see them, each on the clock of its place."""
    times = list(times)
    ids = sorted({vet_id for time in times for vet_id in time.vet_ids})
    scope = f"{{t}}.id IN ({sql.marks(len(ids))})" if ids else access.NOTHING
    vets = access.rows(viewer, Staff, scope, *ids).sorted_by("fold")
    return [_shown(time, vets) for time in times]


def _shown(time: free_time.FreeTime, vets: Rows) -> Any:
    free: Any = Picked(vets, time.vet_ids)
    return FreeTime(
        starts_at=time.visit.starts_at,
        ends_at=time.visit.ends_at,
        starts_at_local=local_time(time.visit.starts_at, time.zone),
        zone=time.zone,
        vets=free,
    )
