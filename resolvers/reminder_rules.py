"""Reminder rules: what managers decide about what becomes due, and when owners are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Location, ReminderRule, ReminderRuleService, ReminderRuleVersion, Service, sql
from models.period import today_by
from models.refusal import InvalidInput, LocationClosed
from models.row import folded, uuid7
from models.rule_terms import Terms
from models.text import named
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Change, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold, hold_all, share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from models import RuleKind, Species
    from models.refusal import Path
    from models.vaccine import Target
    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that is off until somebody switches it on, and what its first version says."""

    name: str
    kind: RuleKind
    terms: Terms


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """What changes about a rule; all but its name is what a version says: see `models.rule_terms.Terms`."""

    name: str | Unset = UNSET
    species: tuple[Species, ...] | Unset = UNSET
    from_age_months: int | Unset | None = UNSET
    until_age_months: int | Unset | None = UNSET
    targets: tuple[Target, ...] | Unset = UNSET
    every_months: int | Unset | None = UNSET
    first_age_months: int | Unset | None = UNSET
    called: tuple[tuple[str, str], ...] | Unset = UNSET
    steps: tuple[int, ...] | Unset = UNSET
    location_id: UUID | Unset | None = UNSET
    service_ids: tuple[UUID, ...] | Unset = UNSET


# Reading


def one(viewer: Viewer, rule_id: UUID | None) -> Rows:
    """The rule with this key."""
    return access.rows(viewer, ReminderRule).only(rule_id)


def listed(viewer: Viewer) -> Rows:
    """Every rule, by name, those that are off too."""
    return access.rows(viewer, ReminderRule).sorted_by("fold")


async def terms_of(rule: ReminderRule) -> tuple[ReminderRuleVersion, Terms]:
    """The version that is in force, and what it says."""
    version = await ReminderRuleVersion.get(rule_id=rule.id, number=rule.version)
    booked = await ReminderRuleService.filter(version_id=version.id).order_by("position")
    return version, Terms.of(version, [each.service_id for each in booked])


async def must_be_there(viewer: Viewer, terms: Terms) -> None:
    """Refuse terms that name a place or a service that the viewer does not see.

    Raises:
        NotFound: one of them does not exist.
    """
    await access.find_all(viewer, Service, terms.service_ids, path="serviceIds")
    if terms.location_id is not None:
        await access.find(viewer, Location, terms.location_id, path="locationId")


# Writing


async def add(viewer: Viewer, rule: NewRule, *, key: str, now: datetime) -> UUID:
    """Add a rule. Nothing becomes due by it before it is switched on.

    Raises:
        NotFound: a service or the location named does not exist.
        InvalidInput: the rule makes no sense, or a service is not offered, or is a farewell.
        LocationClosed: the location takes no appointments any more.
    """
    access.may(viewer, Deed.ADD_REMINDER_RULE, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_REMINDER_RULE, key, plain(rule), now=now)
    rule_id = uuid7()

    async def work() -> Outcome:
        name = named(rule.name, path=("name",))
        terms = rule.terms.checked(rule.kind)
        await must_be_there(viewer, terms)
        async with in_transaction():
            await retry.keep(rule=rule_id)
            await _must_be_open(terms, now=now)
            kept = ReminderRule(id=rule_id, name=name, fold=folded(name), kind=rule.kind, created_at=now)
            await sql.insert([kept])
            await _keep(viewer, rule_id, 1, terms, now=now)
            after = {"name": name, "kind": rule.kind.value, "version": 1, **_told(terms)}
            await events.record(viewer, Happening(EventKind.REMINDER_RULE_ADDED, rule_id, after=after), now=now)
        return {"rule": str(rule_id)}

    return sql.as_key((await retries.once(retry, work))["rule"])


async def amend(viewer: Viewer, rule_id: UUID | None, changes: RuleChanges, *, key: str, now: datetime) -> UUID:
    """Change what a rule does: it gets a new version, and the ones before stay as they are.

    Its name alone can change without one. What changes nothing makes no version.

    Raises:
        NotFound: the rule, a service or the location named does not exist.
        InvalidInput: as for adding.
        LocationClosed: as for adding.
    """
    access.may(viewer, Deed.AMEND_REMINDER_RULE, Where.EVERYWHERE)
    asked = {"rule": str(rule_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_REMINDER_RULE, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, ReminderRule, rule_id, path="ruleId")
        said = given(changes)
        columns = _name(said)
        async with in_transaction():
            await retry.keep(rule=found.id)
            rule = await hold(ReminderRule, found.id)
            _, before = await terms_of(rule)
            after = replace(before, **said).checked(rule.kind)
            if after != before:
                await must_be_there(viewer, after)
                await _must_be_open(after, now=now)
                columns["version"] = rule.version + 1
                await _keep(viewer, rule.id, rule.version + 1, after, now=now)
            change = await write(rule, columns)
            _compare(change, before, after)
            if change:
                kind = EventKind.REMINDER_RULE_AMENDED
                happening = Happening(kind, rule.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"rule": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["rule"])


async def switch_on(viewer: Viewer, rule_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Remind by this rule from now on: what is due under it is planned next. One that is on stays as it is.

    Raises:
        NotFound: there is no such rule.
        InvalidInput: one of its services is not offered any more, or is a farewell.
        LocationClosed: its location takes no appointments any more.
    """
    return await _switch(viewer, Deed.SWITCH_REMINDER_RULE_ON, rule_id, key=key, now=now)


async def switch_off(viewer: Viewer, rule_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Remind by this rule no longer: what is open under it is withdrawn next. One that is off stays as it is.

    Raises:
        NotFound: there is no such rule.
    """
    return await _switch(viewer, Deed.SWITCH_REMINDER_RULE_OFF, rule_id, key=key, now=now)


_DONE = {
    Deed.SWITCH_REMINDER_RULE_ON: (True, EventKind.REMINDER_RULE_SWITCHED_ON),
    Deed.SWITCH_REMINDER_RULE_OFF: (False, EventKind.REMINDER_RULE_SWITCHED_OFF),
}


async def _switch(viewer: Viewer, deed: Deed, rule_id: UUID | None, *, key: str, now: datetime) -> UUID:
    access.may(viewer, deed, Where.EVERYWHERE)
    retry = retries.asked(viewer, deed, key, {"rule": str(rule_id)}, now=now)
    is_on, kind = _DONE[deed]

    async def work() -> Outcome:
        found = await access.find(viewer, ReminderRule, rule_id, path="ruleId")
        async with in_transaction():
            await retry.keep(rule=found.id)
            rule = await hold(ReminderRule, found.id)
            if rule.is_on != is_on:
                if is_on:
                    _, terms = await terms_of(rule)
                    await _must_be_open(terms, path=("ruleId",), now=now)
                change = await write(rule, {"is_on": is_on, "switched_at": now})
                happening = Happening(kind, rule.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"rule": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["rule"])


async def _must_be_open(terms: Terms, *, now: datetime, path: Path = ()) -> None:
    """Hold the place and the services as they are: the place is open, and each service is offered and no farewell."""
    if terms.location_id is not None:
        place = await share(Location, terms.location_id, path=path or ("locationId",))
        if place.closed_on is not None and today_by(place.zone, now) >= place.closed_on:
            raise LocationClosed(path=path or ("locationId",))
    scope = f"id IN ({sql.marks(len(terms.service_ids))})"
    booked: Sequence[Service] = await hold_all(Service, scope, terms.service_ids) if terms.service_ids else ()
    for service in booked:
        if service.is_farewell:
            message = f"Nobody is reminded of a farewell. Please name another service than “{service.name}”."
            raise InvalidInput(message, path=path or ("serviceIds",))
        if not service.is_offered:
            message = f"“{service.name}” is not offered any more. Please name another service."
            raise InvalidInput(message, path=path or ("serviceIds",))


async def _keep(viewer: Viewer, rule_id: UUID, number: int, terms: Terms, *, now: datetime) -> None:
    version_id, made = uuid7(), {"made_at": now, "made_by_id": viewer.staff_id}
    columns = {**terms.columns(), **made}
    await sql.insert([ReminderRuleVersion(id=version_id, rule_id=rule_id, number=number, **columns)])
    booked = [
        ReminderRuleService(version_id=version_id, service_id=service_id, position=position)
        for position, service_id in enumerate(terms.service_ids)
    ]
    await sql.insert(booked)


def _name(said: dict[str, Any]) -> dict[str, Any]:
    """The columns of a new name, which is taken out of what is said."""
    if "name" not in said:
        return {}
    name = named(said.pop("name"), path=("name",))
    return {"name": name, "fold": folded(name)}


def _told(terms: Terms) -> dict[str, Any]:
    told: dict[str, Any] = plain(terms)
    return {**told, "called": dict(terms.called)}


def _compare(change: Change, before: Terms, after: Terms) -> None:
    old, new = _told(before), _told(after)
    for name in old:
        change.note(name, old[name], new[name])
