"""Following: from signing in to the last change, through every loss of the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from rich.console import Console

from models import period
from vetdesk.watching.door import Behind, Door, Expired, Lost, Stopped, understood
from vetdesk.watching.sheet import CHANGES, DAY, LOCATIONS, Place, Sheet
from vetdesk.watching.views import Lines, Screen, View

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""How long to wait before the first attempt to connect again, the second, and so on."""
_STEADY_SECONDS = 10.0
"""A connection that held so long was a good one: after it, waiting begins anew."""
_FAREWELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to watch: of which place, when there are several, and which day, today by default."""

    location: str | None = None
    on: date | None = None


async def watch(address: str, email: str, password: str, wish: Wish, *, out: Console, err: Console) -> None:
    """Show the day and whatever happens on it, until cancelled: drawn on a terminal, else line by line.

    Raises:
        Stopped: it cannot be watched, or no longer.
    """
    door = Door(address)
    try:
        try:
            await door.sign_in(email, password)
            place = await _found(door, wish.location)
            sheet = await _loaded(door, place, wish.on or period.now().astimezone(place.zone).date())
        except Lost as lost:
            raise Stopped(
                f"{door.address} cannot be used: {str(lost).rstrip('.')}. Is `vetdesk serve` running there? "
                "Say another address: --url."
            ) from lost
        if not out.is_terminal:
            await follow(door, sheet, Lines(out, err))
            return
        screen = Screen(out)
        with screen.open():
            await follow(door, sheet, screen)
    finally:
        # No session stays behind, if that can be helped.
        with suppress(Lost, Stopped, TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await door.sign_out()
        await door.close()


async def follow(door: Door, sheet: Sheet, view: View, *, pauses: Sequence[float] = PAUSES) -> None:
    """Show the sheet and every change to it, until cancelled. After a loss it goes on from the last change.

    Raises:
        Stopped: the server wants no more of it.
    """
    clock = asyncio.get_running_loop().time
    attempts, is_behind = 0, False
    view.loaded(sheet)
    while True:
        live_since, pause = None, 0.0
        try:
            if is_behind:
                sheet, is_behind = await _loaded(door, sheet.place, sheet.on), False
                view.loaded(sheet)
            seen = {"location": sheet.place.id, "on": sheet.on.isoformat(), "after": sheet.cursor}
            async with door.listening(CHANGES, **seen) as answers:
                live_since = clock()
                view.live()
                async for answer in answers:
                    with understood(Behind):
                        news = sheet.take(answer["scheduleChanged"])
                    view.changed(sheet, news)
        except Lost as lost:
            is_behind = is_behind or isinstance(lost, Behind)
            if live_since is not None and clock() - live_since > _STEADY_SECONDS:
                attempts = 0
            # A server that stops is left alone for a moment; one that told us what to do next is not.
            is_told = attempts == 0 and isinstance(lost, Expired | Behind)
            pause = 0.0 if is_told else pauses[min(attempts, len(pauses) - 1)]
            attempts += 1
            if not (is_told and isinstance(lost, Expired)):
                view.lost(str(lost), pause)
        await asyncio.sleep(pause)


async def _found(door: Door, wanted: str | None) -> Place:
    answer = await door.ask(LOCATIONS)
    with understood(Stopped):
        places = [Place.of(each) for each in answer["locations"] or ()]
    if not places:
        raise Stopped("The practice has no location yet. A manager adds one through the API.")
    if wanted is None:
        if len(places) > 1:
            raise Stopped(f"The practice has several locations. Say which: --location {_named(places)}.")
        return places[0]
    fits = [place for place in places if wanted == place.id or wanted.casefold() == place.name.casefold()]
    fits = fits or [place for place in places if place.name.casefold().startswith(wanted.casefold())]
    if len(fits) != 1:
        number = "several locations" if fits else "no location"
        raise Stopped(f'There is {number} called "{wanted}". Say --location {_named(fits or places)}.')
    return fits[0]


def _named(places: Sequence[Place]) -> str:
    return " or ".join(f'"{place.name}"' for place in places)


async def _loaded(door: Door, place: Place, on: date) -> Sheet:
    answer = await door.ask(DAY, location=place.id, on=on.isoformat())
    with understood(Stopped):
        told = answer["day"]
        if told is None:
            raise Stopped(f"The day of {place.name} is not yours to see. Ask a manager of the practice.")
        return Sheet(place, on, told)
