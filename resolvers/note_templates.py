"""Note templates: what a note begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, NoteKind, NoteTemplate, Service, sql
from models.note import PARTS
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import named, prose
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_PART = 5000


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """What notes of this kind begin with: those of visits for one service, or those for which it is chosen."""

    name: str
    kind: NoteKind
    service_id: UUID | None = None
    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""
    internal: str = ""


@dataclass(frozen=True, slots=True)
class TemplateChanges:
    """What changes about a template; of which kind it is stays."""

    name: str | Unset = UNSET
    service_id: UUID | Unset | None = UNSET
    subjective: str | Unset = UNSET
    objective: str | Unset = UNSET
    assessment: str | Unset = UNSET
    plan: str | Unset = UNSET
    internal: str | Unset = UNSET
    is_in_use: bool | Unset = UNSET


# Reading


def one(viewer: Viewer, template_id: UUID | None) -> Rows:
    """The template with this key."""
    return access.rows(viewer, NoteTemplate).only(template_id)


def listed(viewer: Viewer) -> Rows:
    """Every template, by name, those out of use too."""
    return access.rows(viewer, NoteTemplate).sorted_by("fold")


async def chosen(
    viewer: Viewer, template_id: UUID | Unset | None, kind: NoteKind, appointment_id: UUID | None
) -> NoteTemplate | None:
    """The template named; where none is, the one for the service of the appointment; for None, none.

    Raises:
        NotFound: the one named does not exist.
        InvalidInput: it is out of use, or of the other kind.
    """
    if template_id is None:
        return None
    if template_id is UNSET:
        return await _of_the_service(kind, appointment_id)
    template = await access.find(viewer, NoteTemplate, template_id, path="templateId")
    if not template.is_in_use or template.kind is not kind:
        raise InvalidInput("This template is not for such a note. Please choose another one.", path=("templateId",))
    return template


async def _of_the_service(kind: NoteKind, appointment_id: UUID | None) -> NoteTemplate | None:
    if appointment_id is None:
        return None
    found = await sql.fetch(
        "SELECT t.* FROM note_template t JOIN appointment a ON a.service_id = t.service_id "
        "WHERE a.id = ? AND t.kind = ? AND t.is_in_use ORDER BY t.id LIMIT 1",
        (appointment_id, kind.value),
    )
    return sql.loaded(NoteTemplate, found[0]) if found else None


# Writing


async def add(viewer: Viewer, template: NewTemplate, *, key: str, now: datetime) -> UUID:
    """Add a template; where a service has several of a kind, its notes begin with the oldest in use.

    Raises:
        NotFound: the service does not exist.
        InvalidInput: the name says nothing, or a text is too long.
    """
    access.may(viewer, Deed.ADD_NOTE_TEMPLATE, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_NOTE_TEMPLATE, key, plain(template), now=now)
    template_id = uuid7()

    async def work() -> Outcome:
        columns = {**await _columns(viewer, given(template)), "kind": template.kind}
        async with in_transaction():
            await retry.keep(template=template_id)
            await sql.insert([NoteTemplate(id=template_id, **columns)])
            await events.record(viewer, Happening(EventKind.NOTE_TEMPLATE_ADDED, template_id, after=columns), now=now)
        return {"template": str(template_id)}

    return sql.as_key((await retries.once(retry, work))["template"])


async def amend(viewer: Viewer, template_id: UUID | None, changes: TemplateChanges, *, key: str, now: datetime) -> UUID:
    """Change a template; the notes that began with it stay as they are.

    Raises:
        NotFound: the template or the service does not exist.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_NOTE_TEMPLATE, Where.EVERYWHERE)
    asked = {"template": str(template_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_NOTE_TEMPLATE, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, NoteTemplate, template_id, path="templateId")
        columns = await _columns(viewer, given(changes))
        async with in_transaction():
            await retry.keep(template=found.id)
            template = await hold(NoteTemplate, found.id)
            change = await write(template, columns)
            if change:
                happening = Happening(
                    EventKind.NOTE_TEMPLATE_AMENDED, found.id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"template": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["template"])


async def _columns(viewer: Viewer, said: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        part: prose(said[part], path=(part,), longest=LONGEST_PART) for part in PARTS if part in said
    }
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    if "is_in_use" in said:
        columns["is_in_use"] = said["is_in_use"]
    if "service_id" in said:
        service_id = said["service_id"]
        columns["service_id"] = service_id and (await access.find(viewer, Service, service_id, path="serviceId")).id
    return columns
