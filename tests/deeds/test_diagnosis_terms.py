"""Diagnosis terms: a practice begins with common ones, adds its own, and finds them by their words."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from tortoise.connection import get_connection

from models import DiagnosisTerm
from models.common_terms import COMMON_TERMS
from models.refusal import InvalidInput, NotFound
from models.row import folded, uuid7
from resolvers import diagnosis_terms, invitations
from resolvers.diagnosis_terms import NewTerm, TermChanges
from resolvers.viewer import Viewer
from tests.doorkeeper import RULES, VAULT
from tests.found import found
from tests.world import NOW, a_practice, a_world, how_many_rows

MIGRATION = import_module("models.migrations.0010_common_terms")


def test_the_common_terms_are_plain_and_have_codes_of_their_own():
    codes, names = zip(*COMMON_TERMS, strict=True)
    assert len(set(codes)) == len(set(names)) == len(COMMON_TERMS) >= 60
    assert list(codes) == sorted(codes)
    assert all(re.fullmatch(r"[A-Z]{3,8}", code) for code in codes)
    assert all(re.fullmatch(r"[A-Z][a-z -]+", name) for name in names)


async def test_a_practice_that_is_opened_has_the_common_terms_and_no_codes_of_licensed_lists(database):
    manager, given = invitations.Manager("boss@practice.example", "Ada", "Weber"), {"vault": VAULT, "rules": RULES}
    for _ in range(2):  # the second time it is open already
        told: Any = {"practice": "High Street Vets", "language": "en", "now": NOW, **given}
        await invitations.invite_first_manager(Viewer.system("test"), manager, **told)
    terms = await DiagnosisTerm.all().order_by("local_code")
    assert [(each.local_code, each.name, each.fold) for each in terms] == [
        (code, name, folded(name)) for code, name in COMMON_TERMS
    ]
    assert {(each.venom_code, each.snomed_code, each.is_in_use) for each in terms} == {(None, None, True)}


async def test_the_migration_gives_them_to_a_practice_that_is_there_and_spares_what_it_has(database):
    class Editor:
        client = get_connection("default")

    await MIGRATION.ship(None, Editor)
    assert await DiagnosisTerm.all().count() == 0
    await a_practice()
    await DiagnosisTerm.create(name="Limping", fold="limping", local_code="LAME")
    for _ in range(2):
        await MIGRATION.ship(None, Editor)
    assert await DiagnosisTerm.all().count() == len(COMMON_TERMS)
    assert (await DiagnosisTerm.get(local_code="LAME")).name == "Limping"
    assert (await DiagnosisTerm.get(local_code="ABSC")).is_in_use


async def test_a_term_is_added_once_under_a_code(database):
    world = await a_world()
    vet = world.vet.viewer
    term_id = await diagnosis_terms.add(vet, NewTerm("Broken tail", " tail1 ", "V1"), key="k", now=NOW)
    term = await DiagnosisTerm.get(id=term_id)
    assert (term.name, term.fold, term.local_code, term.venom_code, term.snomed_code) == (
        "Broken tail",
        "broken tail",
        "TAIL1",
        "V1",
        None,
    )
    before = await how_many_rows()
    for wrong, path in (
        (NewTerm("Bent tail", "TAIL1"), "localCode"),
        (NewTerm("", "TAIL2"), "name"),
        (NewTerm("Bent tail", "ä"), "localCode"),
        (NewTerm("Bent tail", ""), "localCode"),
        (NewTerm("Bent tail", "T" * 33), "localCode"),
        (NewTerm("Bent tail", "TAIL2", snomed_code="1" * 33), "snomedCode"),
    ):
        with pytest.raises(InvalidInput) as why:
            await diagnosis_terms.add(vet, wrong, key="wrong", now=NOW)
        assert why.value.path == (path,)
    assert await how_many_rows() == before
    two = [diagnosis_terms.add(vet, NewTerm("Tail", "TAIL3"), key=key, now=NOW) for key in "ab"]
    said = await asyncio.gather(*two, return_exceptions=True)
    assert sorted(type(each).__name__ for each in said) == ["InvalidInput", "UUID"]


async def test_a_term_is_amended_and_taken_out_of_use(database):
    world = await a_world()
    term = await DiagnosisTerm.create(name="Tail", fold="tail", local_code="TAIL", venom_code="V1")
    changes = TermChanges(name="Bröken tail", venom_code=None, snomed_code="S1", is_in_use=False)
    await diagnosis_terms.amend(world.manager.viewer, term.id, changes, key="k", now=NOW)
    row = await DiagnosisTerm.get(id=term.id)
    assert (row.name, row.fold, row.venom_code, row.snomed_code, row.is_in_use) == (
        "Bröken tail",
        "broken tail",
        None,
        "S1",
        False,
    )
    before = await how_many_rows()
    for key, wrong in ((term.id, TermChanges(name=" ")), (uuid7(), TermChanges(name="Tail")), (None, changes)):
        with pytest.raises((InvalidInput, NotFound)):
            await diagnosis_terms.amend(world.manager.viewer, key, wrong, key="wrong", now=NOW + timedelta(days=1))
    assert await how_many_rows() == before


FOUND = {
    "tail": ["Bent tail", "Broken tail"],
    "BRÖKEN Tail": ["Broken tail"],
    "bro, ta": ["Broken tail"],
    "t1": ["Bent tail"],
    "100%": [],
    "%": [],
    "_": [],
    "": [],
    "gout": [],  # out of use
}


async def test_a_term_in_use_is_found_by_parts_of_its_words_and_by_its_code(database):
    world = await a_world()
    for name, code, is_in_use in (("Broken tail", "T2", True), ("Bent tail", "T1", True), ("Gout", "GOUT", False)):
        await DiagnosisTerm.create(name=name, fold=folded(name), local_code=code, is_in_use=is_in_use)
    for text, names in FOUND.items():
        assert [each.name for each in await found(diagnosis_terms.searched(world.vet.viewer, text))] == names, text
