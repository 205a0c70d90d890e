"""Letters: two workers deliver to a real mail server, one of them is killed at any step, and each letter arrives once.

A letter that the server does not have is in doubt, never lost; one that it has is SENT or in doubt, never there twice.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from models import Appointment, Event, EventKind, Letter, Message, MessageState, NoticeOutcome, ReminderNotice
from resolvers import messages
from resolvers.ports import Envelope
from resolvers.viewer import Viewer
from tests.crash.victim import Steps, watch_transactions
from tests.postbox import PaperVault
from tests.postmaster import Postmaster, a_server
from tests.world import NOW, World, a_booking, a_care_letter, a_consent, a_letter, a_notice, a_reminder, a_rule
from vetdesk.database import connect
from vetdesk.mail import Server, SmtpMail

MOST_STEPS, LIFE_SECONDS, NEVER = 120, 60, 10**9
SENDER = "Practice <practice@vet.example>"
OUTCOMES = {MessageState.SENT: NoticeOutcome.SENT, MessageState.DOUBTFUL: NoticeOutcome.DOUBTFUL}


def live(database: str, port: int, last: int, log: Path) -> None:
    """Deliver as far as that step, or to the end if there are no more."""
    steps = Steps(last, log)
    watch_transactions(steps)

    async def lived() -> None:
        async with connect(database, pool_size=2):
            await deliver(port, steps)

    asyncio.run(lived())
    log.write_text("the end")


async def deliver(port: int, step: Callable[[str], None], *, later: timedelta = timedelta()) -> None:
    """Deliver whatever is due."""
    mail = SmtpMail(Server("127.0.0.1", port), sender=SENDER)
    try:
        await messages.deliver_due(
            Viewer.system("worker"),
            mail=_Watched(mail, step),
            vault=PaperVault(),
            public_url="https://vet.example",
            now=lambda: NOW + later,
            a_minute=None,
        )
    finally:
        await mail.close()


@dataclass(frozen=True)
class _Watched:
    """A mail with a step before and after whatever it does to a letter."""

    mail: SmtpMail
    step: Callable[[str], None]

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        async def watched() -> None:
            self.step("before a letter is handed over")
            await handing_over()
            self.step("after it was written down that a letter is handed over")

        self.step("before a letter is sent")
        answer = await self.mail.send(letter, watched)
        self.step("after the server has taken a letter")
        return answer

    async def close(self) -> None:
        await self.mail.close()


@dataclass
class Post:
    """What the workers are killed for, and what came of it."""

    database: str
    folder: Path
    world: World
    kills: int = 0
    letters: int = 0
    doubts: int = 0
    troubles: list[str] = field(default_factory=list)

    async def killed_everywhere(self) -> None:
        """Let one worker deliver and die one step later each time, alone or beside another; then look at every letter."""
        await a_consent(self.world.owner)
        await a_rule()
        visit = await a_booking(self.world.pet, starts_at=NOW + timedelta(days=2))
        with _mail_server() as (port, postmaster):
            for together in (False, True):
                for last in range(1, MOST_STEPS):
                    written = [await self._a_letter(visit, f"{together} {last} {n}") for n in range(3)]
                    died_at = await self._lived(port, last, together=together)
                    for later in (timedelta(), messages.LEASE, 2 * messages.LEASE):
                        await deliver(port, print_nothing, later=later)
                    await self._look_at(written, postmaster, died_at)
                    if died_at == "the end":
                        break
                    self.kills += 1

    async def _a_letter(self, visit: Appointment, cycle: str) -> Message:
        if not cycle.endswith("0"):
            return await a_letter(visit, Letter.APPOINTMENT_BOOKED, not_before=NOW)
        letter = await a_care_letter(self.world.owner)
        await a_notice(await a_reminder(self.world.pet, cycle=cycle), letter)
        return letter

    async def _lived(self, port: int, last: int, *, together: bool) -> str:
        log = self.folder / "letter"
        log.write_text("nowhere")
        forks: Any = multiprocessing.get_context("forkserver")
        lives = [forks.Process(target=live, args=(self.database, port, last, log))]
        if together:
            lives.append(forks.Process(target=live, args=(self.database, port, NEVER, self.folder / "other")))
        for life in lives:
            life.start()
        for life in lives:
            await asyncio.to_thread(life.join, LIFE_SECONDS)
            if life.is_alive():
                life.kill()
                self.troubles.append("a worker hung")
        died_at = log.read_text()
        if lives[0].exitcode != (0 if died_at == "the end" else -signal.SIGKILL):
            self.troubles.append(f"a worker ended with {lives[0].exitcode} {died_at}")
        return died_at

    async def _look_at(self, written: list[Message], postmaster: Postmaster, died_at: str) -> None:
        there = Counter(str(message["Message-ID"]) for _, _, message in postmaster.letters)
        doubts = 0
        for letter in written:
            await letter.refresh_from_db()
            times = there[f"<{letter.id}@vet.example>"]
            doubts += letter.state is MessageState.DOUBTFUL
            if not (times == 1 and letter.state is MessageState.SENT) and not (
                times <= 1 and letter.state is MessageState.DOUBTFUL
            ):
                self.troubles.append(f"killed {died_at}: a letter is {letter.state}, and {times} times at the server")
            await self._look_at_notices(letter, died_at)
        if doubts > (died_at != "the end"):
            self.troubles.append(f"killed {died_at}: {doubts} letters are in doubt")
        self.letters += len(written)
        self.doubts += doubts

    async def _look_at_notices(self, letter: Message, died_at: str) -> None:
        for notice in await ReminderNotice.filter(message_id=letter.id):
            told = await Event.filter(kind=EventKind.REMINDER_SENT, subject_id=notice.reminder_id).count()
            if (notice.outcome, told) != (OUTCOMES.get(letter.state), int(letter.state is MessageState.SENT)):
                self.troubles.append(
                    f"killed {died_at}: {letter.state}, but its notice {notice.outcome}, told {told} times"
                )


@contextmanager
def _mail_server() -> Iterator[tuple[int, Postmaster]]:
    """A real mail server in a thread of its own, which outlives every worker."""
    postmaster, is_up, loop = Postmaster(), threading.Event(), asyncio.new_event_loop()
    given: list[int] = []
    is_over = asyncio.Event()

    async def serve() -> None:
        async with a_server(postmaster) as port:
            given.append(port)
            is_up.set()
            await is_over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    is_up.wait()
    try:
        yield given[0], postmaster
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()
        loop.close()


def print_nothing(_name: str) -> None:
    """Nobody dies who clears up."""
