"""Access: which rows a viewer may see, and which deeds (`deeds`) a viewer may do. What is not named is nobody's."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from tortoise.models import Model

import models
from models import sql
from models.ownership import Right
from models.refusal import Forbidden, NotFound, RightNeeded, SignedOut
from models.role import Role
from resolvers.deeds import DEEDS, DEEDS_OF_KIND, FRONT_DESK, Deed
from resolvers.rows import Order, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolvers.viewer import Viewer

M = TypeVar("M", bound=Model)

__all__ = [
    "ALL",
    "DEEDS",
    "NOTHING",
    "ROWS",
    "Deed",
    "Rule",
    "Where",
    "carried",
    "find",
    "find_all",
    "find_with_right",
    "holding",
    "impersonal",
    "is_a_manager",
    "is_a_vet",
    "key",
    "may",
    "owners_concerned",
    "rows",
    "sight",
    "the_person",
]

ALL = "1 = 1"
NOTHING = "1 = 0"
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a table the staff see, and which an owner sees.

    SQL over the alias `{t}`; {account}, {client} and {staff} stand for the viewer. `reception` widens what the
    staff see for receptionists and managers, `manager` for managers alone.
    """

    staff: str = NOTHING
    owner: str = NOTHING
    reception: str = NOTHING
    manager: str = NOTHING


_NO_RULE = Rule()


def _owned(pet: str, right: str = "may_view") -> str:
    return (
        f"EXISTS (SELECT 1 FROM ownership mine WHERE mine.pet_id = {pet} "
        f"AND mine.client_id = {{client}} AND mine.ends_on IS NULL AND mine.{right})"
    )


# What of a record the owners see is named here, and nothing else: signed notes where the practice shares them, medicines
# that were handed out, what they are to do at home, and what was shared with them.
_SHARED_NOTE = (
    "{t}.signed_at IS NOT NULL AND {t}.errored_at IS NULL "
    "AND EXISTS (SELECT 1 FROM practice sharing WHERE sharing.shares_notes)"
)
# The pet goes home with a medicine when its visit ends, often hours before the vet has signed. Until one of the two, what
# stands in the note is a draft: it may still be another medicine, or none.
_HANDED_OUT = (
    "({t}.note_id IS NULL OR EXISTS (SELECT 1 FROM note draft JOIN visit seen ON seen.id = draft.visit_id "
    "WHERE draft.id = {t}.note_id AND (draft.signed_at IS NOT NULL OR seen.ended_at IS NOT NULL)))"
)
_AT_HOME = "{t}.kind IN ('HOME_CARE', 'EXERCISE')"


def _below(table: str, key: str, rule: str) -> str:
    """The rule of the row that `key` points to."""
    return f"EXISTS (SELECT 1 FROM {table} above WHERE above.id = {{t}}.{key} AND {rule.replace('{t}', 'above')})"


_NOTE = f"{_SHARED_NOTE} AND {_owned('{t}.pet_id')}"
_PLAN = f"{_AT_HOME} AND {_owned('{t}.pet_id')}"
_PRESCRIPTION = f"{{t}}.errored_at IS NULL AND {_HANDED_OUT} AND {_owned('{t}.pet_id')}"
# The database says of each entry whether it is one of those (`models.constraint.InHistory`); a prescription does not know
# by itself what has become of its note.
_SEEN_ENTRY = (
    f"(({{t}}.owners_see = 'ALWAYS' AND ({{t}}.kind <> 'PRESCRIPTION' OR {_below('prescription', 'id', _HANDED_OUT)})) "
    "OR ({t}.owners_see = 'SIGNED_NOTE' AND EXISTS (SELECT 1 FROM practice sharing WHERE sharing.shares_notes)))"
)

# Whoever was asked to pay sees that she was, whosever the pet is now.
_ADDRESSED = "{t}.client_id = {client}"
_LIVES = "EXISTS (SELECT 1 FROM pet living WHERE living.id = {t}.pet_id AND living.died_on IS NULL)"
# A code or an invitation is for whoever asked for it, and stands in no history.
_NO_CODE = "{t}.letter NOT IN ('SIGN_IN_CODE', 'INVITATION')"
_INVOICE = f"{{t}}.state = 'ISSUED' AND {_ADDRESSED}"

ROWS: Final[Mapping[type[Model], Rule]] = {
    models.Practice: Rule(staff=ALL, owner=ALL),
    models.Location: Rule(staff=ALL, owner=ALL),
    models.OpeningHours: Rule(staff=ALL, owner=ALL),
    models.Service: Rule(staff=ALL, owner="{t}.is_offered AND {t}.is_bookable_online"),
    models.Staff: Rule(staff=ALL, owner=ALL),  # of which the owner view shows the display name alone
    models.StaffRole: Rule(staff=ALL),
    models.ServiceStaff: Rule(staff=ALL),
    models.ServiceRoom: Rule(staff=ALL),
    models.Room: Rule(staff=ALL),
    models.WorkingHours: Rule(staff=ALL),
    models.HoursException: Rule(staff=ALL),
    models.Client: Rule(staff=ALL, owner="{t}.id = {client}"),
    models.ClientEmail: Rule(staff=ALL, owner="{t}.client_id = {client}"),
    models.ClientPhone: Rule(staff=ALL, owner="{t}.client_id = {client}"),
    models.Pet: Rule(staff=ALL, owner=_owned("{t}.id")),
    models.Ownership: Rule(staff=ALL, owner=f"{{t}}.ends_on IS NULL AND {_owned('{t}.pet_id')}"),
    **dict.fromkeys((models.Appointment, models.VaccinationDue), Rule(staff=ALL, owner=_owned("{t}.pet_id"))),
    models.HistoryEntry: Rule(staff=ALL, owner=f"{_SEEN_ENTRY} AND {_owned('{t}.pet_id')}"),
    models.Death: Rule(staff=ALL, owner=_owned("{t}.pet_id")),
    models.Visit: Rule(staff=ALL),
    models.NoteTemplate: Rule(staff=ALL),
    models.Note: Rule(staff=ALL, owner=_NOTE),
    models.NoteRevision: Rule(staff=ALL),
    models.Addendum: Rule(staff=ALL, owner=_below("note", "note_id", _NOTE)),
    models.Vital: Rule(staff=ALL),
    models.DiagnosisTerm: Rule(staff=ALL),
    models.Problem: Rule(staff=ALL),
    models.Diagnosis: Rule(staff=ALL),
    models.Procedure: Rule(staff=ALL),
    models.Treatment: Rule(staff=ALL),
    models.TreatmentPlan: Rule(staff=ALL, owner=_PLAN),
    models.TreatmentStep: Rule(staff=ALL, owner=_below("treatment_plan", "plan_id", _PLAN)),
    models.Prescription: Rule(staff=ALL, owner=_PRESCRIPTION),
    models.PrescriptionRepeat: Rule(staff=ALL, owner=_below("prescription", "prescription_id", _PRESCRIPTION)),
    models.Allergy: Rule(staff=ALL),
    models.Document: Rule(
        staff=ALL, owner=f"{{t}}.shared_at IS NOT NULL AND {{t}}.errored_at IS NULL AND {_owned('{t}.pet_id')}"
    ),
    models.RecordReading: Rule(manager=ALL),
    **dict.fromkeys((models.Vaccine, models.VaccinationProtocol), Rule(staff=ALL)),
    **dict.fromkeys((models.RecordImport, models.ImportedLine), Rule(staff=ALL)),
    models.Vaccination: Rule(staff=ALL, owner=f"{{t}}.voided_at IS NULL AND {_owned('{t}.pet_id')}"),
    models.Certificate: Rule(staff=ALL, owner=f"{{t}}.client_id = {{client}} AND {_owned('{t}.pet_id')}"),
    **dict.fromkeys((models.LegalEntity, models.TaxCategory, models.TaxRate), Rule(staff=ALL)),
    **dict.fromkeys((models.PriceListItem, models.Price), Rule(staff=ALL)),
    **dict.fromkeys((models.ProposedCharge, models.DroppedCharge), Rule(staff=ALL)),
    **dict.fromkeys((models.InvoiceVisit, models.InvoicePayer, models.Dispute), Rule(staff=ALL)),
    models.Invoice: Rule(staff=ALL, owner=_INVOICE),
    models.InvoiceLine: Rule(staff=ALL, owner=_below("invoice", "invoice_id", _INVOICE)),
    models.CreditNoteLine: Rule(staff=ALL, owner=_below("credit_note", "credit_note_id", _ADDRESSED)),
    models.PaymentInvoice: Rule(staff=ALL, owner=_below("payment", "payment_id", _ADDRESSED)),
    **dict.fromkeys((models.CreditNote, models.Payment, models.Refund), Rule(staff=ALL, owner=_ADDRESSED)),
    **dict.fromkeys((models.ClientAccount, models.LedgerEntry), Rule(staff=ALL, owner=_ADDRESSED)),
    models.Consent: Rule(staff=ALL, owner=_ADDRESSED),
    models.UndeliverableAddress: Rule(
        staff=ALL,
        owner="EXISTS (SELECT 1 FROM client_email mine WHERE mine.fold = {t}.fold AND mine.client_id = {client})",
    ),
    **dict.fromkeys((models.ReminderRule, models.ReminderRuleVersion, models.ReminderRuleService), Rule(staff=ALL)),
    models.LetterText: Rule(staff=ALL),
    # What is not due any more is nothing that an owner could do anything about, and after a death nobody is told of it.
    models.Reminder: Rule(staff=ALL, owner=f"{{t}}.state <> 'WITHDRAWN' AND {_LIVES} AND {_owned('{t}.pet_id')}"),
    models.ReminderNotice: Rule(staff=ALL, owner=_ADDRESSED),
    models.Message: Rule(
        staff=f"{{t}}.client_id IS NOT NULL AND {_NO_CODE}",
        owner=f"{_ADDRESSED} AND {_NO_CODE} AND {{t}}.state IN ('SENT', 'DOUBTFUL')",
    ),
    models.Account: Rule(
        staff="{t}.id = {account}",
        owner="{t}.id = {account}",
        reception="{t}.audience = 'owner' AND NOT {t}.is_linked",
    ),
    models.Session: Rule(staff="{t}.account_id = {account}", owner="{t}.account_id = {account}"),
}
"""One rule a table. A table without one (busy times, events, codes, keys, throttles) is nobody's."""


class Where(StrEnum):
    """Where a role must be held when the deed is at no single location."""

    ANYWHERE = "ANYWHERE"
    EVERYWHERE = "EVERYWHERE"


def may(viewer: Viewer, deed: Deed, location: UUID | Where = Where.ANYWHERE, *, kind: StrEnum | None = None) -> None:
    """Refuse a deed that this viewer may not do there, or not to something of this kind.

    Raises:
        SignedOut: nobody is signed in, and the deed needs somebody.
        Forbidden: the viewer's roles there do not allow it.
    """
    if viewer.is_system:
        return
    if location is Where.EVERYWHERE and viewer.is_staff:
        held = viewer.everywhere
    else:
        held = viewer.roles_at(None if isinstance(location, Where) else location)
    roles = DEEDS.get(deed, frozenset())
    if kind is not None:
        roles &= DEEDS_OF_KIND.get((deed, kind), roles)
    if held & roles:
        return
    raise Forbidden if viewer.is_signed_in else SignedOut


def is_a_vet(viewer: Viewer, location: UUID) -> bool:
    """Whether the viewer is a vet there, and so writes and signs as one."""
    return Role.VET in viewer.roles_at(location)


def is_a_manager(viewer: Viewer, location: UUID) -> bool:
    """Whether the viewer runs the practice there, and so may give what the front desk may not; its machinery may too."""
    return viewer.is_system or Role.MANAGER in viewer.roles_at(location)


def the_person(viewer: Viewer) -> UUID:
    """The member of the staff who is signed in: whoever writes or signs does so in their own name.

    Raises:
        Forbidden: nobody of the staff asks, but the practice's own machinery.
    """
    if viewer.staff_id is None:
        raise Forbidden("Only somebody of the staff can write or sign this, in their own name.")
    return viewer.staff_id


def rows(viewer: Viewer, model: type[Model], scope: str = ALL, *values: Any) -> Rows:
    """The rows of a table that the viewer may see and for which `scope` holds, sorted by their keys."""
    rule, asked = sight(viewer, model, "{t}")
    return Rows(viewer, model, f"({rule}) AND ({scope})", (*asked, *values), (Order("id"),))


def sight(viewer: Viewer, model: type[Model], alias: str) -> tuple[str, tuple[Any, ...]]:
    """The condition under which the viewer sees a row of `model` under that alias, and its values."""
    return _asked_by(viewer, _rule(viewer, model), alias)


def carried(viewer: Viewer) -> Viewer:
    """Somebody who sees what belongs to a row that this viewer has been found to see: its service, its place."""
    return replace(viewer, account_id=None, session_id=None, client_id=None, staff_id=None, system_reason="carried")


def key(viewer: Viewer) -> tuple[Any, ...]:
    """What decides the shape of what somebody may see: who has the same key is asked the same SQL, with other values."""
    held = ((str(place), *sorted(roles)) for place, roles in viewer.at.items())
    return (viewer.is_owner, viewer.is_staff, viewer.is_system, *sorted(viewer.everywhere), *sorted(held))


def impersonal(viewer: Viewer) -> Viewer:
    """One of the staff who holds the same roles and is nobody in particular: whose own rows are nobody's."""
    return replace(viewer, account_id=None, session_id=None, staff_id=_NOBODY)


async def owners_concerned(subjects: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The clients whom each of these concerns: who sees an appointment, whose an ownership, account or invoice is.

    Of appointments it is the rule of `ROWS` asked the other way round.
    """
    wanted = list(set(subjects))
    if not wanted:
        return {}
    given = sql.marks(len(wanted))
    found = await sql.tuples(
        "SELECT a.id, mine.client_id FROM appointment a JOIN ownership mine ON mine.pet_id = a.pet_id "
        f"WHERE a.id IN ({given}) AND mine.ends_on IS NULL AND mine.may_view "
        f"UNION ALL SELECT o.id, o.client_id FROM ownership o WHERE o.id IN ({given}) "
        f"UNION ALL SELECT c.id, c.client_id FROM account c WHERE c.id IN ({given}) AND c.client_id IS NOT NULL "
        f"UNION ALL SELECT i.id, i.client_id FROM invoice i WHERE i.id IN ({given}) AND i.state = 'ISSUED' "
        "UNION ALL SELECT r.id, mine.client_id FROM reminder r JOIN ownership mine ON mine.pet_id = r.pet_id "
        f"WHERE r.id IN ({given}) AND mine.ends_on IS NULL AND mine.may_view",
        wanted * 5,
    )
    concerned: dict[UUID, set[UUID]] = {}
    for subject, client in found:
        concerned.setdefault(sql.as_key(subject), set()).add(sql.as_key(client))
    return concerned


async def find(viewer: Viewer, model: type[M], id: UUID | None, *, path: str = "id") -> M:
    """The row with this key, if the viewer may see it.

    Raises:
        NotFound: there is no such row, or it is not the viewer's to see.
    """
    condition, values = sight(viewer, model, "t")
    return (await _found(model, id, "", (), condition, values, path))[0]


async def find_all(viewer: Viewer, model: type[M], ids: Iterable[UUID | None], *, path: str) -> list[M]:
    """The rows with these keys, each once, if the viewer may see all of them.

    Raises:
        NotFound: one of them is not there, or not the viewer's to see.
    """
    wanted = set(ids)
    if None in wanted:
        raise NotFound(path=(path,))
    if not wanted:
        return []
    condition, values = sight(viewer, model, "t")
    found = await sql.fetch(
        f"SELECT t.* FROM {model._meta.db_table} t WHERE t.id IN ({sql.marks(len(wanted))}) AND ({condition})",
        (*wanted, *values),
    )
    if len(found) < len(wanted):
        raise NotFound(path=(path,))
    return [sql.loaded(model, row) for row in found]


async def find_with_right(viewer: Viewer, model: type[M], id: UUID | None, right: Right, *, path: str = "id") -> M:
    """The pet, or appointment, with this key, if the viewer may see it and, as an owner, holds the right.

    Raises:
        NotFound: there is no such row, or it is not the viewer's to see.
        RightNeeded: she may see the pet, but this is for another owner of it to do.
    """
    condition, values = sight(viewer, model, "t")
    holds, asked = holding(viewer, model, right, "t")
    row, may_do = await _found(model, id, f", ({holds}) AS holds_right", asked, condition, values, path)
    if not may_do:
        raise RightNeeded(path=(path,))
    return row


def holding(viewer: Viewer, model: type[Model], right: Right | None, alias: str) -> tuple[str, tuple[Any, ...]]:
    """The condition under which the viewer holds the right to a pet, or appointment, under that alias, and its values.

    Rights are between the owners of a pet: whoever is none, and sees it, needs none.
    """
    if right is None or not viewer.is_owner:
        return ALL, ()
    pet = f"{alias}.id" if model is models.Pet else f"{alias}.pet_id"
    return _asked_by(viewer, _owned(pet, f"may_{right.value.lower()}"), alias)


async def _found(
    model: type[M],
    id: UUID | None,
    more: str,
    more_values: tuple[Any, ...],
    condition: str,
    values: tuple[Any, ...],
    path: str,
) -> tuple[M, bool]:
    if id is None:
        raise NotFound(path=(path,))
    found = await sql.fetch(
        f"SELECT t.*{more} FROM {model._meta.db_table} t WHERE t.id = ? AND ({condition})",
        (*more_values, id, *values),
    )
    if not found:
        raise NotFound(path=(path,))
    row = dict(found[0])
    holds = bool(row.pop("holds_right", True))
    return sql.loaded(model, row), holds


def _rule(viewer: Viewer, model: type[Model]) -> str:
    if viewer.is_system:
        return ALL
    rule = ROWS.get(model, _NO_RULE)
    if viewer.is_owner:
        return rule.owner
    if not viewer.is_staff or not viewer.roles:
        return NOTHING
    wider = [rule.reception] if viewer.roles & FRONT_DESK else []
    wider += [rule.manager] if Role.MANAGER in viewer.roles else []
    parts = [rule.staff, *(part for part in wider if part != NOTHING)]
    return parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)


def _asked_by(viewer: Viewer, rule: str, alias: str) -> tuple[str, tuple[Any, ...]]:
    text, names = _text(rule, alias)
    return text, tuple([getattr(viewer, name) for name in names])


@lru_cache(1_000)
def _text(rule: str, alias: str) -> tuple[str, tuple[str, ...]]:
    """The rule as a condition, and what of the viewer stands for each of its values."""
    names = tuple(f"{name}_id" for name in re.findall(r"\{(account|client|staff)\}", rule))
    return re.sub(r"\{(account|client|staff)\}", "?", rule).replace("{t}", alias), names
