"""Sharing the bill of a pet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Ownership, Right
from models.ownership import share_the_bill
from models.refusal import InvalidInput, LastPayer, SharesMustSumTo100
from models.row import uuid7

OLGA, PAUL, RITA = uuid7(), uuid7(), uuid7()


def owners():
    """Olga and Paul, who may do everything, and Rita, who only looks on; Olga pays for everything."""
    result = []
    for client_id, held, share in (
        (OLGA, frozenset(Right), 100),
        (PAUL, frozenset(Right), 0),
        (RITA, frozenset({Right.VIEW}), 0),
    ):
        ownership = Ownership(share=share)
        ownership.client_id = client_id
        ownership.allow(held)
        result.append(ownership)
    return result


def shares(current):
    return {one.client_id: one.share for one in current}


@pytest.mark.parametrize(
    "rights", [frozenset(), frozenset({Right.VIEW}), frozenset({Right.PAY, Right.BOOK}), frozenset(Right)]
)
def test_rights_are_what_was_allowed_last(rights):
    ownership = Ownership()
    ownership.allow(frozenset(Right))
    ownership.allow(rights)

    assert ownership.rights == rights


def test_who_is_not_named_pays_nothing():
    current = owners()

    share_the_bill(current, {PAUL: 100}, somebody_must_pay=True)

    assert shares(current) == {OLGA: 0, PAUL: 100, RITA: 0}


def test_the_bill_is_shared_by_percent():
    current = owners()

    share_the_bill(current, {OLGA: 67, PAUL: 33, RITA: 0}, somebody_must_pay=True)

    assert shares(current) == {OLGA: 67, PAUL: 33, RITA: 0}


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({OLGA: 67, PAUL: 32}, SharesMustSumTo100),
        ({OLGA: 67, PAUL: 34}, SharesMustSumTo100),
        ({OLGA: 99}, SharesMustSumTo100),
        ({}, LastPayer),
        ({OLGA: 0}, LastPayer),
        ({OLGA: 101}, InvalidInput),
        ({OLGA: 110, PAUL: -10}, InvalidInput),
        ({OLGA: 50, uuid7(): 50}, InvalidInput),
        ({OLGA: 99, RITA: 1}, InvalidInput),
    ],
)
def test_shares_that_make_no_whole_are_refused_and_change_nothing(wrong, refusal):
    current = owners()

    with pytest.raises(refusal) as refused:
        share_the_bill(current, wrong, somebody_must_pay=True)

    assert refused.value.path == ("shares",)
    assert shares(current) == {OLGA: 100, PAUL: 0, RITA: 0}


def test_nobody_need_pay_for_a_pet_that_has_died_but_half_a_bill_is_none():
    current = owners()

    share_the_bill(current, {}, somebody_must_pay=False)
    assert shares(current) == {OLGA: 0, PAUL: 0, RITA: 0}
    with pytest.raises(SharesMustSumTo100):
        share_the_bill(current, {OLGA: 50}, somebody_must_pay=False)


@given(st.dictionaries(st.sampled_from([OLGA, PAUL, RITA]), st.integers(-5, 105)))
def test_whatever_is_asked_the_shares_make_a_whole(asked):
    current = owners()

    try:
        share_the_bill(current, asked, somebody_must_pay=True)
    except (InvalidInput, LastPayer, SharesMustSumTo100):
        assert shares(current) == {OLGA: 100, PAUL: 0, RITA: 0}
    else:
        assert sum(shares(current).values()) == 100
        assert all(one.may_pay for one in current if one.share)
