"""The logo of the practice: one, none, or another, for those to say who answer for the whole practice."""

from __future__ import annotations

import pytest

from models import Event, EventKind, Practice, PracticeLogo
from models.logo import LogoKind
from models.refusal import InvalidInput
from resolvers import practices
from tests.papers import DOT, ROUND
from tests.world import NOW, a_world

pytestmark = pytest.mark.anyio


async def kept():
    return [(LogoKind(logo.kind), bytes(logo.content)) for logo in await PracticeLogo.all()]


async def test_a_logo_is_set_replaced_and_taken_away(database):
    boss = (await a_world()).manager.viewer
    for key, file, expected in (
        ("1", ROUND.content, LogoKind.SVG),
        ("2", DOT.content, LogoKind.PNG),
        ("3", None, None),
    ):
        await practices.set_logo(boss, file, key=key, now=NOW)
        await practices.set_logo(boss, file, key=key, now=NOW)
        assert [kind for kind, _ in await kept()] == ([expected] if expected else [])
        assert (await Practice.get()).logo_changed_at == (NOW if expected else None)
    assert await Event.filter(kind=EventKind.PRACTICE_LOGO_SET).count() == 3


async def test_what_is_no_picture_changes_nothing(database):
    boss = (await a_world()).manager.viewer
    await practices.set_logo(boss, DOT.content, key="1", now=NOW)
    with pytest.raises(InvalidInput) as refused:
        await practices.set_logo(boss, b"<svg onload='x'/>", key="2", now=NOW)
    assert refused.value.path == ("file",)
    assert await kept() == [(LogoKind.PNG, DOT.content)]
    assert await Event.filter(kind=EventKind.PRACTICE_LOGO_SET).count() == 1
