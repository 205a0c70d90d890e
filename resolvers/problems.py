"""Problems: diagnosing what a pet suffers from, and keeping the list of it true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from models import Certainty, Diagnosis, DiagnosisTerm, EventKind, Problem, ProblemState, sql
from models.period import must_be_foreseeable
from models.refusal import InvalidInput, NotFound
from models.row import folded
from models.text import line as one_line
from models.text import named, prose
from models.words import search_words
from resolvers import access, lines
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.locks import hold, hold_all

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from models import Pet
    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_CODE = 32


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. The problem is named by its key, or by a term of the practice's own list, or in free words.

    The codes go with free words; a term has its own.
    """

    certainty: Certainty
    problem_id: UUID | None = None
    local_code: str | None = None
    name: str | None = None
    venom_code: str | None = None
    snomed_code: str | None = None
    since_on: date | None = None
    comment: str = ""


# Reading


def one(viewer: Viewer, problem_id: UUID | None) -> Rows:
    """The problem with this key."""
    return access.rows(viewer, Problem).only(problem_id)


# Writing


async def record_diagnosis(viewer: Viewer, line: Line, finding: Finding, *, key: str, now: datetime) -> UUID:
    """Record a diagnosis: of a problem that is on the pet's list, or of one that comes onto it by this; its key.

    What the pet has already under the same name is not listed twice. The latest diagnosis says whether the pet has the
    problem: what is ruled out is resolved by that, and what is found again is active again.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`; or there is no such problem.
        InvalidInput: the problem is named in no way or in several, the term is not in use, or a text makes no sense.
    """

    async def made(place: Place) -> Recorded:
        comment = prose(finding.comment, path=("comment",))
        problem = await _named(viewer, finding, place)
        if not await _is_outdated(problem, place):
            await _settle(problem, finding.certainty, place)
        said = (problem.name, problem.local_code, problem.venom_code, problem.snomed_code, comment)
        return Diagnosis(
            **place.columns,
            problem_id=problem.id,
            certainty=finding.certainty,
            comment=comment,
            words=search_words(*(text for text in said if text)),
        )

    deed, kind = Deed.RECORD_DIAGNOSIS, EventKind.DIAGNOSIS_RECORDED
    return await lines.write_down(viewer, deed, line, finding, made, kind=kind, key=key, now=now)


async def resolve(viewer: Viewer, problem_id: UUID | None, on: date | None, *, key: str, now: datetime) -> UUID:
    """Write down that a pet does not have a problem any more, since that day or today.

    Raises:
        NotFound: there is no such problem.
        AlreadySo: it is resolved.
        InvalidInput: the day has not come, or comes before the problem did.
    """

    async def resolved(problem: Problem, _pet: Pet) -> Happening:
        day = on or now.astimezone(UTC).date()
        _must_have_come(day, now, path="resolvedOn")
        if problem.since_on is not None and day < problem.since_on:
            raise InvalidInput("That day comes before the problem began.", path=("resolvedOn",))
        problem.resolve(day)
        await problem.save(update_fields=["state", "resolved_on"])
        return Happening(EventKind.PROBLEM_RESOLVED, problem.id, after={"resolved_on": day})

    deed, said = Deed.RESOLVE_PROBLEM, {"on": on}
    return await lines.change(viewer, deed, Problem, problem_id, said, resolved, path="problemId", key=key, now=now)


async def reopen(viewer: Viewer, problem_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Write down that a pet has a problem still or again.

    Raises:
        NotFound: there is no such problem.
        AlreadySo: it is active.
    """

    async def reopened(problem: Problem, _pet: Pet) -> Happening:
        before = problem.resolved_on
        problem.reopen()
        await problem.save(update_fields=["state", "resolved_on"])
        return Happening(EventKind.PROBLEM_REOPENED, problem.id, before={"resolved_on": before})

    deed = Deed.REOPEN_PROBLEM
    return await lines.change(viewer, deed, Problem, problem_id, {}, reopened, path="problemId", key=key, now=now)


# What the deeds above share


async def _named(viewer: Viewer, finding: Finding, place: Place) -> Problem:
    """The problem that is meant, held; a new one when the pet has none of that name."""
    if sum(way is not None for way in (finding.problem_id, finding.local_code, finding.name)) != 1:
        raise InvalidInput(
            "Please name the problem in one way: by its id, by a term of your list, or in words.", path=("name",)
        )
    if finding.problem_id is not None:
        found = await access.find(viewer, Problem, finding.problem_id, path="problemId")
        if found.pet_id != place.pet.id:
            raise NotFound(path=("problemId",))
        return await hold(Problem, found.id)
    problem = await _described(viewer, finding)
    active = await hold_all(Problem, "pet_id = ? AND state = 'ACTIVE'", (place.pet.id,))
    for each in active:
        if folded(each.name) == folded(problem.name):
            return each
    if finding.since_on is not None:
        _must_have_come(finding.since_on, place.at, path="sinceOn")
    problem.pet_id, problem.since_on = place.pet.id, finding.since_on
    problem.created_at = place.columns["recorded_at"]
    await sql.insert([problem])
    return problem


async def _described(viewer: Viewer, finding: Finding) -> Problem:
    if finding.local_code is not None:
        if finding.venom_code or finding.snomed_code:
            raise InvalidInput("A term has its own codes.", path=("venomCode",))
        condition, values = access.sight(viewer, DiagnosisTerm, "t")
        found = await sql.fetch(
            f"SELECT t.* FROM diagnosis_term t WHERE t.local_code = ? AND ({condition})",  # noqa: S608 - our own words
            (finding.local_code, *values),
        )
        if not found:
            raise NotFound(path=("localCode",))
        term = sql.loaded(DiagnosisTerm, found[0])
        if not term.is_in_use:
            raise InvalidInput("This term is not in use any more. Please choose another one.", path=("localCode",))
        codes = {"local_code": term.local_code, "venom_code": term.venom_code, "snomed_code": term.snomed_code}
        return Problem(name=term.name, **codes)
    return Problem(
        name=named(finding.name or "", path=("name",)),
        venom_code=one_line(finding.venom_code or "", path=("venomCode",), longest=LONGEST_CODE) or None,
        snomed_code=one_line(finding.snomed_code or "", path=("snomedCode",), longest=LONGEST_CODE) or None,
    )


async def _is_outdated(problem: Problem, place: Place) -> bool:
    """Whether something was diagnosed of it later, so that this says nothing about how it is now."""
    later = await sql.fetch(
        "SELECT 1 AS later FROM diagnosis WHERE problem_id = ? AND at > ? AND errored_at IS NULL LIMIT 1",
        (problem.id, place.at),
    )
    return bool(later)


async def _settle(problem: Problem, certainty: Certainty, place: Place) -> None:
    state = ProblemState.RESOLVED if certainty is Certainty.RULED_OUT else ProblemState.ACTIVE
    if problem.state is state:
        return
    if state is ProblemState.RESOLVED:
        problem.resolve(place.at.astimezone(UTC).date())
    else:
        problem.reopen()
    await problem.save(update_fields=["state", "resolved_on"])


def _must_have_come(day: date, now: datetime, *, path: str) -> None:
    must_be_foreseeable(day, path=path)
    # Where the day begins first, it is already tomorrow in UTC.
    if day > now.astimezone(UTC).date() + timedelta(days=1):
        raise InvalidInput("That day has not come yet. Please check the date.", path=(path,))
