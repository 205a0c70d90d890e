"""Forecasts: what a reminder rule would do if it were switched on now, without writing anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from models import Appointment, Location, NoticeReason, Pet, Practice, Purpose, ReminderRule, ReminderRuleVersion, sql
from models.appointment import NOT_OVER
from models.period import clock_of
from resolvers import access, reach, reminder_rules, reminders
from resolvers.reminders.deciding import PULLED_FORWARD
from resolvers.reminders.steps import coming, visits_from
from resolvers.reminders.working_out import AHEAD, GRACE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from models import RuleKind
    from models.rule_terms import Terms
    from resolvers.reach import Reach
    from resolvers.reminders import Forecast
    from resolvers.viewer import Viewer

MOST_EXAMPLES: Final = 10
WITHIN: Final = (30, 90, 365)
_FIRST_DAY: Final = timedelta(days=1)
_OWNERS: Final = (
    "SELECT o.pet_id, o.client_id FROM ownership o JOIN pet p ON p.id = o.pet_id "
    "WHERE o.ends_on IS NULL AND o.may_view AND p.died_on IS NULL ORDER BY o.pet_id, o.client_id"
)
_BOOKED: Final = (
    "SELECT t.pet_id, t.location_id, t.starts_at FROM appointment t "  # noqa: S608 - only marks
    f"WHERE t.status IN ({sql.marks(len(NOT_OVER))}) AND t.ends_at > ? "
    "AND t.service_id IN ({services}) AND ({seen})"
)
# Whom the fewest words would change comes first: somebody without an address has one more to give than her consent.
_WHY_NOT: Final = (NoticeReason.NO_CONSENT, NoticeReason.NO_ADDRESS, NoticeReason.ADDRESS_UNDELIVERABLE)


@dataclass(frozen=True, slots=True)
class Example:
    """Something that would be due for a pet, and why; which of its owners get a letter, and which have to be called.

    Nobody, when a visit is booked for it, or when it is too late to tell anybody.
    """

    pet_id: UUID
    due_on: date
    why: str
    told: Sequence[UUID]
    to_call: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rule would do.

    `pets` are those for which something is, or will be, due; each counts either for `by_letter`, when one of its owners
    would get one, or for one of the reasons in `by_phone`. What is due is counted thing by thing, several for a pet of which
    several are: `overdue` before today, `due_within` so many days from today on, `booked` where a visit is booked for it, so
    that nobody is told. `first_letters` go out within a day. The `examples` are of different pets.
    """

    pets: int
    overdue: int
    due_within: Mapping[int, int]
    booked: int
    by_letter: int
    by_phone: Mapping[NoticeReason, int]
    first_letters: int
    examples: Sequence[Example]


async def of_terms(viewer: Viewer, kind: RuleKind, terms: Terms, *, now: datetime) -> Outlook:
    """What a rule would do that nobody has written down yet.

    Raises:
        NotFound: a service or the location named does not exist.
        InvalidInput: the rule makes no sense.
    """
    checked = terms.checked(kind)
    await reminder_rules.must_be_there(viewer, checked)
    version = ReminderRuleVersion(number=1, made_at=now, **checked.columns())
    return await _outlook(viewer, kind, version, checked, now=now)


async def of_rule(viewer: Viewer, rule_id: UUID | None, *, now: datetime) -> Outlook:
    """What a rule would do by its version that is in force, as if nobody had been told of anything yet.

    Raises:
        NotFound: there is no such rule.
    """
    rule = await access.find(viewer, ReminderRule, rule_id, path="ruleId")
    version, terms = await reminder_rules.terms_of(rule)
    return await _outlook(viewer, rule.kind, version, terms, now=now)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that would be due: in how many days, since or until when, and when its owners are told next."""

    what: Forecast
    in_days: int
    told_at: datetime | None
    is_booked: bool


async def _outlook(
    viewer: Viewer, kind: RuleKind, version: ReminderRuleVersion, terms: Terms, *, now: datetime
) -> Outlook:
    found = await reminders.forecast(version, kind, now=now, service_ids=terms.service_ids)
    found = await _seen(viewer, found)
    things = await _things(viewer, found, terms, now=now)
    owners = await _owners({each.pet_id for each in found})
    reached = await reach.of((one for each in owners.values() for one in each), Purpose.CARE)
    days = [each.in_days for each in things]
    why_not = Counter(_why_not(each, reached) for each in owners.values())
    by_letter = why_not.pop(None, 0)
    return Outlook(
        pets=len(owners),
        overdue=sum(day < 0 for day in days),
        due_within={most: sum(0 <= day <= most for day in days) for most in WITHIN},
        booked=sum(each.is_booked for each in things),
        by_letter=by_letter,
        by_phone={reason: why_not.get(reason, 0) for reason in _WHY_NOT},
        first_letters=_first_letters(things, owners, reached, now),
        examples=[_example(each, owners, reached) for each in _soonest(things)],
    )


async def _seen(viewer: Viewer, found: Sequence[Forecast]) -> list[Forecast]:
    """What is about pets that the viewer sees."""
    condition, values = access.sight(viewer, Pet, "t")
    rows = await sql.tuples(f"SELECT t.id FROM pet t WHERE t.died_on IS NULL AND ({condition})", values)  # noqa: S608 - our own names
    pets = {sql.as_key(key) for (key,) in rows}
    return [each for each in found if each.pet_id in pets]


async def _things(viewer: Viewer, found: Sequence[Forecast], terms: Terms, *, now: datetime) -> list[_Thing]:
    practice = await Practice.first()
    opens = practice.letters_from if practice else 0
    clocks = {place.id: clock_of(place.zone) for place in await Location.all()}
    booked: dict[UUID, list[date]] = defaultdict(list)
    if terms.service_ids:
        condition, values = access.sight(viewer, Appointment, "t")
        text = _BOOKED.replace("{services}", sql.marks(len(terms.service_ids))).replace("{seen}", condition)
        for pet, place, at in await sql.tuples(text, (*sorted(NOT_OVER), now - GRACE, *terms.service_ids, *values)):
            day = sql.as_instant(at).astimezone(clocks[sql.as_key(place)]).date()
            booked[sql.as_key(pet)].append(day)
    things = []
    for each in found:
        clock = clocks[each.location_id]
        today = now.astimezone(clock).date()
        earliest, latest = visits_from(terms.steps, each.due_on), max(each.due_on, today) + AHEAD
        is_booked = any(earliest <= day <= latest for day in booked.get(each.pet_id, ()))
        step = coming(terms.steps, None, each.due_on, clock=clock, opens=opens, now=now)
        things.append(_Thing(each, (each.due_on - today).days, None if is_booked else step.at, is_booked))
    return things


async def _owners(pet_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who owns each of these pets and may see it, in the order of their keys."""
    owners: dict[UUID, list[UUID]] = defaultdict(list)
    for pet, client in await sql.tuples(_OWNERS):
        owners[sql.as_key(pet)].append(sql.as_key(client))
    return {pet_id: owners[pet_id] for pet_id in pet_ids}


def _why_not(owners: Iterable[UUID], reached: Mapping[UUID, Reach]) -> NoticeReason | None:
    """Why nobody of these gets a letter; None when somebody does."""
    reasons = {reached[one].why_not for one in owners}
    return None if None in reasons else next(each for each in _WHY_NOT if each in reasons)


def _first_letters(
    things: Sequence[_Thing], owners: Mapping[UUID, Sequence[UUID]], reached: Mapping[UUID, Reach], now: datetime
) -> int:
    """How many mailboxes get one: whoever gets a letter is told at once of what she would hear within a week."""

    def until(moment: datetime) -> set[UUID]:
        return {each.what.pet_id for each in things if each.told_at is not None and each.told_at <= moment}

    pets = until(now + _FIRST_DAY)
    told = {one for pet in pets for one in owners[pet] if reached[one].why_not is None}
    pets |= {pet for pet in until(now + PULLED_FORWARD) if not told.isdisjoint(owners[pet])}
    return len({reached[one].mailbox for pet in pets for one in owners[pet] if reached[one].why_not is None})


def _soonest(things: Sequence[_Thing]) -> list[_Thing]:
    """Of each pet what somebody is told of soonest, the soonest first, and last what nobody is told of any more."""
    never = datetime.max.replace(tzinfo=UTC)
    order = sorted(
        things, key=lambda each: (each.told_at or never, each.what.due_on, each.what.pet_id, each.what.subject)
    )
    of_each: dict[UUID, _Thing] = {}
    for thing in order:
        of_each.setdefault(thing.what.pet_id, thing)
    return list(of_each.values())[:MOST_EXAMPLES]


def _example(thing: _Thing, owners: Mapping[UUID, Sequence[UUID]], reached: Mapping[UUID, Reach]) -> Example:
    what = thing.what
    theirs = owners[what.pet_id] if thing.told_at is not None else ()
    told = [one for one in theirs if reached[one].why_not is None]
    to_call = [one for one in theirs if reached[one].why_not is not None]
    return Example(what.pet_id, what.due_on, what.sentence, told, to_call)
