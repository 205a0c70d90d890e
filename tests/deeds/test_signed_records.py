"""What is signed or locked stays as it is, whatever a client sends: every mutation there is tries, and every table is kept.

The mutations are taken from the contract and the tables from the models, so that none that comes later is forgotten.
"""

from __future__ import annotations

from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type
from tortoise.fields.relational import BackwardFKRelation, RelationalField

import models
from graph.ids import opened
from graph.reading.shape import SHAPES
from graph.schema import schema
from models import Note, Visit, sql
from models.constraint import Frozen, NeverChanged
from tests.api.deed import sent
from tests.api.samples import Sample
from tests.api.staff_samples import samples
from tests.doors import Program, id_of
from tests.marked import tables
from tests.world import NOW, Record, a_record

MIGRATIONS = sorted(path.stem for path in Path(str(models.__path__[0]), "migrations").glob("0*.py"))
_BY_NAME = {  # what was made again later is as the last one says
    one.name: one
    for name in MIGRATIONS
    for one in getattr(import_module(f"models.migrations.{name}"), "CONSTRAINTS", ())
    if isinstance(one, Frozen | NeverChanged)
}
KEPT = list(_BY_NAME.values())
# Whatever belongs to a note, and says so by a foreign key.
CHILDREN = [each for each in tables() if "note" in each._meta.fields_map]
OF_RECORDS = {Note, Visit, *CHILDREN}
KINDS = {made.__name__: model for made, model in SHAPES.items() if model in OF_RECORDS}
ERRED = {"errored_at", "errored_by_id", "errored_because"}
# What may still change, beside the marks of what was entered in error, and why.
MAY_CHANGE: dict[str, dict[str, str]] = {
    "note": {
        **dict.fromkeys(("cosigned_at", "cosigned_by_id"), "A second vet signs what is signed."),
        "words": "What is added later finds it too.",
    },
    "allergy": {"ended_at": "An allergy may turn out to be over."},
    "prescription": {
        "repeats_given": "A repeat that was allowed is given later.",
        **dict.fromkeys(("stopped_at", "stopped_by_id", "stopped_because"), "What was prescribed may be stopped."),
    },
}
# The deeds that are done all the same, and why.
OF_LINES = {
    "markEnteredInError": "A mistake is marked, and never deleted.",
    "endAllergy": "An allergy may turn out to be over.",
    "stopPrescription": "What was prescribed may be stopped.",
}
STILL_DONE = {
    "signed": {
        **OF_LINES,
        "addAddendum": "That is the way to add something.",
        "cosignNote": "A second vet signs what is signed.",
        "markNoteInError": "A mistake is marked, and never deleted.",
        "endVisit": "The visit is not what was signed.",
        "lockVisit": "The visit is not what was signed.",
        "writeNote": "Another note can be begun in an open visit.",
        "recordVaccination": "A dose belongs to the visit, not to what was signed of it.",
        "planTreatment": "What is to be done is planned after the visit.",
        "writeDocument": "A letter can be written later.",
        "proposeCharge": "What is billed is no part of the record.",
    },
    "locked": {
        **OF_LINES,
        "addAddendum": "That is the way to add something.",
        "cosignNote": "A second vet signs what is signed.",
        "markNoteInError": "A mistake is marked, and never deleted.",
        "signNote": "A draft can be signed as it is.",
        "planTreatment": "What is to be done is planned after the visit.",
        "writeDocument": "A letter can be written later.",
        "proposeCharge": "What is billed is no part of the record.",
    },
}
GROWS = {"addAddendum": {"addendum": 1}}
_keys = count()


def kept_columns(model: Any) -> set[str]:
    """The columns that the database keeps as they are, once the note is signed or the visit locked."""
    table = model._meta.db_table
    if any(one.table == table for one in KEPT if isinstance(one, NeverChanged)):
        return columns(model)
    frozen = [set(one.keeps) for one in KEPT if isinstance(one, Frozen) and one.table == table]
    return set.union(*frozen) if frozen else set()


def columns(model: Any) -> set[str]:
    return {
        name for name, of in model._meta.fields_map.items() if not isinstance(of, RelationalField | BackwardFKRelation)
    }


async def as_it_is(scope: dict[Any, tuple[str, Any]]) -> dict[str, dict[Any, dict[str, Any]]]:
    """The rows of a record by table and key, with the columns that have to stay."""
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for model, (where, value) in scope.items():
        rows = await sql.fetch(f"SELECT * FROM {model._meta.db_table} WHERE {where}", (value,))
        found[model._meta.db_table] = {
            str(row["id"]): {name: row[name] for name in kept_columns(model) - {"signed_at", "signed_by_id"}}
            for row in rows
        }
    return found


def scope_of(case: str, note: Note) -> dict[Any, tuple[str, Any]]:
    """Which rows are meant: a signed note and all that belongs to it, or a locked visit with all of its notes."""
    if case == "signed":
        return {Note: ("id = ?", note.id), **dict.fromkeys(CHILDREN, ("note_id = ?", note.id))}
    within = "note_id IN (SELECT id FROM note WHERE visit_id = ?)"
    return {
        Visit: ("id = ?", note.visit_id),
        Note: ("visit_id = ?", note.visit_id),
        **dict.fromkeys(CHILDREN, (within, note.visit_id)),
    }


def names_of_ids(sample: Sample) -> dict[str, str]:
    """Which inputs of a mutation name something of a record, and what."""
    named: dict[str, str] = {}
    for name, value in sample.given.items():
        for each in value if isinstance(value, list) else [value]:
            kind = (opened(each) or ("",))[0] if isinstance(each, str) else ""
            if kind in KINDS:
                named[name] = kind
    return named


async def test_whatever_belongs_to_a_note_is_kept_by_the_database_but_for_what_is_named_here(database):
    assert {each.__name__ for each in CHILDREN} >= {"Addendum", "NoteRevision", "Vital", "Prescription"}
    every: Any = OF_RECORDS
    for model in every:
        table = model._meta.db_table
        marks = set() if model in (models.Addendum, models.NoteRevision) else ERRED
        assert columns(model) - kept_columns(model) == marks | set(MAY_CHANGE.get(table, ())), model


def inputs_that_name_a_record() -> set[tuple[str, str]]:
    """Every input of every mutation that by its own name names something of a record: `noteId`, `visitId`, …"""
    root = schema._schema.mutation_type
    assert root
    ids = {f"{kind[0].lower()}{kind[1:]}Id" for kind in KINDS}
    return {
        (deed, name)
        for deed, field in root.fields.items()
        for argument in field.args.values()
        for name in _inputs(get_named_type(argument.type)) & ids
    }


def _inputs(of: Any) -> set[str]:
    if is_leaf_type(of):
        return set()
    inside = [_inputs(get_named_type(each.type)) for each in of.fields.values()]
    return set(of.fields).union(*inside)


@pytest.mark.parametrize("case", STILL_DONE)
async def test_no_mutation_changes_what_is_signed_or_locked(database, case):
    program = Program()
    made = await samples(program)
    done, tried, record = set(), set(), None
    for sample in [*made.staff, *made.owner]:
        for name, kind in names_of_ids(sample).items():
            tried.add((sample.deed, name))
            for place in range(
                2 if case == "locked" else 1
            ):  # the signed note, and where the visit is locked the draft
                record = record or await a_record_of(made.world.pet, case)
                row = [each for each in record.rows() if type(each) is KINDS[kind]][place:]
                if row and await tried_on(program, sample, {name: id_of(row[0])}, scope_of(case, record.note)):
                    done.add(sample.deed)
                    record = None
    assert done == set(STILL_DONE[case])
    assert inputs_that_name_a_record() <= tried
    assert {deed for deed, _ in tried} >= {"writeNote", "saveNote", "signNote", "endVisit", "markVisitInError"}


async def a_record_of(pet: Any, case: str) -> Record:
    """A visit with a signed note, all that can belong to it, and a draft; still going on, or over and locked."""
    record = await a_record(pet)
    await Visit.filter(id=record.visit.id).update(ended_at=None)
    if case == "locked":
        await Visit.filter(id=record.visit.id).update(ended_at=NOW, locked_at=NOW)
    return record


async def tried_on(program: Program, sample: Sample, given: dict[str, str], scope: dict[Any, Any]) -> bool:
    """Whether the deed was done; the record has stayed as it was, either way."""
    before = await as_it_is(scope)
    answer = await sent(
        program, sample.who, sample.deed, sample.payload, {**sample.given, **given, "idempotencyKey": f"{next(_keys)}"}
    )
    is_done: bool = answer.data[sample.deed]["__typename"] == sample.payload.partition(" ")[0]
    after = await as_it_is(scope)
    grown = GROWS.get(sample.deed, {}) if is_done else {}
    for table, rows in before.items():
        assert {key: after[table].get(key) for key in rows} == rows, (sample.deed, table)
        assert len(after[table]) - len(rows) == grown.get(table, 0), (sample.deed, table)
    return is_done
