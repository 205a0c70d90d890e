"""Settling: what became of a letter, written down once it is known, with what was decided about telling whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from models import EventKind, Letter, Message, MessageState, NoticeOutcome, NoticeReason, Reminder, sql
from models.contact import domain
from resolvers import events, letters, mailboxes
from resolvers.events import Happening
from resolvers.locks import hold_all
from resolvers.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from resolvers.letters import DueItem
    from resolvers.messages.writing import Words

BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""How long to wait after the first, second, … attempt that failed; after the last of these, always that long."""
MOST_ATTEMPTS: Final = 12
"""After so many attempts, spread over a day and a half, a letter is given up."""

NEVER_ANSWERED: Final = "It was handed to the mail server, which never answered: it may have arrived."
_LONGEST_ANSWER = 1000
_STILL_OURS = "WHERE id = ? AND state = 'WAITING' AND attempts = ?"
_NOBODY_WAS_TOLD = (
    "state = 'SENT' AND NOT EXISTS (SELECT 1 FROM reminder_notice n WHERE n.reminder_id = reminder.id "
    "AND n.round = reminder.round AND n.outcome IN ('WAITING', 'SENT', 'DOUBTFUL'))"
)
_SYSTEM = Viewer.system("worker")


async def sent(message: Message, answer: str, words: Words, due: Sequence[DueItem] = (), *, now: datetime) -> str:
    """The server has taken the letter, in these words."""
    told = [item for item in due if item.why_not is None]

    async def write() -> int:
        return await sql.execute(
            # Without a look at the state: should it have been withdrawn in this very moment, it went out nevertheless.
            "UPDATE message SET state = 'SENT', to_address = ?, to_domain = ?, sent_at = ?, last_answer = ?, subject = ?, "
            "body = ?, text_id = ?, template_version = ?, reason = '', secret = NULL, locked_until = NULL, "
            # What was withdrawn has made room for another of its kind.
            "dedupe_key = CASE WHEN state = 'WITHDRAWN' THEN NULL ELSE dedupe_key END "
            "WHERE id = ? AND state <> 'SENT'",
            (
                message.to_address, domain(message.to_address), now, kept(answer), words.subject, words.body,
                words.text_id, letters.VERSION, message.id,
            ),
        )  # fmt: skip

    async def notices() -> None:
        await _leave_out(message, due, now=now)
        ids = sql.marks(len(told))
        await sql.execute(
            "UPDATE reminder_notice SET outcome = 'SENT', reason = 'STEP_REACHED', settled_at = ? "  # noqa: S608 - only marks
            f"WHERE message_id = ? AND id IN ({ids})",
            (now, message.id, *(item.notice_id for item in told)),
        )

    await _settled(message, write, notices, _nothing_more, told={item.reminder_id for item in told}, now=now)
    return "sent"


async def put_off(message: Message, answer: str, *, now: datetime, until: datetime | None = None) -> str:
    """The letter goes out later: at that moment, or as long after this attempt as the number of attempts says."""
    if message.attempts >= MOST_ATTEMPTS and until is None:
        return await given_up(message, answer, now=now)
    wait = BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
    await sql.execute(
        "UPDATE message SET not_before = ?, last_answer = ?, locked_until = NULL, handed_at = NULL, subject = '', "  # noqa: S608
        f"body = '' {_STILL_OURS}",
        (until or now + wait, kept(answer) if answer else message.last_answer, message.id, message.attempts),
    )
    return "postponed"


async def given_up(message: Message, answer: str | None = None, *, now: datetime) -> str:
    """The letter was tried often enough."""
    return await failed(message, f"Given up after {MOST_ATTEMPTS} attempts.", answer, now=now)


async def failed(
    message: Message,
    reason: str,
    answer: str | None,
    due: Sequence[DueItem] = (),
    *,
    because: NoticeReason = NoticeReason.MAIL_REFUSED,
    now: datetime,
) -> str:
    """The letter will never be taken; when nobody reads its address, nothing more is sent there.

    Its words are kept, as far as it got any, so that somebody can see what was lost.
    """
    outcome = (NoticeOutcome.FAILED, because)
    return await _closed(message, MessageState.FAILED, reason, answer, due, outcome, now=now)


async def withheld(message: Message, reason: str, due: Sequence[DueItem] = (), *, now: datetime) -> str:
    """The letter is not true any more, or must not be sent: each item says why by itself."""
    return await _closed(message, MessageState.WITHHELD, reason, None, due, None, now=now)


async def doubtful(message: Message, answer: str | None, due: Sequence[DueItem] = (), *, now: datetime) -> str:
    """The letter was handed over, and nobody knows whether it was taken."""
    outcome = (NoticeOutcome.DOUBTFUL, NoticeReason.NO_ANSWER)
    return await _closed(message, MessageState.DOUBTFUL, NEVER_ANSWERED, answer, due, outcome, now=now)


def kept(answer: str) -> str:
    """The server's words as any database can keep them."""
    return answer.encode("utf-8", "replace").decode().replace("\x00", "")[:_LONGEST_ANSWER]


async def _closed(
    message: Message,
    state: MessageState,
    reason: str,
    answer: str | None,
    due: Sequence[DueItem],
    outcome: tuple[NoticeOutcome, NoticeReason] | None,
    *,
    now: datetime,
) -> str:
    """Close the letter, leave out what is not true any more, and say of the rest of its notices what became of them."""
    more, whose = ", subject = '', body = '', handed_at = NULL", _STILL_OURS
    words: tuple[Any, ...] = ()
    if state is MessageState.FAILED:
        more = ", subject = ?, body = ?, text_id = ?, template_version = ?, handed_at = NULL"
        words = (message.subject, message.body, message.text_id, letters.VERSION)
    elif state is MessageState.DOUBTFUL:
        # It may have arrived, also if it was withdrawn since it was handed over, and has made room for another.
        more = ", dedupe_key = CASE WHEN state = 'WITHDRAWN' THEN NULL ELSE dedupe_key END"
        whose = _STILL_OURS.replace("= 'WAITING'", "IN ('WAITING', 'WITHDRAWN')")

    async def write() -> int:
        return await sql.execute(
            f"UPDATE message SET state = ?, reason = ?, last_answer = ?, secret = NULL, locked_until = NULL{more} {whose}",  # noqa: S608
            (
                state.value, reason, message.last_answer if answer is None else kept(answer), *words,
                message.id, message.attempts,
            ),
        )  # fmt: skip

    async def notices() -> None:
        await _leave_out(message, due, now=now)
        if outcome is not None:
            await sql.execute(
                "UPDATE reminder_notice SET outcome = ?, reason = ?, settled_at = ? "
                "WHERE message_id = ? AND outcome = 'WAITING'",
                (*outcome, now, message.id),
            )

    async def marks() -> list[Happening]:
        if outcome is None or outcome[1] is not NoticeReason.ADDRESS_UNDELIVERABLE:
            return []
        return await mailboxes.nobody_reads(message.to_address, kept(answer or ""), message_id=message.id, now=now)

    settled = await _settled(message, write, notices, marks, now=now)
    return state.value.lower() if settled else "gone"


async def _settled(
    message: Message,
    write: Callable[[], Awaitable[int]],
    notices: Callable[[], Awaitable[None]],
    marks: Callable[[], Awaitable[list[Happening]]],
    *,
    told: Iterable[UUID] = (),
    now: datetime,
) -> bool:
    """Write what became of the letter, and of every notice in it, in one transaction; whether it was ours to say."""
    async with in_transaction():
        held = await hold_reminders(message)
        if not await write():
            return False
        if held:
            await notices()
        happened = await _moved(held, set(told), now=now)
        happened += await marks()
        await events.record_all(_SYSTEM, happened, now=now)
    return True


async def hold_reminders(message: Message) -> list[Reminder]:
    """What the letter reminds of, held until the transaction ends: before the letter itself, as everywhere."""
    if message.letter is not Letter.CARE_REMINDER:
        return []
    return await hold_all(
        Reminder, "id IN (SELECT reminder_id FROM reminder_notice WHERE message_id = ?)", (message.id,)
    )


async def _nothing_more() -> list[Happening]:
    return []


async def _leave_out(message: Message, due: Sequence[DueItem], *, now: datetime) -> None:
    for item in due:
        if item.why_not is not None:
            await sql.execute(
                "UPDATE reminder_notice SET outcome = 'WITHHELD', reason = ?, settled_at = ? "
                "WHERE id = ? AND message_id = ? AND outcome = 'WAITING'",
                (item.why_not, now, item.notice_id, message.id),
            )


async def _moved(held: Sequence[Reminder], told: set[UUID], *, now: datetime) -> list[Happening]:
    """Reminders that somebody was told of are SENT; those of which nobody was told after all are only due."""
    went = [one for one in held if one.id in told]
    for one in went:
        await _becomes(one, "SENT", "TOLD", "state IN ('PLANNED', 'DUE')", now=now)
    fallen = await only_due([one for one in held if one.id not in told], now=now)
    return [*fallen, *(Happening(EventKind.REMINDER_SENT, one.id, one.location_id) for one in went)]


async def only_due(held: Sequence[Reminder], *, now: datetime) -> list[Happening]:
    """Say of those of which nobody was told after all that they are due; what has happened, for the caller to record.

    The reminders are held by the caller.
    """
    return [
        Happening(EventKind.REMINDER_DUE, one.id, one.location_id)
        for one in held
        if await _becomes(one, "DUE", "STEP_REACHED", _NOBODY_WAS_TOLD, now=now)
    ]


async def _becomes(reminder: Reminder, state: str, reason: str, where: str, *, now: datetime) -> int:
    values: tuple[Any, ...] = (state, reason, now, reminder.id)
    return await sql.execute(
        f"UPDATE reminder SET state = ?, reason = ?, changed_at = ? WHERE id = ? AND {where}",  # noqa: S608 - our own words
        values,
    )
