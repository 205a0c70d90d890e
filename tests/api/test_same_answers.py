"""The same answers: whatever is asked, by whomever, the program says what the oracle says, errors and their places too."""

from __future__ import annotations

import pytest

from models import Ownership, Pet
from tests.oracle.asking import Asking
from tests.oracle.desk import Desk, heard
from tests.oracle.house import OWNERS, STAFF, a_full_house, a_house
from tests.oracle.oracle import Oracle
from tests.oracle.records import Records

__all__ = ["a_full_house"]

DOCUMENTS = 501
"""How many are brought to each of the two doors, each text by three people; other ones on the other database."""
SEEDS = {"sqlite": 1, "postgres": 4}


@pytest.mark.parametrize("names", [STAFF, OWNERS], ids=["staff", "owners"])
async def test_random_documents_at_each_door_are_answered_as_the_oracle_answers_them(database, names):
    house, desk = await a_house(), Desk()
    records = await Records.read(desk.program.adapters.vault)
    asking = Asking(house, names, records, seed=SEEDS[database.dialect])
    for name, document in asking.documents(DOCUMENTS):
        await asking.must_agree(desk, name, document)
    tally = asking.tally
    assert tally.documents == DOCUMENTS
    assert tally.found >= 0.6 * DOCUMENTS
    assert tally.with_errors >= 0.03 * DOCUMENTS
    for name, document in asking.by_id():
        await asking.must_agree(desk, name, document)
    # What chance has left out is asked for on purpose: every field of the view, by everybody for whom it is.
    for name, asked, _ in list(asking.left_out()):
        directed = asking.directed(name, asked)
        assert directed, f"No {name} finds anything of which to ask {asked}."
        await asking.must_agree(desk, name, directed)
    assert not list(asking.left_out())


async def test_documents_over_http_are_answered_as_the_oracle_answers_them(database):
    house, desk = await a_house(), Desk()
    records = await Records.read(desk.program.adapters.vault)
    for names in (STAFF, OWNERS):
        asking = Asking(house, names, records, seed=1, many=3)
        for name, document in asking.documents(40):
            answer = await desk.program.ask(house.people[name].viewer, document.text, **document.variables)
            assert heard(answer.body) == asking.oracles[name].hears(document.text, document.variables), (
                document,
                answer.body,
            )


async def test_the_world_of_the_oracle_is_not_the_same_for_everybody(database):
    house, desk = await a_house(), Desk()
    records = await Records.read(desk.program.adapters.vault)
    seen = {name: len(Oracle(person.viewer, records).all("Appointment")) for name, person in house.people.items()}
    assert seen == {
        **dict.fromkeys(STAFF, 14),
        "owner": 8,
        "other owner": 7,
        "stranger": 0,
        "blind owner": 0,
    }
    assert await Pet.all().count() == 6
    assert await Ownership.all().count() == 11
