"""Taxes: adding categories, and saying at which rate they are taxed from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, LegalEntity, TaxCategory, TaxRate, sql
from models.money import WHOLE
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import named
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

_A_PERCENT = WHOLE // 100


@dataclass(frozen=True, slots=True)
class NewRate:
    """The rate of a category for what a legal entity invoices, in percent, and whether it is in the prices."""

    category_id: UUID | None
    legal_entity_id: UUID | None
    valid_from: date
    percent: Decimal
    is_included: bool


# Reading


def one(viewer: Viewer, category_id: UUID | None) -> Rows:
    """The tax category with this key."""
    return access.rows(viewer, TaxCategory).only(category_id)


def listed(viewer: Viewer) -> Rows:
    """Every tax category, by name."""
    return access.rows(viewer, TaxCategory).sorted_by("fold")


def counting_on(day: date) -> tuple[str, tuple[Any, ...]]:
    """The condition under which a rate is the one that counts on that day, for its legal entity, and its values."""
    return (
        "{t}.valid_from <= ? AND NOT EXISTS (SELECT 1 FROM tax_rate later WHERE later.category_id = {t}.category_id "
        "AND later.legal_entity_id = {t}.legal_entity_id AND later.valid_from <= ? "
        "AND (later.valid_from, later.added_at, later.id) > ({t}.valid_from, {t}.added_at, {t}.id))"
    ), (day, day)


# Writing


async def add_category(viewer: Viewer, name: str, *, key: str, now: datetime) -> UUID:
    """Add a tax category.

    Raises:
        InvalidInput: its name makes no sense.
    """
    access.may(viewer, Deed.ADD_TAX_CATEGORY, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_TAX_CATEGORY, key, {"name": name}, now=now)
    category_id = uuid7()

    async def work() -> Outcome:
        kept = named(name, path=("name",))
        columns = {"name": kept, "fold": folded(kept)}
        async with in_transaction():
            await retry.keep(category=category_id)
            await sql.insert([TaxCategory(id=category_id, **columns)])
            await events.record(viewer, Happening(EventKind.TAX_CATEGORY_ADDED, category_id, after=columns), now=now)
        return {"category": str(category_id)}

    return sql.as_key((await retries.once(retry, work))["category"])


async def set_rate(viewer: Viewer, rate: NewRate, *, key: str, now: datetime) -> UUID:
    """Say how a category is taxed from a day on: a version more, the ones before stay; the key of the category.

    Raises:
        NotFound: there is no such category or legal entity.
        InvalidInput: the rate is below 0 or above 100, or has more than 3 decimals.
        PeriodClosed: the legal entity's books of that day are closed.
    """
    access.may(viewer, Deed.SET_TAX_RATE, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.SET_TAX_RATE, key, plain(rate), now=now)

    async def work() -> Outcome:
        category = await access.find(viewer, TaxCategory, rate.category_id, path="categoryId")
        entity = await access.find(viewer, LegalEntity, rate.legal_entity_id, path="legalEntityId")
        columns = {
            "legal_entity_id": entity.id,
            "valid_from": rate.valid_from,
            "rate": _thousandths(rate.percent),
            "is_included": rate.is_included,
        }
        async with in_transaction():
            await retry.keep(category=category.id)
            # Held, so that nobody closes its books meanwhile.
            (await hold(LegalEntity, entity.id)).must_be_open_on(rate.valid_from, path=("validFrom",))
            await sql.insert([TaxRate(category_id=category.id, added_at=now, **columns)])
            happening = Happening(EventKind.TAX_RATE_SET, category.id, after=columns)
            await events.record(viewer, happening, now=now)
        return {"category": str(category.id)}

    return sql.as_key((await retries.once(retry, work))["category"])


def _thousandths(percent: Decimal) -> int:
    exact = percent * _A_PERCENT if percent.is_finite() else Decimal(-1)
    if not 0 <= exact <= WHOLE or exact != exact.to_integral_value():
        raise InvalidInput("Please give a rate from 0 to 100 percent, with at most 3 decimals.", path=("percent",))
    return int(exact)
