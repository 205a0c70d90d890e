"""Items of the price list: adding and amending what the practice charges for, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, ItemKind, Location, PriceListItem, Service, TaxCategory, Vaccine, sql
from models.period import today_in
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import line, named
from models.words import search_words, words_of
from resolvers import access, events, retries
from resolvers.access import NOTHING, Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_CODE, LONGEST_UNIT, LONGEST_SEARCH = 32, 32, 100
MOST_OTHER_NAMES, MOST_WORDS = 20, 8


@dataclass(frozen=True, slots=True)
class NewItem:
    """Something that the practice charges for from now on: see `models.PriceListItem`."""

    kind: ItemKind
    name: str
    tax_category_id: UUID | None
    code: str = ""
    unit: str = ""
    service_id: UUID | None = None
    vaccine_id: UUID | None = None
    also_called: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What changes about an item; its other names are replaced as a whole."""

    kind: ItemKind | Unset = UNSET
    name: str | Unset = UNSET
    tax_category_id: UUID | Unset | None = UNSET
    code: str | Unset = UNSET
    unit: str | Unset = UNSET
    service_id: UUID | Unset | None = UNSET
    vaccine_id: UUID | Unset | None = UNSET
    also_called: Sequence[str] | Unset = UNSET
    is_offered: bool | Unset = UNSET


# Reading


def one(viewer: Viewer, item_id: UUID | None) -> Rows:
    """The item with this key."""
    return access.rows(viewer, PriceListItem).only(item_id)


def listed(viewer: Viewer, *, is_offered: bool, search: str | None) -> Rows:
    """The items that are offered, or that no longer are, by name; of these what is searched for, if anything is.

    Each word of the search has to begin a word of the name, of another name, or of the code.
    """
    rows = access.rows(viewer, PriceListItem, "{t}.is_offered" if is_offered else "NOT {t}.is_offered")
    if search is None:
        return rows.sorted_by("fold")
    words = words_of(search)[:MOST_WORDS] if len(search) <= LONGEST_SEARCH else []
    scope = " AND ".join(["{t}.words LIKE ?"] * len(words)) or NOTHING
    return rows.narrowed(scope, *[f"% {word}%" for word in words]).sorted_by("fold")


async def there(viewer: Viewer, location_id: UUID | None, day: date | None, *, now: datetime) -> tuple[Location, date]:
    """Where and for which day prices are asked for: today, on the calendar of the place, when no day was named.

    Raises:
        NotFound: there is no such location.
    """
    place = await access.find(viewer, Location, location_id, path="locationId")
    return place, day or today_in(place.clock, now)


# Writing


async def add(viewer: Viewer, item: NewItem, *, key: str, now: datetime) -> UUID:
    """Add an item; it is on every location's price list, and charged where it is given a price.

    Raises:
        NotFound: the tax category, service or vaccine does not exist.
        InvalidInput: a name, the code or the unit makes no sense, or another item is charged for that service or vaccine.
    """
    access.may(viewer, Deed.ADD_PRICE_LIST_ITEM, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_PRICE_LIST_ITEM, key, plain(item), now=now)
    item_id = uuid7()

    async def work() -> Outcome:
        columns = {**_columns(given(item)), **await _edges(viewer, given(item))}
        row = PriceListItem(id=item_id, **columns)
        row.words = _words(row)
        async with in_transaction():
            await retry.keep(item=item_id)
            await _must_be_the_only_one(item_id, row.service_id, row.vaccine_id)
            await sql.insert([row])
            await events.record(viewer, Happening(EventKind.PRICE_LIST_ITEM_ADDED, item_id, after=columns), now=now)
        return {"item": str(item_id)}

    return sql.as_key((await retries.once(retry, work))["item"])


async def amend(viewer: Viewer, item_id: UUID | None, changes: ItemChanges, *, key: str, now: datetime) -> UUID:
    """Change an item, or take it off the price list; what is on invoices stays as it is.

    Raises:
        NotFound: the item, or the tax category, service or vaccine named, does not exist.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_PRICE_LIST_ITEM, Where.EVERYWHERE)
    asked = {"item": str(item_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_PRICE_LIST_ITEM, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, PriceListItem, item_id, path="itemId")
        columns = {**_columns(given(changes)), **await _edges(viewer, given(changes))}
        async with in_transaction():
            await retry.keep(item=found.id)
            item = await hold(PriceListItem, found.id)
            charged_for = {name: columns.get(name, getattr(item, name)) for name in _CHARGED_FOR}
            if columns.get("is_offered", item.is_offered):
                await _must_be_the_only_one(item.id, **charged_for)
            change = await write(item, columns)
            if change:
                await write(item, {"words": _words(item)})
                happening = Happening(
                    EventKind.PRICE_LIST_ITEM_AMENDED, item.id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"item": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["item"])


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: said[name] for name in ("kind", "is_offered") if name in said}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    for name, longest in (("code", LONGEST_CODE), ("unit", LONGEST_UNIT)):
        if name in said:
            columns[name] = line(said[name], path=(name,), longest=longest)
    if "also_called" in said:
        if len(said["also_called"]) > MOST_OTHER_NAMES:
            raise InvalidInput(f"Please name at most {MOST_OTHER_NAMES}.", path=("alsoCalled",))
        others = [named(one, path=("alsoCalled", str(place))) for place, one in enumerate(said["also_called"])]
        columns["also_called"] = list({folded(one): one for one in reversed(others)}.values())[::-1]
    return columns


async def _edges(viewer: Viewer, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the item points to, each found for the viewer; a service or vaccine may be none."""
    found: dict[str, Any] = {}
    for name, model, path in _EDGES:
        if name in said:
            key = said[name]
            is_none = key is None and model is not TaxCategory
            found[name] = None if is_none else (await access.find(viewer, model, key, path=path)).pk
    return found


_EDGES = (
    ("tax_category_id", TaxCategory, "taxCategoryId"),
    ("service_id", Service, "serviceId"),
    ("vaccine_id", Vaccine, "vaccineId"),
)


_CHARGED_FOR = ("service_id", "vaccine_id")


async def _must_be_the_only_one(item_id: UUID, service_id: UUID | None, vaccine_id: UUID | None) -> None:
    """Refuse a second item for one service or vaccine: of two, nobody could say which is charged.

    The service and the vaccine are held, so that two do not come at once.

    Raises:
        InvalidInput: another item that is offered is charged for it.
    """
    if service_id is not None:
        await hold(Service, service_id, path=("serviceId",))
        await _must_not_be_charged(item_id, path="serviceId", service_id=service_id)
    if vaccine_id is not None:
        await hold(Vaccine, vaccine_id, path=("vaccineId",))
        await _must_not_be_charged(item_id, path="vaccineId", vaccine_id=vaccine_id)


async def _must_not_be_charged(item_id: UUID, *, path: str, **for_what: UUID) -> None:
    other = await PriceListItem.filter(**for_what, is_offered=True).exclude(id=item_id).first()
    if other is not None:
        raise InvalidInput(
            f"This is charged as “{other.name}” already. Please take that off the price list first.", path=(path,)
        )


def _words(item: PriceListItem) -> str:
    return f" {search_words(item.name, item.code, *item.also_called)}"
