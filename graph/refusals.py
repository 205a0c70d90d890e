"""Refusals as data: the only place that turns a refusal of the practice into a part of an answer."""

from __future__ import annotations

import inspect
from datetime import date, datetime
from typing import Any

import strawberry

from graph.free_times import shown
from graph.ids import global_id
from graph.roles import ANYONE, EVERYBODY, STAFF, allow
from graph.types.charge_source import source_id
from graph.types.free_time import FreeTime
from graph.types.money import Money, of_minor
from models import refusal as facts

_EVERYBODY = [allow(ANYONE, EVERYBODY)]


@strawberry.interface(
    name="Refusal",
    directives=_EVERYBODY,
    description=(
        "The practice said no: nothing was written and nothing was sent. Handle `... on Refusal` everywhere; a new"
        " kind of refusal is not a breaking change."
    ),
)
class RefusalData:
    """The practice said no."""

    code: str = strawberry.field(description="Which refusal, for programs, as a word in capitals. It never changes.")
    message: str = strawberry.field(description="What to do, in words for a person.")
    path: list[str] = strawberry.field(
        description="The input at fault, outermost first; empty when no single input is."
    )


# What only the staff can meet has no place in the owners' contract.
_STAFF = [allow(ANYONE, STAFF)]
_OF_THE_STAFF = {
    facts.AlreadyAnOwner,
    facts.AlreadyCertified,
    facts.AlreadyLinked,
    facts.AlreadyOnTheTeam,
    facts.AlreadySigned,
    facts.AlreadySo,
    facts.AlreadyVoided,
    facts.CosignNotAllowed,
    facts.EnteredInError,
    facts.FormatNotInstalled,
    facts.ImportHasChanged,
    facts.InvitationNotValid,
    facts.LastPayer,
    facts.LicenceNeeded,
    facts.NoDeathRecorded,
    facts.NoRepeatLeft,
    facts.NotSentAgain,
    facts.NotSigned,
    facts.NoWeight,
    facts.PlanEnded,
    facts.PrescriptionEnded,
    facts.RecordLocked,
    facts.ReminderEnded,
    facts.SharesMustSumTo100,
    facts.StepSettled,
    facts.VisitExists,
    facts.WeakPassword,
    facts.InvoiceIssued,
    facts.InvoiceDiscarded,
    facts.InvoiceNotIssued,
    facts.InvoiceChanged,
    facts.NoLegalEntity,
    facts.NoPrice,
}


def _plain(fact: type[facts.Refusal]) -> type:
    """The data of a refusal that carries nothing but its words."""
    bare = type(fact.__name__, (RefusalData,), {"__doc__": fact.__doc__, "__module__": __name__, "__annotations__": {}})
    description = inspect.cleandoc(fact.__doc__ or "")
    directives = _STAFF if fact in _OF_THE_STAFF else _EVERYBODY
    made: type = strawberry.type(bare, name=fact.__name__, description=description, directives=directives)
    return made


@strawberry.type(name="SlotTaken", directives=_EVERYBODY, description=inspect.cleandoc(facts.SlotTaken.__doc__ or ""))
class SlotTakenData(RefusalData):
    """Somebody else has the time."""

    alternatives: list[FreeTime] = strawberry.field(
        description="The nearest times that are free now, soonest first; at most 5."
    )


@strawberry.type(
    name="TooShortNotice", directives=_EVERYBODY, description="The service needs more notice when booked online."
)
class TooShortNoticeData(RefusalData):
    """The service needs more notice."""

    earliest: datetime = strawberry.field(description="The first moment at which a visit may start.")


@strawberry.type(name="TooManyAttempts", directives=_EVERYBODY, description="It was tried too often.")
class TooManyAttemptsData(RefusalData):
    """It was tried too often."""

    retry_after_seconds: int = strawberry.field(description="After how many seconds another attempt is worth making.")


@strawberry.type(
    name="AllergyKnown",
    directives=_STAFF,
    description="The pet is known to react to something that the medicine is named after.",
)
class AllergyKnownData(RefusalData):
    """The pet is known to react to it."""

    substances: list[str] = strawberry.field(description="To what, as it was recorded.")


@strawberry.type(
    name="DocumentChanged", directives=_STAFF, description=inspect.cleandoc(facts.DocumentChanged.__doc__ or "")
)
class DocumentChangedData(RefusalData):
    """Somebody else has saved the document since."""

    version: int = strawberry.field(description="The version that is kept now; base the next one on it.")
    title: str = strawberry.field(description="Its title as it is kept now.")
    body: str = strawberry.field(description="Its text as it is kept now.")
    addressee: str = strawberry.field(description="Its addressee as it is kept now.")


@strawberry.type(
    name="NoteChanged",
    directives=_STAFF,
    description=(
        "Somebody else has saved other words, or for `signNote` a line, since the version that you have read. Show both, put"
        " your words to theirs, and save again based on `version`; nothing was overwritten."
    ),
)
class NoteChangedData(RefusalData):
    """Somebody else has saved other words since."""

    version: int = strawberry.field(description="The version that the note has now.")
    subjective: str = strawberry.field(description="What was told of the pet, as it stands there now.")
    objective: str = strawberry.field(description="What was found, as it stands there now.")
    assessment: str = strawberry.field(description="What is thought of it, as it stands there now.")
    plan: str = strawberry.field(description="What is to be done, as it stands there now.")
    internal: str = strawberry.field(description="What the staff alone read, as it stands there now.")


@strawberry.type(
    name="TooMuch",
    directives=_EVERYBODY,
    description="The amount is more than there is to pay, to credit, to write off or to give back.",
)
class TooMuchData(RefusalData):
    """The amount is more than there is."""

    most: Money = strawberry.field(description="The most that it can be.")


@strawberry.type(
    name="DiscountTooHigh",
    directives=_STAFF,
    description="The price is further below the price list than the viewer may go.",
)
class DiscountTooHighData(RefusalData):
    """The price is further below the price list than the viewer may go."""

    most_percent: int = strawberry.field(
        description="How many percent price and discount together may take off without a manager."
    )


@strawberry.type(name="AlreadyBilled", directives=_STAFF, description="What was named is on an invoice already.")
class AlreadyBilledData(RefusalData):
    """What was named is on an invoice already."""

    invoice_id: strawberry.ID | None = strawberry.field(
        description="On which invoice: a draft or an issued one; null when it has just been taken."
    )


@strawberry.type(
    name="NotReconciled",
    directives=_STAFF,
    description="What was done and what is billed differ. `checkout` tells all of it.",
)
class NotReconciledData(RefusalData):
    """What was done and what is billed differ."""

    not_billed_source_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of what was done and stands on no invoice, as `Charge.sourceId`."
    )
    not_done_line_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the lines that bill what does not stand in the record any more."
    )
    billed_less_line_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the lines that bill less than was done."
    )


@strawberry.type(name="PeriodClosed", directives=_STAFF, description=inspect.cleandoc(facts.PeriodClosed.__doc__ or ""))
class PeriodClosedData(RefusalData):
    """The books of that day are closed."""

    closed_through: date = strawberry.field(description="The last day whose books are closed.")


_DATA: dict[type[facts.Refusal], type] = {
    facts.TooMuch: TooMuchData,
    facts.AllergyKnown: AllergyKnownData,
    facts.DiscountTooHigh: DiscountTooHighData,
    facts.AlreadyBilled: AlreadyBilledData,
    facts.NotReconciled: NotReconciledData,
    facts.DocumentChanged: DocumentChangedData,
    facts.PeriodClosed: PeriodClosedData,
    facts.SlotTaken: SlotTakenData,
    facts.TooShortNotice: TooShortNoticeData,
    facts.TooManyAttempts: TooManyAttemptsData,
    facts.NoteChanged: NoteChangedData,
}


def data_of(fact: type[facts.Refusal]) -> type:
    """The GraphQL type of a refusal."""
    if fact not in _DATA:
        _DATA[fact] = _plain(fact)
    return _DATA[fact]


def told(refusal: facts.Refusal, viewer: Any) -> Any:
    """The refusal as data, with what helps."""
    more = _told_of_money(refusal)
    match refusal:
        case facts.AllergyKnown(substances=substances):
            more["substances"] = list(substances)
        case facts.SlotTaken(alternatives=alternatives):
            more["alternatives"] = shown(viewer, alternatives)
        case facts.TooShortNotice(earliest=earliest):
            more["earliest"] = earliest
        case facts.DocumentChanged(version=version, title=title, body=body, addressee=addressee):
            more |= {"version": version, "title": title, "body": body, "addressee": addressee}
        case facts.TooManyAttempts(retry_after=seconds):
            more["retry_after_seconds"] = seconds
        case facts.NoteChanged(version=version, texts=texts):
            more |= {"version": version, **texts}
    made = data_of(type(refusal))
    return made(code=refusal.code, message=refusal.message, path=list(refusal.path), **more)


def _told_of_money(refusal: facts.Refusal) -> dict[str, Any]:
    """What helps where it is about money."""
    more: dict[str, Any] = {}
    match refusal:
        case facts.TooMuch(most_minor=most, currency=currency):
            more["most"] = of_minor(most, currency)
        case facts.DiscountTooHigh(most_percent=percent):
            more["most_percent"] = percent
        case facts.AlreadyBilled(invoice_id=invoice):
            more["invoice_id"] = invoice and global_id("Invoice", invoice)
        case facts.NotReconciled(not_billed=not_billed, not_done=not_done, billed_less=billed_less):
            more["not_billed_source_ids"] = [source_id(source, key) for source, key in not_billed]
            more["not_done_line_ids"] = [global_id("InvoiceLine", key) for key in not_done]
            more["billed_less_line_ids"] = [global_id("InvoiceLine", key) for key in billed_less]
        case facts.PeriodClosed(closed_through=closed_through):
            more["closed_through"] = closed_through
    return more
