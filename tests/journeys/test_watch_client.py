"""The day in a terminal, told by a server that does what it is told, so that we see what its client makes of it."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from rich.console import Console

from tests.doorkeeper import PASSWORD
from tests.typed import written
from vetdesk.watching.door import NOT_UNDERSTOOD, Behind, Door, Expired, Lost, Stopped
from vetdesk.watching.following import Wish, follow, watch
from vetdesk.watching.sheet import Place, Sheet
from vetdesk.watching.views import Lines, Screen

HIGH_STREET = Place("place", "High Street", ZoneInfo("Europe/Berlin"))
MONDAY = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def told(key: str, *, minutes: int = 0, pet: str = "Rex", status: str = "BOOKED") -> dict[str, Any]:
    starts_at = NINE + timedelta(minutes=minutes)
    return {
        "id": key,
        "status": status,
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(minutes=30)).isoformat(),
        "pet": {"name": pet},
        "service": {"name": "Check-up"},
        "vet": {"displayName": "Vera Falk"},
        "room": {"name": "Room 1"},
    }


def a_sheet(*visits: dict[str, Any], cursor: str = "c0") -> Sheet:
    return Sheet(HIGH_STREET, MONDAY, {"cursor": cursor, "appointments": visits})


def a_change(cursor: str, kind: str, visit: dict[str, Any], *, gone: bool = False) -> dict[str, Any]:
    appointment = None if gone else visit
    at = NINE.isoformat()
    return {"cursor": cursor, "kind": kind, "at": at, "appointmentId": visit["id"], "appointment": appointment}


class ADoor(Door):
    """Tells what it is given, one list for each time somebody listens; it remembers what was asked."""

    def __init__(self, *streams: list[Any]) -> None:
        super().__init__("http://vet.example")
        self.streams = list(streams)
        self.asked: list[str] = []

    async def ask(self, document: str, **variables: Any) -> Any:
        self.asked.append("the day")
        return {"day": {"cursor": "c9", "appointments": [told("a"), told("b", minutes=60, pet="Luna")]}}

    @asynccontextmanager
    async def listening(self, document: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
        self.asked.append(f"after {variables['after']}")
        yield self._each(self.streams.pop(0))

    async def _each(self, stream: list[Any]) -> AsyncIterator[Any]:
        for each in stream:
            if isinstance(each, Exception):
                raise each
            yield {"scheduleChanged": each}


async def test_it_goes_on_from_the_last_change_and_loads_the_day_anew_when_that_is_not_enough():
    door = ADoor(
        [a_change("c1", "BOOKED", told("a")), Expired("Your access has expired.")],
        [a_change("c2", "ARRIVED", told("a", status="ARRIVED")), Lost("the connection broke off")],
        [Behind("We cannot tell what has changed since then.")],
        [Stopped("This session has ended. Please sign in again.")],
    )
    out, err = (Console(file=io.StringIO(), width=200) for _ in range(2))
    with pytest.raises(Stopped, match="has ended"):
        await follow(door, a_sheet(), Lines(out, err), pauses=(0.0,))
    assert door.asked == ["after c0", "after c1", "after c2", "the day", "after c9"]
    assert written(out) == [
        "2026-03-02 09:00:00  BOOKED     Rex is booked: 09:00-09:30, Check-up, Vera Falk, Room 1",
        "2026-03-02 09:00:00  ARRIVED    Rex is here: 09:00-09:30, Check-up, Vera Falk, Room 1",
    ]
    assert written(err) == [
        "Watching High Street, Monday 2 March 2026: no appointments.",
        "The connection is lost (the connection broke off). Reconnecting …",
        "Live again; nothing was missed.",
        "The connection is lost (We cannot tell what has changed since then). Reconnecting …",
        "Watching High Street, Monday 2 March 2026: 2 appointments. What happened in between is not listed.",
    ]


def test_a_change_that_comes_twice_changes_nothing_and_what_leaves_the_day_is_taken_away():
    sheet = a_sheet(told("a"))
    moved = a_change("c1", "MOVED", told("b", minutes=-60, pet="Luna"))
    assert sheet.take(moved).visit == sheet.take(moved).visit
    assert [visit.pet for visit in sheet.visits] == ["Luna", "Rex"]
    gone = sheet.take(a_change("c2", "MOVED", told("a"), gone=True))
    assert gone.sentence == "Rex is no longer on this day; was 09:00-09:30, Check-up, Vera Falk, Room 1"
    again = sheet.take(a_change("c2", "MOVED", told("a"), gone=True))
    assert again.sentence == "A visit that was not on this day is somewhere else"
    assert ([visit.pet for visit in sheet.visits], sheet.cursor) == (["Luna"], "c2")


def test_a_name_cannot_order_a_terminal_about():
    sheet = a_sheet(told("a", pet="Rex\x1b[2J\u2028\u202e"))
    assert sheet.visits[0].pet == "Rex [2J  "


def test_a_kind_a_status_and_a_sentence_cannot_either():
    sheet = a_sheet()
    news = sheet.take(a_change("c1", "\x1b]0;NEW\x07", told("a", status="\x1b[2JHERE")))
    assert (news.kind, sheet.visits[0].status) == (" ]0;NEW ", " [2jhere")
    for trouble in (Stopped, Lost, Expired, Behind):
        assert str(trouble("No\x1b[2J\r\nway")) == "No [2J  way"


SIGNED_IN = {"data": {"signIn": {"accessToken": "access", "refreshToken": "refresh"}}}
LOCATED = {"data": {"locations": [{"id": "place", "name": "High Street", "zone": "Europe/Berlin"}]}}
THE_DAY = {"data": {"day": {"cursor": "c0", "appointments": []}}}
ODD = re.escape(NOT_UNDERSTOOD)


def elsewhere(zone: str) -> dict[str, Any]:
    return {"data": {"locations": [{"id": "place", "name": "High Street", "zone": zone}]}}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([{"data": {"signIn": {"message": "No\x1b[2J."}}}], r"^No \[2J\.$"),
        ([{"errors": [{"message": "Not\x1b[31m now."}]}], r"^Not \[31m now\.$"),
        ([{"data": None}], ODD),
        ([{"data": {"signIn": ["accessToken"]}}], ODD),
        ([{"data": {"signIn": {"accessToken": "ä", "refreshToken": "refresh"}}}], ODD),
        ([{"data": {"signIn": {"message": {"text": "No."}}}}], ODD),
        ([{"errors": [{"message": "No.", "extensions": None}]}], ODD),
        ([{"errors": {"message": "No."}}], ODD),
        ([SIGNED_IN, {"data": None}], ODD),
        ([SIGNED_IN, {"data": {"locations": ["High Street"]}}], ODD),
        ([SIGNED_IN, elsewhere("../../etc/passwd")], ODD),
        ([SIGNED_IN, elsewhere("Europe")], ODD),
        ([SIGNED_IN, elsewhere("Mars/Olympus")], ODD),
        ([SIGNED_IN, LOCATED, {"data": {"day": ["nothing"]}}], ODD),
        ([SIGNED_IN, LOCATED, {"data": {"day": {"cursor": "c0", "appointments": [told("a") | {"startsAt": 9}]}}}], ODD),
        ([SIGNED_IN, LOCATED, THE_DAY, {"errors": [{"message": "Enough.\x1b[0m"}]}], r"^Enough\. \[0m$"),
    ],
)
async def test_a_server_that_answers_anything_else_is_told_of_in_a_sentence(monkeypatch, answers, sentence):
    said = [httpx.Response(200, json=answer) for answer in answers]
    nowhere = answered(monkeypatch, said)
    with pytest.raises(Stopped, match=sentence):
        await watch("http://vet.example", "ines@vet.example", PASSWORD, Wish(), out=nowhere, err=nowhere)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"event: next\ndata: {junk\n\n", NOT_UNDERSTOOD),
        (b"event: next\ndata: []\n\n", NOT_UNDERSTOOD),
        (b'event: next\ndata: {"data": null}\n\n', NOT_UNDERSTOOD),
        (b'event: next\ndata: {"data": {"scheduleChanged": [1]}}\n\n', NOT_UNDERSTOOD),
        (b'event: next\ndata: {"errors": [{"message": "\\u001b[2J", "extensions": {"code": "INTERNAL"}}]}\n\n', " [2J"),
        (b"event: \xff\ndata: {}\n\n", "the server ended the stream"),
        (b"data: " + b"x" * 4_100_000, "The server says more at once than a change can be"),
        (b"data: x\n" * 1_000_000, "The server says more at once than a change can be"),
    ],
)
async def test_a_stream_of_anything_else_is_a_lost_connection(monkeypatch, stream, reason):
    opened = httpx.Response(200, content=stream, headers={"content-type": "text/event-stream"})
    enough = httpx.Response(200, json={"errors": [{"message": "Enough."}]})
    begun = [httpx.Response(200, json=each) for each in (SIGNED_IN, LOCATED, THE_DAY)]
    heard = answered(monkeypatch, [*begun, opened, enough])
    with pytest.raises(Stopped, match="Enough"):
        await watch("http://vet.example", "ines@vet.example", PASSWORD, Wish(), out=heard, err=heard)
    assert written(heard)[1:] == [f"The connection is lost ({reason.rstrip('.')}). Reconnecting …"]


def answered(monkeypatch: pytest.MonkeyPatch, answers: list[httpx.Response]) -> Console:
    """A server that answers this, one after the other, and then no more; where it is written what comes of it."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not answers:
            raise httpx.ConnectError("gone")
        return answers.pop(0)

    wire = httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "AsyncClient", partial(httpx.AsyncClient, transport=wire))
    return Console(file=io.StringIO())


def test_a_long_day_is_drawn_around_its_latest_change():
    def drawn(sheet: Sheet, *, lost: bool = False) -> list[str]:
        out = Console(file=io.StringIO(), width=90, height=15, force_terminal=True, record=True)
        screen = Screen(out)
        screen.loaded(sheet)
        screen.live()
        if lost:
            screen.lost("no answer within the time one may take", 4)
        out.print(screen.drawn())
        return [line.strip() for line in out.export_text().splitlines()]

    sheet = a_sheet(*(told(str(number), minutes=30 * number, pet=f"Pet {number}") for number in range(12)))
    sheet.take(a_change("c1", "CANCELLED", told("6", minutes=180, pet="Pet 6", status="CANCELLED")))
    lines = drawn(sheet)
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert [row[2] for row in rows[1:]] == ["Pet 4", "Pet 5", "Pet 6", "Pet 7", "Pet 8"]
    assert rows[3] == ["12:00", "12:30", "Pet 6", "Check-up", "Vera Falk", "Room 1", "cancelled"]
    assert "High Street, Monday 2 March 2026" in lines[1]
    assert "● live" in lines[1]
    assert "4 earlier and 3 later: too many for this screen" in lines
    assert "09:00:00  Pet 6's visit is cancelled: 12:00-12:30, Check-up, Vera Falk, Room 1" in lines
    lines = drawn(a_sheet(), lost=True)
    assert "● reconnecting … 4 s" in lines[1]
    assert "no answer within the time one may take" in lines
    assert "no appointments; nothing has happened since this was loaded" in lines
