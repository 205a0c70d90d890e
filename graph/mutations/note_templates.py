"""Adding and amending what notes begin with."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared
from graph.types.note import NoteTemplate
from models.note import PARTS, NoteKind
from models.role import Role
from resolvers import note_templates
from resolvers.access import Deed
from resolvers.note_templates import NewTemplate, TemplateChanges

_WHO = (Role.VET, Role.MANAGER)
_NAME = "What it is called, 1 to 200 characters"
_SERVICE = "For visits for what"
_TEXTS = {
    "subjective": "What is asked of whoever brings the pet",
    "objective": "What is to be looked at",
    "assessment": "What is to be thought of",
    "plan": "What is usually done",
    "internal": "What the staff alone read",
}
_SHORT = "at most 5000 characters"


@deed_input(_WHO)
class AddNoteTemplateInput:
    """What notes begin with from now on."""

    name: str = said(f"{_NAME}.")
    kind: NoteKind = said("For whose part of the record.")
    service_id: strawberry.ID | None = said(f"{_SERVICE}; without one, it has to be chosen.", default=None)
    subjective: str | None = said(f"{_TEXTS['subjective']}, {_SHORT}.", default=None)
    objective: str | None = said(f"{_TEXTS['objective']}, {_SHORT}.", default=None)
    assessment: str | None = said(f"{_TEXTS['assessment']}, {_SHORT}.", default=None)
    plan: str | None = said(f"{_TEXTS['plan']}, {_SHORT}.", default=None)
    internal: str | None = said(f"{_TEXTS['internal']}, {_SHORT}.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(_WHO)
class AmendNoteTemplateInput:
    """What changes about a template; what is not given stays as it is."""

    template_id: strawberry.ID = said("Which template.")
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    service_id: strawberry.ID | None = said(f"{_SERVICE}; null when it has to be chosen.", default=strawberry.UNSET)
    subjective: str | None = said(f"{_TEXTS['subjective']}, {_SHORT}; null clears it.", default=strawberry.UNSET)
    objective: str | None = said(f"{_TEXTS['objective']}, {_SHORT}; null clears it.", default=strawberry.UNSET)
    assessment: str | None = said(f"{_TEXTS['assessment']}, {_SHORT}; null clears it.", default=strawberry.UNSET)
    plan: str | None = said(f"{_TEXTS['plan']}, {_SHORT}; null clears it.", default=strawberry.UNSET)
    internal: str | None = said(f"{_TEXTS['internal']}, {_SHORT}; null clears it.", default=strawberry.UNSET)
    is_in_use: bool | None = said("Whether notes can begin with it. It cannot be cleared.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(_WHO)
class NoteTemplateAdded:
    """Notes can begin with it."""

    template: NoteTemplate = said("The template.")


@payload(_WHO)
class NoteTemplateAmended:
    """What was given is written."""

    template: NoteTemplate = said("The template as it is now.")


@strawberry.type
class NoteTemplateMutations:
    """Adding and amending what notes begin with."""

    @mutation(Deed.ADD_NOTE_TEMPLATE, NoteTemplateAdded)
    async def add_note_template(self, info: Info, input: AddNoteTemplateInput) -> object:
        """Add a template. Only somebody who is a vet or a manager of the whole practice may.

        A note in a visit begins with the template for the service of its appointment; where there are several of a
        kind, with the oldest that is in use.
        """
        viewer = info.context.viewer
        template = NewTemplate(
            name=input.name,
            kind=input.kind,
            service_id=maybe_key("Service", input.service_id),
            **{part: getattr(input, part) or "" for part in PARTS},
        )
        added = await note_templates.add(viewer, template, key=input.idempotency_key, now=info.context.now)
        return answered(NoteTemplateAdded, template=note_templates.one(viewer, added))

    @mutation(Deed.AMEND_NOTE_TEMPLATE, NoteTemplateAmended)
    async def amend_note_template(self, info: Info, input: AmendNoteTemplateInput) -> object:
        """Change a template. Only somebody who is a vet or a manager of the whole practice may.

        The notes that began with it stay as they are.
        """
        viewer = info.context.viewer
        changes = TemplateChanges(
            name=changed(input.name, null=""),
            service_id=changed(input.service_id, lambda given: maybe_key("Service", given), null=None),
            is_in_use=changed_not_cleared(input.is_in_use, "isInUse"),
            **{part: changed(getattr(input, part), null="") for part in PARTS},
        )
        template_id = key("NoteTemplate", input.template_id)
        amended = await note_templates.amend(
            viewer, template_id, changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(NoteTemplateAmended, template=note_templates.one(viewer, amended))
