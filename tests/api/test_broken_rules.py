"""Broken rules: whoever takes a piece out of what decides rows is told so by the oracle; it is done here, piece by piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from models import LegalEntity, PlanState, sql
from resolvers import access
from resolvers.access import NOTHING, ROWS
from resolvers.viewer import Audience
from tests.doors import id_of
from tests.oracle import breaks
from tests.oracle.arguments import DAYS
from tests.oracle.asking import Asking
from tests.oracle.breaks import Break
from tests.oracle.desk import Desk, heard
from tests.oracle.documents import Document
from tests.oracle.house import OWNERS, STAFF, House, a_house
from tests.oracle.kinds import KINDS, SCHEMAS
from tests.oracle.oracle import Heard, Oracle
from tests.oracle.records import Records

LOCKED_TWICE = {
    "ClientEmail owner: everything": "An owner comes to no client but herself.",
    "ClientPhone owner: everything": "An owner comes to no client but herself.",
    "Ownership owner: everything": "An owner comes to ownerships from a pet of hers, and then to current ones.",
    "Ownership owner: without {t}.ends_on IS NULL": "The list of co-owners says so as well.",
    "Ownership owner: without mine.pet_id = {t}.pet_id": "An owner comes to ownerships from a pet of hers.",
    "Ownership owner: without mine.client_id = {client}": "An owner comes to ownerships from a pet of hers.",
    "Ownership owner: without mine.ends_on IS NULL": "An owner comes to ownerships from a pet of hers.",
    "Ownership owner: without mine.may_view": "An owner comes to ownerships from a pet that she may see.",
    "HistoryEntry owner: everything": "An owner comes to entries from a pet of hers.",
    "HistoryEntry owner: without {t}.owners_see = 'SIGNED_NOTE'": "The rule of the note itself says so as well.",
    "HistoryEntry owner: without mine.pet_id = {t}.pet_id": "An owner comes to entries from a pet of hers.",
    "HistoryEntry owner: without mine.client_id = {client}": "An owner comes to entries from a pet of hers.",
    "HistoryEntry owner: without mine.ends_on IS NULL": "An owner comes to entries from a pet of hers.",
    "HistoryEntry owner: without mine.may_view": "An owner comes to entries from a pet that she may see.",
    "Death owner: everything": "An owner comes to a death from a pet of hers.",
    "Death owner: without mine.pet_id = {t}.pet_id": "An owner comes to a death from a pet of hers.",
    "Death owner: without mine.client_id = {client}": "An owner comes to a death from a pet of hers.",
    "Death owner: without mine.ends_on IS NULL": "An owner comes to a death from a pet of hers.",
    "Death owner: without mine.may_view": "An owner comes to a death from a pet that she may see.",
    "Consent owner: everything": "An owner comes to what a client said from no client but herself.",
    **{
        f"UndeliverableAddress owner: {part}": "An owner comes to dead addresses from those that she has."
        for part in ("everything", "without mine.fold = {t}.fold", "without mine.client_id = {client}")
    },
    "ProposedCharge staff: nothing": "What is charged for a visit is worked out for whoever sees the visit.",
    "DroppedCharge staff: nothing": "What is charged for a visit is worked out for whoever sees the visit.",
    **{
        f"PaymentInvoice {part}": "What a payment was meant for is shown to nobody: its invoices are those it pays."
        for part in (
            "staff: nothing",
            "owner: nothing",
            "owner: everything",
            "owner: without above.id = {t}.payment_id",
            "owner: without above.client_id = {client}",
        )
    },
    "ClientAccount owner: nothing": "An owner is stated her own entries, and the staff balances.",
    "ClientAccount owner: everything": "An owner is stated her own entries, and the staff balances.",
    "Account staff: everything": "The roots name one's own account, or those not recognised yet.",
    "Account owner: everything": "The root names her own account.",
    "Account reception: everything": "The root names those not recognised yet.",
    "Account reception: without {t}.audience = 'owner'": "The root says so as well.",
    "Account reception: without NOT {t}.is_linked": "The root says so as well.",
    **{
        f"PrescriptionRepeat owner: {part}": "An owner comes to repeats from a prescription that she may see."
        for part in (
            "everything",
            "without above.id = {t}.prescription_id",
            "without above.errored_at IS NULL",
            "without draft.id = above.note_id",
            "without mine.pet_id = above.pet_id",
            "without mine.client_id = {client}",
            "without mine.ends_on IS NULL",
            "without mine.may_view",
        )
    },
    "Pet.coOwners: without condition 0": "The rule of ownerships says so as well.",
}
"""What shows nothing to anybody when it alone is broken, since something else keeps the same rows."""
ROOTS = "the roots"
BOTH = {
    "Account staff: everything": ROOTS,
    "Account owner: everything": ROOTS,
    "Account reception: everything": ROOTS,
    "Account reception: without {t}.audience = 'owner'": ROOTS,
    "Account reception: without NOT {t}.is_linked": ROOTS,
    "Ownership owner: everything": "Pet.coOwners: without condition 0",
    "Ownership owner: without {t}.ends_on IS NULL": "Pet.coOwners: without condition 0",
}
"""Of those, the ones whose other lock is a thing of its own: with both broken, somebody is shown something."""


WISHES = "contactPreferences { isWanted } emails { undeliverableSince }"
LIMPS = '{ pets { nodes { history(search: "limps") { totalCount } } } }'
PLANNED = "query ($id: ID!, $when: When) { pet(id: $id) { appointments(when: $when, first: 100) { nodes { id } } } }"
PLANS = "query ($id: ID!, $state: TreatmentPlanState) { pet(id: $id) { treatmentPlans(state: $state) { totalCount } } }"
RATES = "query ($at: ID!) { taxCategories { rates(legalEntityId: $at) { percent validFrom } } }"
PRICES = 'query ($at: ID!) { priceList(locationId: $at, on: "2026-03-02", first: 100) { nodes { item { prices(locationId: $at) { validFrom } } } } }'
SHEET = "query ($at: ID!, $on: Date!) { day(locationId: $at, on: $on) { appointments { id } } }"


@dataclass(frozen=True)
class Asked:
    """A document, who asks it, what must be heard, and into which tables the oracle looked for that."""

    name: str
    document: Document
    expected: Heard
    looked: frozenset[Any]
    audience: Audience


@dataclass(frozen=True)
class Bench:
    """A program to break, and the documents that are to notice it, the short ones first.

    What has `noticed` a break is asked before all others: most likely it notices the next one.
    """

    house: House
    desk: Desk
    asked: list[Asked]
    noticed: dict[Any, list[Asked]] = field(default_factory=lambda: defaultdict(list))

    async def notices(self, broken: Break) -> bool:
        """Whether some document is answered as it must not be, by a program that has kept no plan."""
        self.desk.fresh()
        before = self.noticed[broken.model, broken.audience]
        for each in (*before, *self.asked):
            is_about = broken.model is None or broken.model in each.looked
            if is_about and broken.audience in (None, each.audience):
                viewer = self.house.people[each.name].viewer
                if heard(await self.desk.says(viewer, each.document)) != each.expected:
                    if each not in before:
                        before.insert(0, each)
                    return True
        return False


async def a_bench() -> Bench:
    house, desk = await a_house(), Desk()
    records, asked = await Records.read(desk.program.adapters.vault), list[Asked]()
    for names in (STAFF, OWNERS):
        asking = Asking(house, names, records)

        def keep(name: str, document: Document, asking: Asking = asking) -> None:
            oracle, expected = asking.oracles[name], asking.answer(name, document)
            asked.append(Asked(name, document, expected, frozenset(oracle.looked), oracle.audience))

        for name, document in [*asking.documents(120), *asking.by_id()]:
            keep(name, document)
        for name, wanted, _ in [each for each in asking.left_out() if leads_further(*each[1])]:
            directed = asking.directed(name, wanted)
            assert directed
            keep(name, directed)
        if names is STAFF:
            for document in on_purpose(house, records):
                keep(names[0], document)
        else:
            keep(names[0], Document(f"{{ viewer {{ client {{ {WISHES} }} }} }}"))
    return Bench(house, desk, sorted(asked, key=lambda each: len(each.document.text)))


def on_purpose(house: House, records: Records) -> Iterator[Document]:
    """What the staff ask where chance asks too seldom."""
    place, pet = id_of(house.world.location), id_of(house.world.pet)
    for on in DAYS:  # on some of them there are visits before and after
        yield Document(SHEET, {"at": place, "on": on})
    yield Document(LIMPS)
    for state in PlanState:
        yield Document(PLANS, {"id": pet, "state": state.value})
    for when in ("PAST", "COMING"):
        yield Document(PLANNED, {"id": pet, "when": when})
    yield Document(PRICES, {"at": place})
    yield Document(f"{{ clients(first: 100) {{ nodes {{ {WISHES} }} }} }}")
    for entity in records.rows[LegalEntity]:
        yield Document(RATES, {"at": id_of(entity)})


def leads_further(of: str, name: str) -> bool:
    """Whether more stands behind a field than a plain value, which whoever sees a row sees of it."""
    kinds: list[Any] = [schema.type_map[of] for schema in SCHEMAS.values() if of in schema.type_map]
    found = [kind.fields[name].type for kind in kinds if name in kind.fields]
    return not any(is_leaf_type(get_named_type(each)) for each in found)


def every_break() -> list[Break]:
    return [*breaks.of_rules(), *breaks.of_edges(), *breaks.of_joins(), *breaks.of_gates()]


# What is taken out is text that both databases are sent alike: that it is missed has to be shown once.
@pytest.mark.only_on("sqlite")
async def test_whatever_is_taken_out_of_what_decides_rows_some_document_is_answered_differently(database):
    bench, unnoticed, by_name = await a_bench(), list[str](), {each.name: each for each in every_break()}
    assert not await bench.notices(Break("nothing", None, None, lambda _patch: None))
    for broken in by_name.values():
        if broken.name not in LOCKED_TWICE:
            with pytest.MonkeyPatch.context() as patch:
                broken.do(patch)
                if not await bench.notices(broken):
                    unnoticed.append(broken.name)
    assert unnoticed == []
    assert set(BOTH) <= set(LOCKED_TWICE) <= set(by_name)
    for name, other in BOTH.items():
        with pytest.MonkeyPatch.context() as patch:
            by_name[name].do(patch)
            if other == ROOTS:
                breaks.open_the_roots(patch, by_name[name])
            else:
                by_name[other].do(patch)
            assert await bench.notices(by_name[name]), name


async def seen(viewer, model) -> set[Any]:
    rows = access.rows(viewer, model)
    text = f"SELECT t.id FROM {model._meta.db_table} t WHERE {rows.scope.format(t='t')}"
    return {sql.as_key(key) for (key,) in await sql.tuples(text, rows.values)}


async def test_the_rows_of_every_table_are_those_that_the_oracle_sees_and_no_rule_can_be_broken_unnoticed(database):
    house, desk = await a_house(), Desk()
    records = await Records.read(desk.program.adapters.vault)
    oracles = [Oracle(each.viewer, records) for each in house.people.values()]
    kinds = {model: kind for kind, model in KINDS.items()}
    assert set(ROWS) <= set(kinds)

    async def agrees(model) -> bool:
        expected = [{each.row.id for each in oracle.all(kinds[model])} for oracle in oracles]
        return expected == [await seen(oracle.viewer, model) for oracle in oracles]

    for model in kinds:
        assert await agrees(model), model
    for broken in breaks.of_rules():
        with pytest.MonkeyPatch.context() as patch:
            broken.do(patch)
            assert not await agrees(broken.model), broken.name


def test_what_no_owner_sees_a_row_of_no_type_of_the_owner_view_shows():
    shown = {KINDS[name] for name in SCHEMAS[Audience.OWNER].type_map if name in KINDS}
    assert not [model.__name__ for model, rule in ROWS.items() if rule.owner == NOTHING and model in shown]
