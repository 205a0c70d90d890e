"""Who may do what: every deed is called directly by everybody, and does what the table says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from models.refusal import Forbidden, NotFound, Refusal, SignedOut
from models.role import STAFF_ROLES, Role
from resolvers import access
from resolvers.access import DEEDS, Deed, Where
from resolvers.viewer import Viewer
from tests.every_deed import TABLE, Line
from tests.scene import COLUMNS, NOBODY, OWNER, Scene, a_scene
from tests.undoing import undoing
from tests.world import how_many_rows

NOT_LET_IN = (Forbidden, SignedOut, NotFound)


class Undone(Exception):
    """What was done is taken back, so that the next one finds everything as it was."""


async def outcome(line: Line, scene: Scene, viewer: Viewer) -> type[Refusal] | None:
    """What the viewer hears: nothing when it was done, which is then undone."""
    try:
        async with undoing():
            await line.call(scene, viewer)
            raise Undone
    except Undone:
        return None
    except Refusal as refusal:
        return type(refusal)


async def differences(scene: Scene, lines: Iterable[Line], columns: Iterable[str] = COLUMNS) -> list[str]:
    """Where a deed and the table disagree."""
    heard = [(line, column, await outcome(line, scene, scene.viewers[column])) for line in lines for column in columns]
    return [
        f"{line.deed} by {column}: {refusal.__name__ if refusal else 'done'}"
        for line, column, refusal in heard
        if refusal is not line.expected(column)
    ]


def test_every_deed_has_a_line():
    assert {line.deed for line in TABLE} == set(Deed) == set(DEEDS)


async def test_every_deed_is_done_for_whom_the_table_says_and_refused_to_all_others(database):
    scene = await a_scene()
    assert set(scene.viewers) == set(COLUMNS)
    assert await differences(scene, TABLE) == []


async def test_who_may_not_do_a_deed_leaves_nothing_behind(database):
    scene = await a_scene()
    before = await how_many_rows()
    for line in TABLE:
        for column in COLUMNS:
            if column not in line.who:
                with pytest.raises(NOT_LET_IN):
                    await line.call(scene, scene.viewers[column])
        assert await how_many_rows() == before, line.deed


@pytest.mark.parametrize("role", [*sorted(STAFF_ROLES), Role.OWNER, Role.ANYONE])
async def test_giving_or_taking_a_role_is_noticed(database, monkeypatch, role):
    scene = await a_scene()
    columns = {Role.OWNER: [OWNER], Role.ANYONE: [NOBODY]}.get(role) or [c for c in COLUMNS if c.startswith(role)]
    unnoticed = []
    for deed in Deed:
        monkeypatch.setattr(access, "DEEDS", {**DEEDS, deed: DEEDS[deed] ^ {role}})
        lines = [line for line in TABLE if line.deed is deed]
        if not await differences(scene, lines, columns):
            unnoticed.append(deed)
    # Who is nobody does not see what these are about, and whoever opens a practice gives a role, as managers may.
    unseen = [line.deed for line in TABLE if role is Role.ANYONE and line.looks_first]
    # An owner has no name of the staff to put under anything.
    unseen += [line.deed for line in TABLE if role is Role.OWNER and line.in_own_name]
    assert unnoticed == unseen + ([] if role is Role.MANAGER else [Deed.OPEN_PRACTICE])


async def test_a_deed_without_a_line_is_nobodys(database, monkeypatch):
    scene = await a_scene()
    for deed in Deed:
        monkeypatch.setattr(access, "DEEDS", {other: roles for other, roles in DEEDS.items() if other is not deed})
        for viewer in scene.viewers.values():
            with pytest.raises((Forbidden, SignedOut)):
                access.may(viewer, deed, Where.ANYWHERE)
        access.may(Viewer.system("test"), deed, Where.EVERYWHERE)
