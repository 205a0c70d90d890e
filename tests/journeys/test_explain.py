"""Explaining a document: what it costs and what it would read, as the practice's IT friend sees it."""

from __future__ import annotations

import io
import json
import re

import pytest
from pydantic import SecretStr
from rich.console import Console

from graph.ids import global_id
from models import Appointment, Location
from models.refusal import DatabaseUnavailable
from tests.doors import SECRET, Program
from tests.typed import typed
from tests.world import NOW, a_world
from vetdesk.database import connect
from vetdesk.explaining.asking import NotExplained, Wish, explained
from vetdesk.explaining.drawing import draw
from vetdesk.explaining.layout import lines
from vetdesk.settings import Settings, SettingsError

SMALL = """query Pet($id: ID!) { pet(id: $id) { name
  owners { rights client { displayName } }
  appointments(first: 5) { totalCount nodes { startsAtLocal vet { email } } } } }"""

DRAWN = """\
cost 18 of at most 5000
query, at the staff door, as VET
made up, since --variables does not give it: $id

pet: one Pet, from pet
├── columns t.name, t.id
├── {pet}
├── owners: a list of Ownership for each row above, from ownership
│   ├── columns t.pet_id, t.may_book, t.may_pay, t.may_consent, t.may_view, j0.display_name
│   ├── join j0 = client by t.client_id, carried by its row
│   ├── computed rights of t.may_book, t.may_pay, t.may_consent, t.may_view
│   └── read by the statement above
└── appointments: a page of Appointment for each row above, from appointment (first 5, with their total)
    ├── columns t.pet_id, t.starts_at, j0.zone
    ├── join j0 = location by t.location_id, carried by its row
    ├── join j1 = staff by t.vet_id, carried by its row
    ├── computed startsAtLocal of t.starts_at, j0.zone
    ├── closed vet.email: FORBIDDEN, only for MANAGER
    └── {appointments}
"""

SQLITE = {
    "pet": """\
SELECT c0, c1, r0, r1, r2, r3, r4, r5
│   FROM (
│     SELECT t.name AS c0, t.id AS c1
│     FROM pet t
│     WHERE (((1 = 1) AND (1 = 1)) AND (t.id = ?))
│   ) own
│   LEFT JOIN (
│     SELECT t.pet_id AS r0, t.may_book AS r1, t.may_pay AS r2, t.may_consent AS r3, t.may_view AS r4,
│       j0.display_name AS r5, t.share AS o0, t.id AS o1
│     FROM ownership t
│     LEFT JOIN client j0 ON j0.id = t.client_id
│     WHERE t.pet_id = ? AND (((1 = 1) AND (t.ends_on IS NULL)))
│   ) riding ON 1 = 1
│   ORDER BY o0 DESC, o1 DESC
│     ?1 = `id`
│     ?2 = `id`""",
    "appointments": """\
SELECT t.pet_id, t.starts_at, j0.zone, COUNT(*) OVER () AS total
        FROM appointment t
        LEFT JOIN location j0 ON j0.id = t.location_id
        LEFT JOIN staff j1 ON j1.id = t.vet_id
        WHERE t.pet_id = ? AND ((1 = 1))
        ORDER BY t.starts_at DESC, t.id DESC
        LIMIT ?
          ?1 = the key of the row above
          ?2 = 6, the page and one more""",
}

POSTGRES = {
    "pet": """\
WITH l0 AS MATERIALIZED (
│     SELECT t.name AS c0, t.id AS c1
│     FROM pet t
│     WHERE (((1 = 1) AND (1 = 1)) AND (t.id = $1))
│     ORDER BY t.id ASC
│   ), l1 AS MATERIALIZED (
│     SELECT t.pet_id AS c0, t.may_book AS c1, t.may_pay AS c2, t.may_consent AS c3, t.may_view AS c4,
│       j0.display_name AS c5
│     FROM ownership t
│     LEFT JOIN client j0 ON j0.id = t.client_id
│     WHERE t.pet_id = $2 AND (((1 = 1) AND (t.ends_on IS NULL)))
│     ORDER BY t.share DESC, t.id DESC
│   ), l2 AS MATERIALIZED (
│     SELECT t.pet_id AS c0, t.starts_at AS c1, j0.zone AS c2, COUNT(*) OVER () AS total
│     FROM appointment t
│     LEFT JOIN location j0 ON j0.id = t.location_id
│     LEFT JOIN staff j1 ON j1.id = t.vet_id
│     WHERE t.pet_id = $3 AND ((1 = 1))
│     ORDER BY t.starts_at DESC, t.id DESC
│     LIMIT $4
│   )
│   SELECT *
│   FROM (
│     SELECT *
│     FROM (
│       SELECT array_agg(c0), array_agg(CAST(c1 AS text))
│       FROM l0
│       OFFSET 0
│     ) a, (
│       SELECT array_agg(CAST(c0 AS text)), array_agg(c1), array_agg(c2), array_agg(c3), array_agg(c4),
│         array_agg(c5)
│       FROM l1
│     ) b
│     OFFSET 0
│   ) a, (
│     SELECT array_agg(CAST(c0 AS text)), array_agg(c1), array_agg(c2), array_agg(total)
│     FROM l2
│   ) b
│     $1 = `id`
│     $2 = `id`
│     $3 = `id`
│     $4 = 6, the page and one more""",
    "appointments": "read by the statement above",
}

LIST = """{ clients(first: 5) { nodes { displayName phones { asGiven }
  ownerships { pet { appointments(first: 2) { nodes { visit { notes { plan } } } } } } } } }"""


@pytest.fixture
async def desk(empty_database, databases):
    """The settings of a program on a database that holds no row, to which nobody is connected."""
    async with databases.migrated() as made:
        yield Settings(secret=SecretStr(SECRET), database_url=made.url)


async def drawn(settings, document, role, **more) -> str:
    page = io.StringIO()
    draw(await explained(settings, Wish(document, role, **more)), Console(file=page, width=40))
    return page.getvalue()


async def test_a_small_document_is_drawn_whole(desk):
    expected = POSTGRES if desk.database_url.startswith("postgres") else SQLITE
    assert await drawn(desk, SMALL, "Vet") == DRAWN.format(**expected)


async def test_a_page_is_named_wherever_it_stands_in_a_statement(desk):
    page = await drawn(desk, LIST, "Vet")
    assert " = 6, the page and one more" in page
    assert " = 3, the page and one more" in page
    if desk.database_url.startswith("postgres"):  # what is below a page is looked for below the rows that it shows
        assert page.count("WITH l0 AS MATERIALIZED (") == 1
        assert " = 2, the page\n" in page
        assert " = the keys of the rows above" in page


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("query ($l: ID!, $on: Date!) { day(locationId: $l, on: $on) { appointments { id pet { name } } } }", ["day: one DaySheet, from location"]),
        ("query ($s: String!) { clients(search: $s) { nodes { phones { asGiven } } } }", ["client_phone", "$s"]),
        ("{ services { name } practice { name } }", ["services: a list", "practice: one Practice"]),
        ("query ($id: ID!) { node(id: $id) { ... on Pet { name } } }", ["node on Pet: one Pet, from pet"]),
        ('subscription ($l: ID!) { scheduleChanged(locationId: $l, from: "2026-03-02", to: "2026-03-02") { kind'
         " appointment { id } } }", ["nothing is watched", "scheduleChanged.appointment: one Appointment"]),
        ("{ unlinkedAccounts { email } }", ["closed unlinkedAccounts: FORBIDDEN, only for MANAGER, RECEPTIONIST"]),
        ("{ changesCursor }", ["FROM event_counter c", "reads no rows"]),
    ],
)  # fmt: skip
async def test_no_row_is_needed(desk, document, said):
    page = await drawn(desk, document, "nurse")
    for words in said:
        assert words in page


async def test_a_deed_is_explained_and_not_done(desk):
    document = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
      ... on AppointmentBooked { appointment { startsAt } } ... on SlotTaken { alternatives { vets { id } } } } }"""
    async with connect(desk.database_url):
        world = await a_world()
    given = {
        "petId": global_id("Pet", world.pet.id),
        "serviceId": global_id("Service", world.service.id),
        "locationId": global_id("Location", world.location.id),
        "startsAt": NOW.isoformat(),
        "idempotencyKey": "k",
    }
    page = await drawn(desk, document, "owner", variables=json.dumps({"input": given}))
    assert "mutation, at the owner door, as OWNER; it is not done" in page
    assert "bookAppointment.appointment: one Appointment, from appointment; which rows" in page
    assert "bookAppointment.alternatives.vets: a list of Staff, from staff; which rows" in page
    assert "FROM ownership mine" in page
    async with connect(desk.database_url):
        assert await Appointment.all().count() == 0


async def test_what_is_drawn_is_what_is_sent(desk):
    """The day of a real location: its statements, word for word, are those that a client's question sends."""
    document = """query ($l: ID!) { day(locationId: $l, on: "2026-03-02") { location { name }
      appointments { startsAtLocal pet { name } } } }"""
    async with connect(desk.database_url):
        world = await a_world()
        program = Program()
        given = {"l": global_id("Location", world.location.id)}
        # Once, so that who asks is known.
        await program.ask(world.vet.viewer, document, **given)
        answer = await program.ask(world.vet.viewer, document, **given)
        assert "errors" not in answer.body
        assert await Location.all().count() == 1
    page = re.sub(r"[│\s]", "", await drawn(desk, document, "vet"))
    tables = ("FROM location", "FROM appointment")
    sent = [text for text in answer.statements.texts if any(table in text for table in tables)]
    assert len(sent) == 1
    for text in sent:
        assert re.sub(r"\s", "", text) in page


@pytest.mark.parametrize(
    ("document", "role", "sentences"),
    [
        ("{ pets { nam } }", "vet", "1:10: Cannot query field 'nam' on type 'PetConnection'. (BAD_INPUT)"),
        ("{ pets { nodes", "vet", "1:15: Syntax Error: Expected Name, found <EOF>. (BAD_INPUT)"),
        ("{ rooms { name } }", "owner", "1:3: Cannot query field 'rooms' on type 'Query'. (BAD_INPUT)"),
        ("{ services { name } }", "cat", "There is no role 'cat'. Say one of these: owner, manager, nurse,"
         " receptionist, vet."),
        ("query A { services { name } } query B { services { name } }", "vet", "This document has several operations."
         " Please say which one to run with `operationName`. (BAD_INPUT)"),
        ("{ pets(first: 100) { nodes { appointments(first: 100) { nodes { id } } } } }", "vet", "This operation costs 10201;"
         " at most 5000 is allowed. (LIMIT_EXCEEDED)"),
    ],
)  # fmt: skip
async def test_a_document_that_would_be_refused_is_refused_in_the_same_words(desk, document, role, sentences):
    with pytest.raises(NotExplained) as refused:
        await explained(desk, Wish(document, role))
    assert str(refused.value) == sentences


async def test_variables_must_be_what_the_document_takes(desk):
    with pytest.raises(NotExplained) as refused:
        await explained(desk, Wish(SMALL, "vet", variables='{"id": {}}'))
    assert "Variable '$id' has invalid value" in str(refused.value)
    with pytest.raises(NotExplained, match="This request cannot be read as JSON in UTF-8"):
        await explained(desk, Wish(SMALL, "vet", variables='{"id"'))


async def test_a_page_too_long_is_said_in_its_place(desk):
    told = await explained(desk, Wish("{ pets(first: 101) { nodes { id } } practice { name } }", "vet"))
    assert told.is_refused
    page = await drawn(desk, "{ pets { nodes { appointments(first: 0) { totalCount } } } }", "vet")
    assert "├── A page has 1 to 100 entries. (BAD_INPUT)" in page


async def test_nothing_is_explained_of_tables_that_are_not_there(empty_database):
    settings = Settings(secret=SecretStr(SECRET), database_url=empty_database.url)
    with pytest.raises((SettingsError, DatabaseUnavailable), match="`vetdesk migrate`"):
        await explained(settings, Wish("{ services { name } }", "vet"))


async def test_it_is_typed_at_a_prompt(desk, tmp_path):
    (tmp_path / "mine.graphql").write_text("{ myPets { name coOwners { displayName } } }")
    said = await typed("explain", str(tmp_path / "mine.graphql"), "--as", "Owner", DATABASE_URL=desk.database_url)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("cost 105 of at most 5000\nquery, at the owner door, as OWNER\n\nmyPets: a list of Pet")
    said = await typed("explain", str(tmp_path / "mine.graphql"), "--as", "vet", DATABASE_URL=desk.database_url)
    assert said.sentence == "1:3: Cannot query field 'myPets' on type 'Query'. (BAD_INPUT)"


def test_a_statement_is_laid_out_by_its_clauses():
    text = "SELECT a, 'FROM (x' FROM t WHERE id IN (SELECT id FROM u WHERE f(a, b)) AND b = (1) ORDER BY a, b"
    assert lines(text) == [
        "SELECT a, 'FROM (x'",
        "FROM t",
        "WHERE id IN (",
        "  SELECT id",
        "  FROM u",
        "  WHERE f(a, b)",
        ") AND b = (1)",
        "ORDER BY a, b",
    ]
