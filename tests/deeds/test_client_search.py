"""Finding clients at the desk by what they say on the phone."""

import pytest
from tortoise.transactions import in_transaction

from models import sql
from resolvers import clients
from resolvers.clients import ClientRegistration
from resolvers.viewer import Viewer
from tests.found import found
from tests.world import NOW, a_location, a_receptionist, an_owner

pytestmark = pytest.mark.anyio

PEOPLE = {
    "anna": ClientRegistration("Bergmann", "Anna Lena", ("anna.b@home.example",), ("030 901820",)),
    "bert": ClientRegistration("Müller-Lüdenscheidt", "Bert", ("bert@berg.example",), ("+44 20 7946 0018",)),
    "cora": ClientRegistration(
        "O'Brien", "Cora", ("cora@home.example", "anna@cora.example"), ("0170 1234567", "ext 42 7")
    ),
    "dora": ClientRegistration("Straße", "Đora", (), ()),
    "li": ClientRegistration("李明", "", ("li.ming@home.example",), ()),
}


async def reception():
    await a_location(country="DE")
    viewer = (await a_receptionist()).viewer
    return viewer, {await clients.register(viewer, person, key=name, now=NOW): name for name, person in PEOPLE.items()}


async def who(viewer, names, text):
    return sorted(names[one.id] for one in await found(clients.searched(viewer, text)))


CASES = [
    # by the beginning of any word of the name, whatever its case and accents
    ("berg", ["anna"]),
    ("ANNA", ["anna", "cora"]),
    ("lena", ["anna"]),
    ("anna bergm", ["anna"]),
    ("bergm anna", ["anna"]),
    ("anna  lena   b", ["anna"]),
    ("muller", ["bert"]),
    ("Müller-L", ["bert"]),
    ("ludensch", ["bert"]),
    ("o'brien", ["cora"]),
    ("brien", ["cora"]),
    ("strasse", ["dora"]),
    ("STRASSE", ["dora"]),
    ("李明", ["li"]),
    # by the beginning of an e-mail address, never by its middle
    ("anna.b@home", ["anna"]),
    ("Anna@Cora.example", ["cora"]),
    ("li.ming", ["li"]),
    ("home.example", []),
    # by four digits that stand together anywhere in a phone
    ("9018", ["anna"]),
    ("1820", ["anna"]),
    ("030 901820", ["anna"]),
    ("+49 30 9018-20", ["anna"]),
    ("0049 30 901820", ["anna"]),
    ("(030) 9018", ["anna"]),
    ("4930", ["anna"]),
    ("020 7946 0018", ["bert"]),
    ("+44 20 7946", ["bert"]),
    ("1234567 cora", ["cora"]),
    ("cora 0170 123", ["cora"]),
    ("182", []),
    ("9999", []),
    # every word must match
    ("anna muller", []),
    ("anna 0170", ["cora"]),
    # nothing to search by
    ("", []),
    ("a", []),
    ("  a  ", []),
    ("🐶🐶", []),
    ("--", []),
    ("%%", []),
    ("__", []),
    ("anna \x00", []),
    ("anna \ud800", []),
    ("anna" * 3_000_000, []),
    ("a b c d e f g h i j", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[ascii(text)[:40] for text, _ in CASES])
async def test_who_is_found(database, text, expected):
    viewer, names = await reception()

    assert await who(viewer, names, text) == expected


async def test_those_found_come_by_family_name(database):
    viewer, _ = await reception()

    assert [one.display_name for one in await found(clients.searched(viewer, "anna"))] == [
        "Anna Lena Bergmann",
        "Cora O'Brien",
    ]


async def test_an_owner_finds_nobody_but_herself(database):
    olga, _ = await an_owner("Olga Berg"), await an_owner("Olga Stone")

    assert [one.id for one in await found(clients.searched(olga.viewer, "olga"))] == [olga.id]
    assert await found(clients.searched(Viewer.anyone(), "olga")) == []


async def test_the_index_on_words_answers(database):
    viewer, _ = await reception()
    rows = clients.searched(viewer, "o'brien 0170 12")
    explain = "EXPLAIN" if sql.is_postgres() else "EXPLAIN QUERY PLAN"

    async with in_transaction():
        if sql.is_postgres():  # which would rather read so small a table as a whole
            await sql.execute("SET LOCAL enable_seqscan = off")
        plan = await sql.tuples(f"{explain} SELECT t.id FROM client t WHERE {rows.scope.format(t='t')}", rows.values)

    lines = [str(tuple(line)) for line in plan]
    words = [line for line in lines if "client_word" in line]
    assert len([line for line in words if "client_word_word" in line]) >= 5
    assert not [line for line in words if "Seq Scan" in line or "SCAN client_word" in line]
