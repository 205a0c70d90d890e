"""A scene: a practice in which every deed can be done, and somebody for every role and place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models import (
    Account,
    Document,
    DocumentKind,
    HoursException,
    Invoice,
    InvoiceLine,
    Letter,
    Message,
    Note,
    NoteKind,
    NoteTemplate,
    Ownership,
    Payment,
    PaymentMethod,
    PaymentState,
    Pet,
    PriceListItem,
    ProposedCharge,
    ReminderRule,
    Role,
    Staff,
    Status,
    TreatmentPlan,
    TreatmentStep,
    VaccinationProtocol,
    Visit,
    WorkingHours,
)
from resolvers import codes, invitations, teams
from resolvers.viewer import Viewer
from tests.deeds_of_holding import what_is_due
from tests.deeds_of_mail import what_was_lost
from tests.doorkeeper import ANYONE, HOME, PASSWORD, RULES, VAULT, secret_in_letter, sign_in
from tests.lines import Lines, some_lines
from tests.world import (
    NOW,
    Owner,
    World,
    a_booking,
    a_care_letter,
    a_certificate,
    a_dead_pet,
    a_document,
    a_letter_text,
    a_location,
    a_member,
    a_note,
    a_plan,
    a_rule,
    a_vaccination,
    a_vaccine,
    a_visit,
    a_world,
    an_owner,
    an_ownership,
)
from tests.world.money import a_draft, a_payment, a_written_off_invoice, an_invoice, an_item

STAFF = (Role.RECEPTIONIST, Role.NURSE, Role.VET, Role.MANAGER)
OWNER, NOBODY, ROLELESS = "an owner", "nobody", "staff without roles"


def held(where: str, *roles: Role) -> frozenset[str]:
    return frozenset(f"{role.value} {where}" for role in roles)


COLUMNS = (*sorted(held("here", *STAFF) | held("there", *STAFF) | held("everywhere", *STAFF)), OWNER, NOBODY, ROLELESS)


@dataclass(frozen=True)
class Scene:
    """What the deeds are about."""

    world: World
    other: Owner
    newcomer: Owner
    co_ownership: Ownership
    visits: dict[Status, Any]
    hours: WorkingHours
    closed: HoursException
    away: HoursException
    draft: Document
    referral: Document
    handout: Document
    plan: TreatmentPlan
    step: TreatmentStep
    vaccine: Any
    dose: Any
    certificate: Any
    protocol: Any
    refresh_token: str
    invitation: str
    code: str
    lines: Lines
    viewers: dict[str, Viewer]
    gone: Pet
    record: RecordScene
    item: PriceListItem
    overpaid: Payment
    owed: Invoice
    written_off: Invoice
    given_up: Payment
    proposal: ProposedCharge
    bill: Invoice
    bill_line: InvoiceLine
    invoice: Invoice
    invoice_line: InvoiceLine
    letter: Message
    rule: ReminderRule


@dataclass(frozen=True)
class RecordScene:
    """What the deeds of records are about: a visit, in it drafts of a vet and of a nurse, and what somebody has signed."""

    visit: Visit
    vets_note: Note
    nurses_note: Note
    signed: Note
    template: NoteTemplate


def a_newcomer(at: Any, address: str = "new@practice.example") -> invitations.Newcomer:
    return invitations.Newcomer(address, "Ada", "Weber", (teams.Post(Role.NURSE, at),))


async def a_scene() -> Scene:
    """A practice in which every deed of the table can be done, and somebody for each column."""
    world = await a_world()
    other, newcomer = await an_owner(), await an_owner(is_linked=False)
    await what_was_lost(world)
    await what_is_due(world)
    await a_letter_text()
    booked = await a_booking(world.pet, starts_at=NOW + timedelta(days=1))
    visits = {Status.BOOKED: booked}
    for number, status in enumerate((Status.ARRIVED, Status.IN_PROGRESS, Status.CONFIRMED)):
        visits[status] = await a_booking(world.pet, starts_at=NOW - timedelta(hours=number + 1), status=status)
    plan, steps = await a_plan(world.pet)
    a_day: Any = {"starts_at": NOW + timedelta(days=9), "ends_at": NOW + timedelta(days=10)}
    await Account.filter(id=world.vet.account.id).update(password_hash=f"hash of {PASSWORD}")
    refresh_token = (await sign_in(world.vet.account.email)).refresh_token
    invited = a_newcomer(world.location.id, "invited@practice.example")
    await invitations.invite(world.manager.viewer, invited, key="invited", vault=VAULT, rules=RULES, now=NOW)
    address = world.owner.account.email
    await codes.request_sign_in_code(ANYONE, address, origin=HOME, vault=VAULT, rules=RULES, now=NOW)
    vaccine, viewers = await a_vaccine(), await _somebody_each(world)
    await Staff.all().update(licence_number="L 1")
    item, record, bill, invoice = (
        await an_item(),
        await _a_record(world),
        await a_draft(world.owner),
        await an_invoice(world.owner),
    )
    return Scene(
        world=world,
        other=other,
        newcomer=newcomer,
        co_ownership=await an_ownership(world.pet, other),
        visits=visits,
        hours=await WorkingHours.filter(staff_id=world.vet.id).first() or WorkingHours(),
        closed=await HoursException.create(location_id=world.location.id, **a_day),
        away=await HoursException.create(staff_id=world.vet.id, **a_day),
        draft=await a_document(world.pet),
        referral=await a_document(world.pet, DocumentKind.REFERRAL),
        handout=await a_document(world.pet, is_shared=True),
        plan=plan,
        step=steps[0],
        vaccine=vaccine,
        dose=await a_vaccination(world.pet, vaccine),
        certificate=await a_certificate(await a_vaccination(world.pet, vaccine)),
        protocol=await VaccinationProtocol.get(code="CORE_DOG_WSAVA", version=2),
        refresh_token=refresh_token,
        invitation=await secret_in_letter("invited@practice.example", Letter.INVITATION),
        code=await secret_in_letter(address),
        lines=await some_lines(world.pet),
        viewers=viewers,
        gone=await a_dead_pet(world.owner),
        overpaid=await _overpaid(world),
        owed=await an_invoice(world.owner),
        written_off=await a_written_off_invoice(world.owner),
        given_up=await _given_up(world),
        record=record,
        item=item,
        proposal=await ProposedCharge.create(
            visit_id=record.visit.id,
            item_id=item.id,
            quantity_thousandths=1000,
            proposed_by_id=world.vet.id,
            proposed_at=NOW,
        ),
        bill=bill,
        bill_line=await InvoiceLine.get(invoice_id=bill.id),
        invoice=invoice,
        invoice_line=await InvoiceLine.get(invoice_id=invoice.id),
        letter=await a_care_letter(world.owner),
        rule=await a_rule(is_on=False),
    )


async def _given_up(world: World) -> Payment:
    """A card payment that was started and given up."""
    gone: Any = {"state": PaymentState.CANCELLED, "number": None, "received_on": None, "provider_ref": "pay_given_up"}
    return await a_payment(await an_invoice(world.owner), method=PaymentMethod.CARD, **gone)


async def _overpaid(world: World) -> Payment:
    """A payment of which something is on account, and an invoice that waits to be paid, at two places of one entity."""
    payment = await a_payment(await an_invoice(world.owner), minor=6000)
    await an_invoice(world.owner)
    return payment


async def _a_record(world: World) -> RecordScene:
    visit = await a_visit(world.pet, vet=world.vet, ended_at=None)
    other = await a_visit(world.pet, vet=world.vet)
    return RecordScene(
        visit=visit,
        vets_note=await a_note(visit),
        nurses_note=await a_note(visit, kind=NoteKind.NURSE),
        signed=await a_note(other, is_signed=True),
        template=await NoteTemplate.create(name="Check-up", fold="check-up", kind=NoteKind.VET),
    )


async def _somebody_each(world: World) -> dict[str, Viewer]:
    elsewhere = await a_location("Harbour")
    places = {"here": world.location, "there": elsewhere, "everywhere": None}
    viewers = {
        f"{role.value} {where}": (await a_member(f"{role.value.title()} {where.title()}", role, at=place)).viewer
        for role in STAFF
        for where, place in places.items()
    }
    roleless = await a_member("Rolf Less", at=None)
    return {**viewers, OWNER: world.owner.viewer, NOBODY: Viewer.anyone(), ROLELESS: roleless.viewer}
