"""Charges: what was done is proposed, for as long as it is done and nobody has billed it."""

from datetime import date, timedelta

import pytest

from models import ChargeSource, DroppedCharge, EventKind, Price, ProposedCharge, Treatment
from models.money import ONE
from models.refusal import AlreadyBilled, AlreadySo, EnteredInError, Forbidden, InvalidInput, NotFound
from models.row import uuid7
from resolvers import charges, lines, proposals, vaccinations, visits
from resolvers.charges import measured
from tests.bills import Treated, a_procedure, a_treatment, issued, opened, treated
from tests.found import last_event
from tests.world import NOW, TODAY, a_nurse, a_pet, a_record, a_vaccination, a_visit, how_many_rows
from tests.world.money import STANDARD, an_item
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)


async def open_charges(one: Treated, visit=None):
    visit = visit or one.visit
    return (await charges.of_visits(one.world.vet.viewer, [visit.id]))[visit.id]


async def names(one: Treated, visit=None):
    return [charge.name for charge in await open_charges(one, visit)]


async def test_what_the_record_holds_proposes_charges_with_quantity_price_and_tax(database):
    one = await treated()

    found = await open_charges(one)

    assert [(each.source, each.source_id, each.name) for each in found] == [
        (ChargeSource.APPOINTMENT, one.visit.appointment_id, one.world.service.name),
        (ChargeSource.PROCEDURE, one.procedure.id, "Dental cleaning"),
        (ChargeSource.TREATMENT, one.treatment.id, "Carprofen"),
    ]
    assert [(each.item.id, each.quantity) for each in found] == [
        (one.consultation.id, ONE),
        (one.cleaning.id, ONE),
        (one.carprofen.id, 800),
    ]
    assert [(each.quote.minor, each.quote.tax_rate, each.cost.gross) for each in found] == [
        (5000, STANDARD, 5000),
        (12000, STANDARD, 12000),
        (1000, STANDARD, 800),
    ]
    assert {each.provided_on for each in found} == {TODAY}


async def test_prescriptions_repeats_and_doses_are_charged_too(database):
    one = await treated()
    record = await a_record(one.world.pet)
    vaccine_dose = await a_vaccination(one.world.pet, visit_id=record.visit.id)
    await a_vaccination(one.world.pet, visit_id=record.visit.id, source="ELSEWHERE", lot="B-2")

    sources = [(each.source, each.source_id) for each in await open_charges(one, record.visit)]

    assert (ChargeSource.PRESCRIPTION, record.prescription.id) in sources
    assert (ChargeSource.REPEAT, record.repeat.id) in sources
    assert [key for source, key in sources if source is ChargeSource.VACCINATION] == [vaccine_dose.id]


async def test_what_the_list_does_not_have_is_proposed_without_a_price(database):
    one = await treated()
    await an_item("Bandage", minor=None)
    await a_treatment(one.note, "Bandage", "")
    await a_treatment(one.note, "Honey", "")

    bandage, honey = sorted((await open_charges(one))[-2:], key=lambda each: each.name)

    assert (bandage.item.name, bandage.quote.minor, bandage.cost) == ("Bandage", None, None)
    assert (honey.name, honey.item, honey.cost) == ("Honey", None, None)


async def test_the_price_of_the_day_of_the_visit_counts(database):
    one = await treated()
    place = one.world.location
    for since, minor in ((TODAY, 5500), (TODAY + timedelta(days=1), 6000)):
        await Price.create(
            item_id=one.consultation.id,
            location_id=place.id,
            valid_from=since,
            minor=minor,
            currency="EUR",
            added_at=NOW,
        )
    await Price.create(
        item_id=one.consultation.id, location_id=place.id, valid_from=TODAY, minor=99, currency="GBP", added_at=LATER
    )
    before = await a_visit(one.world.pet, at=NOW - timedelta(days=400))
    await proposals.propose(one.world.vet.viewer, before.id, one.consultation.id, ONE, key="k", now=NOW)

    assert (await open_charges(one))[0].quote.minor == 5500
    assert [(each.provided_on, each.quote.minor) for each in await open_charges(one, before)] == [
        ((NOW - timedelta(days=400)).date(), 5000)
    ]


async def test_what_was_planned_and_written_down_as_done_is_charged_once(database):
    one = await treated()
    same = await a_procedure(one.note, "Consultation", service_id=one.world.service.id)
    again = await a_procedure(one.note, "Consultation", service_id=one.world.service.id)

    sources = [each.source_id for each in await open_charges(one)]

    assert one.visit.appointment_id in sources
    assert (same.id in sources, again.id in sources) == (False, True)


async def test_what_was_entered_in_error_or_voided_is_not_proposed(database):
    one = await treated()
    dose = await a_vaccination(one.world.pet, visit_id=one.visit.id)
    vet = one.world.vet.viewer
    assert len(await names(one)) == 4

    await lines.mark_entered_in_error(vet, Treatment, one.treatment.id, "Wrong pet.", key="k1", now=NOW)
    await vaccinations.void(vet, dose.id, "Wrong pet.", key="k2", now=NOW)
    assert await names(one) == [one.world.service.name, "Dental cleaning"]

    await visits.mark_in_error(vet, one.visit.id, "Wrong pet.", key="k3", now=NOW)
    assert await names(one) == []


@pytest.mark.parametrize(
    ("amount", "unit", "thousandths"),
    [
        ("0.8 ml", "ml", 800),
        ("0,8ml", "ml", 800),
        ("20 tablets", "tablet", 20_000),
        ("2 Tablet", "tablets", 2000),
        ("1.125 ml", "ml", 1125),
        ("20 tablets", "ml", 1000),
        ("20 tablets", "", 1000),
        ("a few ml", "ml", 1000),
        ("0 ml", "ml", 1000),
        ("1.1255 ml", "ml", 1000),
        ("", "ml", 1000),
    ],
)
def test_an_amount_counts_where_it_is_measured_in_the_unit_of_the_item(amount, unit, thousandths):
    assert measured(amount, unit) == thousandths


# Proposing and dropping


async def test_a_nurse_proposes_what_no_line_tells(database):
    one, nurse = await treated(), await a_nurse()

    visit_id = await proposals.propose(
        nurse.viewer, one.visit.id, one.carprofen.id, 2500, comment="To take along.", key="k1", now=NOW
    )

    assert visit_id == one.visit.id
    proposed = await ProposedCharge.get()
    assert (proposed.quantity_thousandths, proposed.comment) == (2500, "To take along.")
    assert (proposed.proposed_by_id, proposed.proposed_at) == (nurse.id, NOW)
    charge = (await open_charges(one))[-1]
    assert (charge.source, charge.source_id, charge.quantity) == (ChargeSource.PROPOSAL, proposed.id, 2500)
    assert charge.cost.gross == 2500
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.CHARGE_PROPOSED, proposed.id)
    assert "To take along." in detail
    again = await proposals.propose(
        nurse.viewer, one.visit.id, one.carprofen.id, 2500, comment="To take along.", key="k1", now=LATER
    )
    assert (again, await ProposedCharge.all().count()) == (visit_id, 1)


async def test_nothing_is_proposed_of_what_is_not_offered_or_for_a_visit_that_was_an_error(database):
    one = await treated()
    vet = one.world.vet.viewer
    gone = await an_item("Old", is_offered=False)
    error = await a_visit(one.world.pet, errored_at=NOW, errored_because="Wrong pet.")
    before = await how_many_rows()

    with pytest.raises(InvalidInput):
        await proposals.propose(vet, one.visit.id, gone.id, ONE, key="k1", now=NOW)
    with pytest.raises(EnteredInError):
        await proposals.propose(vet, error.id, one.carprofen.id, ONE, key="k2", now=NOW)
    for visit_id, item_id in ((uuid7(), one.carprofen.id), (one.visit.id, uuid7())):
        with pytest.raises(NotFound):
            await proposals.propose(vet, visit_id, item_id, ONE, key="k3", now=NOW)
    assert await how_many_rows() == before


async def test_what_is_dropped_says_why_and_stays_where_everybody_sees_it(database):
    one = await treated()
    source = (ChargeSource.PROCEDURE, one.procedure.id)

    assert await proposals.drop(one.desk.viewer, source, "On the house.", key="k1", now=NOW) == one.visit.id

    assert [(each.name, each.dropped_because) for each in await open_charges(one)] == [
        (one.world.service.name, None),
        ("Dental cleaning", "On the house."),
        ("Carprofen", None),
    ]
    dropped = await DroppedCharge.get()
    assert (dropped.source, dropped.dropped_by_id, dropped.dropped_at) == (source[0], one.desk.id, NOW)
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.CHARGE_DROPPED, one.procedure.id)
    assert "On the house." in detail
    assert await proposals.drop(one.desk.viewer, source, "On the house.", key="k1", now=LATER) == one.visit.id
    with pytest.raises(AlreadySo):
        await proposals.drop(one.desk.viewer, source, "On the house.", key="k2", now=NOW)


async def test_what_is_billed_or_was_never_done_cannot_be_dropped(database):
    one, nurse = await treated(), await a_nurse()
    invoice = await issued(one)
    before = await how_many_rows()

    with pytest.raises(AlreadyBilled) as refused:
        await proposals.drop(one.desk.viewer, (ChargeSource.PROCEDURE, one.procedure.id), "No.", key="k1", now=NOW)
    assert refused.value.invoice_id == invoice.id
    for source in ((ChargeSource.TREATMENT, one.procedure.id), (ChargeSource.PROPOSAL, uuid7()), None):
        with pytest.raises(NotFound):
            await proposals.drop(one.desk.viewer, source, "No.", key="k2", now=NOW)
    with pytest.raises(Forbidden):
        await proposals.drop(nurse.viewer, (ChargeSource.PROCEDURE, one.procedure.id), "No.", key="k3", now=NOW)
    assert await how_many_rows() == before


async def test_what_is_on_a_draft_is_not_proposed_any_more(database):
    one = await treated()
    await a_treatment(one.note, "Honey", "")

    await opened(one)

    assert await names(one) == ["Honey"]


@pytest.mark.parametrize("many", [1, 100])
async def test_the_charges_of_many_visits_take_as_many_statements_as_those_of_one(database, many):
    one = await treated()
    others = [await a_visit(await a_pet(one.owner), at=NOW - timedelta(days=each)) for each in range(1, many)]
    for visit in others:
        await ProposedCharge.create(
            visit_id=visit.id,
            item_id=one.carprofen.id,
            quantity_thousandths=ONE,
            proposed_by_id=visit.vet_id,
            proposed_at=NOW,
        )

    with counted() as statements:
        found = await charges.of_visits(one.world.vet.viewer, [one.visit.id, *(visit.id for visit in others)])

    assert sum(map(len, found.values())) == 3 + len(others)
    assert len(statements.texts) == 5


async def test_a_price_that_begins_later_is_not_the_price_of_today(database):
    one = await treated()
    later = await an_item("Laser", minor=7000, since=date(2999, 1, 1))
    await a_procedure(one.note, "Laser")

    laser = (await open_charges(one))[2]

    assert (laser.item.id, laser.quote.minor) == (later.id, None)
