"""Booking in the world of the tests: one call, with what is not named as it is there."""

from __future__ import annotations

import pytest

from resolvers import appointments
from resolvers.appointments import Booking
from tests.world import AN_HOUR, NOW, how_many_rows

AT_TEN = NOW + AN_HOUR


def wanted(world, **other):
    """Her pet's check-up at ten."""
    given = {
        "pet_id": world.pet.id,
        "service_id": world.service.id,
        "location_id": world.location.id,
        "starts_at": AT_TEN,
    }
    return Booking(**{**given, **other})


async def booked(world, viewer=None, key="k", now=NOW, **other):
    """The key of the appointment; by the owner, unless somebody else is named."""
    return await appointments.book(viewer or world.owner.viewer, wanted(world, **other), key=key, now=now)


async def refused(world, refusal, viewer=None, now=NOW, **other):
    """The refusal, after which every table holds what it held before."""
    before = await how_many_rows()
    with pytest.raises(refusal) as caught:
        await booked(world, viewer, now=now, **other)
    assert await how_many_rows() == before
    return caught.value
