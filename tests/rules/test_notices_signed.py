"""A notice is believed when the very bytes were signed just now, by whoever knows a secret; and amounts at the border."""

from datetime import timedelta

import pytest

from resolvers.ports import GatewayRefused, GatewayUnavailable
from tests.world import NOW
from vetdesk.payments import amounts
from vetdesk.payments.signing import BadSignature, must_be_signed, signed

SECRET, NEW = "the secret of the provider", "the secret that comes after"
BODY = b'{"id": "evt_1"}'
MINUTE = timedelta(minutes=1)


def test_what_was_signed_just_now_is_believed():
    assert must_be_signed(signed(BODY, SECRET, at=NOW), BODY, [SECRET], now=NOW) == NOW
    assert must_be_signed(signed(BODY, SECRET, at=NOW), BODY, [SECRET], now=NOW + 5 * MINUTE) == NOW
    assert must_be_signed(signed(BODY, SECRET, at=NOW), BODY, [SECRET], now=NOW - 5 * MINUTE) == NOW


def test_while_a_secret_is_exchanged_both_are_good():
    both = f"{signed(BODY, SECRET, at=NOW)},{signed(BODY, NEW, at=NOW).partition(',')[2]}"
    for header in (signed(BODY, SECRET, at=NOW), signed(BODY, NEW, at=NOW)):
        must_be_signed(header, BODY, [NEW, SECRET], now=NOW)
    for secret in (SECRET, NEW):
        must_be_signed(both, BODY, [secret], now=NOW)


@pytest.mark.parametrize(
    ("header", "body", "secrets", "late"),
    [
        (signed(BODY, NEW, at=NOW), BODY, [SECRET], 0 * MINUTE),
        (signed(BODY, SECRET, at=NOW), BODY + b" ", [SECRET], 0 * MINUTE),
        (signed(BODY, SECRET, at=NOW), BODY, [], 0 * MINUTE),
        (signed(BODY, SECRET, at=NOW), BODY, [SECRET], 6 * MINUTE),
        (signed(BODY, SECRET, at=NOW), BODY, [SECRET], -6 * MINUTE),
        (signed(BODY, SECRET, at=NOW - 6 * MINUTE).replace("t=", "t=9,x="), BODY, [SECRET], 0 * MINUTE),
        (signed(BODY, SECRET, at=NOW) + ",t=1", BODY, [SECRET], 0 * MINUTE),
        ("", BODY, [SECRET], 0 * MINUTE),
        ("t=,v1=", BODY, [SECRET], 0 * MINUTE),
        ("t=٣,v1=é", BODY, [SECRET], 0 * MINUTE),
        (f"t={'9' * 400},v1=", BODY, [SECRET], 0 * MINUTE),
        ("v1=abc", BODY, [SECRET], 0 * MINUTE),
    ],
)
def test_whatever_else_it_is_is_not(header, body, secrets, late):
    with pytest.raises(BadSignature):
        must_be_signed(header, body, secrets, now=NOW + late)


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [
        (1250, "EUR", 1250),
        (1200, "JPY", 1200),
        (1250, "KWD", 1250),
        (500, "ISK", 50_000),
        (123_400, "MGA", 1234),
        (99_999, "CLP", 99_999),
    ],
)
def test_amounts_are_counted_as_the_provider_counts_and_back(minor, currency, amount):
    assert amounts.sent(minor, currency) == amount
    assert amounts.received(amount, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(1255, "KWD"), (123_450, "MGA"), (500, "UGX"), (5, "CLF")])
def test_what_the_provider_cannot_charge_exactly_is_refused(minor, currency):
    with pytest.raises(GatewayRefused, match="Please pay at the desk"):
        amounts.sent(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"), [(50_050, "ISK"), (-1, "EUR"), (1.5, "EUR"), (True, "EUR"), ("1", "EUR")]
)
def test_an_amount_that_cannot_be_is_no_answer(amount, currency):
    with pytest.raises(GatewayUnavailable):
        amounts.received(amount, currency)
