"""Rows and their keys."""

from models.row import uuid7


def test_keys_that_are_made_one_after_the_other_are_sorted():
    keys = [uuid7() for _ in range(1_000)]

    assert keys == sorted(keys)
    assert len(set(keys)) == 1_000
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
