"""The limit of reading a history: the visits of a pet, what was written at each, what was measured and given."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from bench.door import Viewer
from bench.limit.database import Database
from bench.limit.values import gid, key, ready

_PET = "SELECT name FROM pet WHERE id = ?"
_VISITS = """
SELECT v.id, v.at, v.reason, s.id, s.display_name, n.id, n.kind, n.subjective, n.objective, n.assessment, n.plan,
  n.signed_at, a.id, a.display_name
FROM (SELECT * FROM visit WHERE pet_id = ? ORDER BY at DESC, id DESC LIMIT 50) v JOIN staff s ON s.id = v.vet_id
LEFT JOIN note n ON n.visit_id = v.id LEFT JOIN staff a ON a.id = n.author_id
ORDER BY v.at DESC, v.id DESC, n.created_at, n.id
"""
_OF_THEM = "n.visit_id IN (SELECT id FROM visit WHERE pet_id = ? ORDER BY at DESC, id DESC LIMIT 50)"
_VITALS = f"""
SELECT n.id, l.id, l.kind, l.thousandths, l.at FROM note n JOIN vital l ON l.note_id = n.id
WHERE {_OF_THEM} ORDER BY l.at, l.id
"""
_TREATMENTS = f"""
SELECT n.id, l.id, l.name, l.amount, l.route FROM note n JOIN treatment l ON l.note_id = n.id
WHERE {_OF_THEM} ORDER BY l.at, l.id
"""


async def history(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """A pet with its last 50 visits and all that belongs to them: four statements, which PostgreSQL takes as one."""
    if not viewer.sees:
        return {"pet": None}
    which = (key(asked["id"]),)
    pets, rows, measured, given = await database.ask_all(
        (_PET, 1, which), (_VISITS, 14, which), (_VITALS, 5, which), (_TREATMENTS, 5, which)
    )
    if not pets:
        return {"pet": None}
    vitals: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in measured:
        vitals[row[0]].append({"id": gid("Vital", row[1]), "kind": row[2], "value": row[3] / 1000, "at": ready(row[4])})
    treatments: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in given:
        treatments[row[0]].append({"id": gid("Treatment", row[1]), "name": row[2], "amount": row[3], "route": row[4]})
    visits: dict[Any, dict[str, Any]] = {}
    for row in rows:
        visit = visits.get(row[0])
        if visit is None:
            visits[row[0]] = visit = {
                "id": gid("Visit", row[0]),
                "at": ready(row[1]),
                "reason": row[2],
                "vet": {"id": gid("Staff", row[3]), "displayName": row[4]},
                "notes": [],
            }
        if row[5] is not None:
            visit["notes"].append(
                {
                    "id": gid("Note", row[5]),
                    "kind": row[6],
                    "subjective": row[7],
                    "objective": row[8],
                    "assessment": row[9],
                    "plan": row[10],
                    "signedAt": row[11] and ready(row[11]),
                    "author": {"id": gid("Staff", row[12]), "displayName": row[13]},
                    "vitals": vitals[row[5]],
                    "treatments": treatments[row[5]],
                }
            )
    return {"pet": {"id": asked["id"], "name": pets[0][0], "visits": {"nodes": list(visits.values())}}}
