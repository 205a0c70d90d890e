"""An owner pays by card in two steps: charged once, settled once, whatever happens on the way."""

import asyncio
from datetime import date, timedelta

import pytest

from models import (
    Event,
    EventKind,
    LedgerEntry,
    LegalEntity,
    Payment,
    PaymentInvoice,
    PaymentState,
    sql,
)
from models.refusal import (
    Forbidden,
    InvalidInput,
    NotFound,
    NothingToPay,
    PaymentNotPossible,
    PaymentsUnavailable,
    SignedOut,
)
from resolvers import card_payments, ledger
from resolvers.card_payments import due, following
from resolvers.card_payments.due import Followed
from resolvers.ports import GatewayUnavailable, OnlineState
from resolvers.viewer import Viewer
from tests.bank import Bank, Trouble
from tests.card_payments import (
    DAY,
    again,
    confirmed,
    followed,
    in_the_end,
    kinds,
    open_of,
    paid_at_the_desk,
    said,
    started,
)
from tests.postbox import Clock
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_world, an_owner, how_many_rows
from tests.world.money import an_invoice

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def clock():
    return Clock(NOW)


# Two steps


async def test_an_owner_pays_an_invoice_in_two_steps(world, bank):
    invoice = await an_invoice(world.owner)
    begun = await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW)
    payment = await Payment.get(id=begun.payment_id)
    assert (payment.state, payment.minor, payment.currency) == (PaymentState.STARTED, 5000, "EUR")
    assert (begun.client_secret, begun.confirm_url) == (
        f"secret of {payment.provider_ref}",
        f"https://pay/{payment.provider_ref}",
    )
    assert await open_of(invoice) == 5000

    payment = await confirmed(world.owner, bank, payment)

    assert (payment.state, payment.number, payment.received_on) == (PaymentState.SUCCEEDED, "R2026-00001", TODAY)
    assert (payment.settled_at, payment.look_at) == (NOW, None)
    assert (await open_of(invoice), bank.taken) == (0, 5000)
    assert await kinds() == [
        EventKind.PAYMENT_STARTED,
        EventKind.PAYMENT_AMENDED,
        EventKind.PAYMENT_AMENDED,
        EventKind.PAYMENT_TAKEN,
        EventKind.INVOICE_PAID,
    ]
    paid = await Event.filter(kind=EventKind.INVOICE_PAID).get()
    assert (paid.subject_id, paid.location_id) == (invoice.id, invoice.location_id)
    assert bank.calls == ["start", "look_up", "capture", "disputes"]


async def test_without_invoices_everything_open_is_paid_and_no_more(world, bank):
    first, second = await an_invoice(world.owner), await an_invoice(world.owner, gross=2000)
    await paid_at_the_desk(first, 3000)
    await paid_at_the_desk(await an_invoice(world.owner, gross=700), 700)
    await an_invoice(await an_owner())

    payment = await confirmed(world.owner, bank, await started(world.owner, bank))

    meant = {one.invoice_id: one.minor for one in await PaymentInvoice.filter(payment_id=payment.id)}
    assert (payment.minor, meant) == (4000, {first.id: 2000, second.id: 2000})
    assert await ledger.open_of([first.id, second.id]) == {first.id: 0, second.id: 0}


async def test_some_of_several_invoices_are_paid(world, bank):
    left, paid = await an_invoice(world.owner), await an_invoice(world.owner, gross=2000)
    await confirmed(world.owner, bank, await started(world.owner, bank, paid))
    assert await ledger.open_of([left.id, paid.id]) == {left.id: 5000, paid.id: 0}


async def test_nothing_is_asked_of_the_provider_where_nothing_can_be_paid(world, bank):
    viewer, settled = world.owner.viewer, await an_invoice(world.owner)
    await paid_at_the_desk(settled, 5000)
    foreign = await an_invoice(await an_owner())
    elsewhere = await LegalEntity.create(name="Low Street Vets", fold="low", number_prefix="LOW", created_at=NOW)
    of_another = await an_invoice(world.owner)
    await sql.execute("UPDATE location SET legal_entity_id = ?", (elsewhere.id,))
    there = await an_invoice(world.owner)
    rows = await how_many_rows()
    for asked, refusal in (
        ([settled.id], NothingToPay),
        ([foreign.id], NotFound),
        ([None], NotFound),
        ([], InvalidInput),
        ([there.id, of_another.id], InvalidInput),
        (None, InvalidInput),
    ):
        with pytest.raises(refusal) as refused:
            await card_payments.start(viewer, asked, gateway=bank, key="a", now=NOW)
        assert refused.value.path == ("invoiceIds",)
    with pytest.raises(PaymentsUnavailable):
        await card_payments.start(viewer, [of_another.id], gateway=None, key="a", now=NOW)
    for nobody, why in ((Viewer.anyone(), SignedOut), (world.receptionist.viewer, Forbidden)):
        with pytest.raises(why):
            await card_payments.start(nobody, [of_another.id], gateway=bank, key="a", now=NOW)
    assert (await how_many_rows(), bank.calls) == (rows, [])


async def test_ten_payments_of_an_owner_wait_at_once_and_an_eleventh_only_when_one_is_done(world, bank):
    invoice = await an_invoice(world.owner)
    payments = [await started(world.owner, bank, invoice, key=f"{number}") for number in range(10)]
    before, asked = await how_many_rows(), list(bank.calls)
    with pytest.raises(PaymentNotPossible, match="finish one of them, or cancel") as refused:
        await started(world.owner, bank, invoice, key="one more")
    assert (refused.value.path, await how_many_rows(), bank.calls) == (("invoiceIds",), before, asked)
    assert (await started(world.owner, bank, invoice, key="3")).id == payments[3].id

    paul = await an_owner("Paul Stone", phone="+4930111111")
    await started(paul, bank, await an_invoice(paul), key="his")
    await card_payments.cancel(world.owner.viewer, payments[0].id, gateway=bank, key="no", now=NOW)
    assert (await started(world.owner, bank, invoice, key="one more")).state is PaymentState.STARTED


class Silent:
    """A provider that does not answer."""

    async def start(self, *_, **__):
        raise GatewayUnavailable("It did not arrive.")


async def test_the_tenth_and_the_eleventh_payment_come_at_once_and_one_of_them_waits(world, bank):
    dollars = await an_invoice(world.owner, currency="USD")
    invoice = await an_invoice(world.owner)
    for number in range(9):
        await started(world.owner, bank, invoice, key=f"{number}")

    async def the_tenth():
        with pytest.raises(PaymentsUnavailable):
            await started(world.owner, Silent(), dollars, key="tenth")

    came = await meanwhile(the_tenth, lambda: started(world.owner, bank, invoice, key="eleventh"))
    assert isinstance(came, PaymentNotPossible)
    assert await Payment.all().count() == 10


async def test_another_owner_confirms_and_cancels_nothing(world, bank):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    bank.confirm(payment)
    other = await an_owner()
    for deed in (card_payments.confirm, card_payments.cancel):
        with pytest.raises(NotFound):
            await deed(other.viewer, payment.id, gateway=bank, key="a", now=NOW)
    assert ((await again(payment)).state, bank.taken) == (PaymentState.STARTED, 0)


async def test_a_payment_over_the_desk_is_none_to_confirm(world, bank):
    payment = await paid_at_the_desk(await an_invoice(world.owner), 5000)
    for deed in (card_payments.confirm, card_payments.cancel):
        with pytest.raises(PaymentNotPossible):
            await deed(world.owner.viewer, payment.id, gateway=bank, key="a", now=NOW)
    assert bank.calls == []


async def test_a_declined_card_leaves_the_payment_for_another_card(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.decline(payment, "There is not enough on the card.")
    payment = await said(world.owner, bank, payment)
    assert (payment.state, payment.declined_because) == (PaymentState.STARTED, "There is not enough on the card.")

    payment = await confirmed(world.owner, bank, payment, key="another card")

    assert (payment.state, payment.declined_because) == (PaymentState.SUCCEEDED, "")
    assert (await open_of(invoice), bank.taken) == (0, 5000)


async def test_what_was_not_confirmed_is_not_taken_however_often_the_app_says_so(world, bank):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    for key in "abc":
        assert (await said(world.owner, bank, payment, key=key)).state is PaymentState.STARTED
    assert (bank.taken, bank.captured) == (0, [])


async def test_an_amount_that_the_provider_does_not_take_is_refused_in_its_words(world, bank):
    invoice = await an_invoice(world.owner)
    bank.trouble["start"] = [Trouble.REFUSED]
    for _ in range(2):
        with pytest.raises(InvalidInput, match="We do not take that"):
            await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW)
    payment = await Payment.get()
    assert (payment.state, payment.look_at, payment.settled_at) == (PaymentState.CANCELLED, None, NOW)


async def test_money_that_has_come_is_posted_although_the_books_of_today_are_closed(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    await LegalEntity.all().update(closed_through=TODAY)
    payment = await confirmed(world.owner, bank, payment)
    assert (payment.state, payment.received_on) == (PaymentState.SUCCEEDED, TODAY + DAY)
    assert await open_of(invoice) == 0


async def test_the_receipt_is_of_the_year_in_which_the_money_came(world, bank):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    later = NOW.replace(year=NOW.year + 1)
    payment = await confirmed(world.owner, bank, payment, now=later)
    assert payment.number == f"R{later.year}-00001"
    assert payment.received_on == date(later.year, TODAY.month, TODAY.day)


# The phone fails, and the owner is impatient


async def test_a_double_tap_starts_one_payment_and_reads_the_secret_anew(world, bank):
    invoice = await an_invoice(world.owner)
    begun = await asyncio.gather(
        *(card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW) for _ in range(3))
    )
    assert (len(set(begun)), await Payment.all().count(), len(bank.payments)) == (1, 1, 1)
    later = await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW + DAY)
    assert later == begun[0]


async def test_several_taps_on_confirm_take_the_money_once(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.confirm(payment)
    await asyncio.gather(*(said(world.owner, bank, payment, key=key) for key in ("a", "a", "b", "c")))
    assert (len(bank.captured), bank.taken, await open_of(invoice)) == (1, 5000, 0)
    assert await LedgerEntry.filter(kind="PAYMENT").count() == 1
    assert (await kinds()).count(EventKind.PAYMENT_TAKEN) == 1


async def test_the_phone_dies_between_the_steps_and_the_payment_settles_by_itself(world, bank, clock):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.confirm(payment)
    clock.forward(timedelta(minutes=2))
    assert await followed(bank, clock) == Followed(asked=1)
    assert ((await again(payment)).state, await open_of(invoice)) == (PaymentState.SUCCEEDED, 0)
    assert await followed(bank, Clock(NOW + 30 * DAY)) == Followed()


async def test_a_settled_payment_has_no_secret_any_more(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await confirmed(world.owner, bank, await started(world.owner, bank, invoice))
    again_asked = await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="start", now=NOW)
    assert (again_asked.payment_id, again_asked.client_secret, again_asked.confirm_url) == (payment.id, None, None)


async def test_two_phones_pay_the_same_invoice_and_one_of_them_is_charged(world, bank):
    invoice = await an_invoice(world.owner)
    first = await started(world.owner, bank, invoice, key="one phone")
    second = await started(world.owner, bank, invoice, key="another phone")
    bank.confirm(first)
    bank.confirm(second)
    await asyncio.gather(
        *(said(world.owner, bank, payment, key=str(number)) for number, payment in enumerate((first, second)))
    )
    states = sorted([(await again(first)).state, (await again(second)).state])
    assert states == [PaymentState.CANCELLED, PaymentState.SUCCEEDED]
    assert (bank.taken, len(bank.captured), await open_of(invoice)) == (5000, 1, 0)
    cancelled = await Payment.get(state=PaymentState.CANCELLED)
    assert cancelled.cancelled_because == following.PAID_MEANWHILE
    assert bank.state(cancelled) is OnlineState.CANCELLED


async def test_what_another_payment_is_just_taking_is_not_taken_by_a_second(world, bank, clock):
    invoice = await an_invoice(world.owner)
    first = await started(world.owner, bank, invoice, key="one phone")
    second = await started(world.owner, bank, invoice, key="another phone")
    bank.confirm(first)
    bank.confirm(second)
    bank.trouble["capture"] = [Trouble.NEVER_ARRIVES]
    with pytest.raises(PaymentsUnavailable, match="do not start another"):
        await said(world.owner, bank, first)
    assert (await again(first)).state is PaymentState.CAPTURING
    with pytest.raises(NothingToPay):
        await started(world.owner, bank, invoice, key="a third phone")
    assert (await said(world.owner, bank, second, key="b")).state is PaymentState.CANCELLED
    await in_the_end(bank, clock)
    assert ((await again(first)).state, bank.captured) == (PaymentState.SUCCEEDED, [first.provider_ref])


async def test_what_was_paid_at_the_desk_meanwhile_is_not_charged(world, bank):
    first, second = await an_invoice(world.owner), await an_invoice(world.owner, gross=2000)
    payment = await started(world.owner, bank, first, second)
    await paid_at_the_desk(second, 1)
    payment = await confirmed(world.owner, bank, payment)
    assert (payment.state, bank.taken, await open_of(first)) == (PaymentState.CANCELLED, 0, 5000)
    assert payment.settled_at == NOW


async def test_cash_that_comes_while_the_money_is_taken_leaves_the_rest_on_account(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.before["capture"] = lambda: paid_at_the_desk(invoice, 2000)
    payment = await confirmed(world.owner, bank, payment)
    assert (payment.state, bank.taken) == (PaymentState.SUCCEEDED, 5000)
    assert await open_of(invoice) == 0
    assert await ledger.on_account_of([payment.id]) == {payment.id: 2000}


# Giving up


async def test_an_owner_gives_a_payment_up_at_the_provider_too(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    for key in ("a", "a", "b"):
        await card_payments.cancel(world.owner.viewer, payment.id, gateway=bank, key=key, now=NOW)
    assert ((await again(payment)).state, bank.state(payment)) == (PaymentState.CANCELLED, OnlineState.CANCELLED)
    assert bank.calls.count("cancel") == 1


async def test_what_was_taken_cannot_be_given_up(world, bank):
    payment = await confirmed(world.owner, bank, await started(world.owner, bank, await an_invoice(world.owner)))
    with pytest.raises(PaymentNotPossible):
        await card_payments.cancel(world.owner.viewer, payment.id, gateway=bank, key="a", now=NOW)
    assert bank.taken == 5000


async def test_who_gives_up_while_another_phone_confirms_gets_what_the_provider_says(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.before["cancel"] = lambda: confirmed(world.owner, bank, payment)
    with pytest.raises(PaymentNotPossible):
        await card_payments.cancel(world.owner.viewer, payment.id, gateway=bank, key="a", now=NOW)
    assert ((await again(payment)).state, bank.taken, await open_of(invoice)) == (PaymentState.SUCCEEDED, 5000, 0)


async def test_what_is_never_confirmed_is_cancelled_at_the_provider_first_and_then_here(world, bank, clock):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    clock.now = NOW + DAY - timedelta(minutes=1)
    await followed(bank, clock)
    assert (await again(payment)).state is PaymentState.STARTED
    bank.trouble["cancel"] = [Trouble.NEVER_ARRIVES]
    clock.now = NOW + DAY + timedelta(hours=1)
    assert await followed(bank, clock) == Followed(asked=1, unanswered=1)
    assert (await again(payment)).state is PaymentState.STARTED
    await in_the_end(bank, clock)
    payment = await again(payment)
    assert (payment.state, payment.cancelled_because) == (PaymentState.CANCELLED, due.NEVER_CONFIRMED)
    assert bank.state(payment) is OnlineState.CANCELLED


async def test_what_was_confirmed_at_the_last_moment_is_paid_and_not_given_up(world, bank, clock):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    bank.before["cancel"] = lambda: confirmed(world.owner, bank, payment, now=clock())
    clock.now = NOW + 2 * DAY
    await followed(bank, clock)
    assert ((await again(payment)).state, bank.taken) == (PaymentState.SUCCEEDED, 5000)
