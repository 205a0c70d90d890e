"""A filled database migrates: what was kept stays, what guarded it still does, and new columns have their first values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationTarget

from models import Location, Pet, Staff, VaccinationProtocol, sql
from models.row import uuid7
from models.shipped_rules import SHIPPED
from tests.world import NOW
from vetdesk.database import connect, migrate
from vetdesk.database.migrate import _client, _executor

pytestmark = pytest.mark.anyio

BEFORE = "0004_records_kept"
PLACE, PERSON, PET = uuid7(), uuid7(), uuid7()
ROWS = {
    "location": {"id": PLACE, "name": "High Street", "fold": "high street", "zone": "Europe/Berlin", "currency": "EUR",
                 "street": "", "postal_code": "", "city": "", "country": "DE", "phone": ""},
    "staff": {"id": PERSON, "given_name": "Vera", "family_name": "Falk", "display_name": "Vera Falk",
              "fold": "falk vera", "email": "vera@practice.example"},
    "pet": {"id": PET, "name": "Rex", "fold": "rex", "species": "DOG", "breed": "", "sex": "UNKNOWN", "colour": "",
            "alerts": '["bites"]', "tags": "[]", "created_at": NOW},
}  # fmt: skip
GUARDED = (
    ("UPDATE location SET currency = 'EU'", "location_currency"),
    ("UPDATE pet SET born_on = '2020-01-01'", "pet_birth_date_and_precision"),
    ("UPDATE event SET kind = 'PET_DIED'", "event_never_changed"),
)
MADE = (
    "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index') AND tbl_name IN ('location', 'staff', 'pet', 'event') "
    "AND name NOT LIKE 'sqlite_%'"
)


async def test_a_filled_database_keeps_its_rows_and_what_guards_them(empty_database):
    url = empty_database.url
    async with _client(url) as client:
        await _executor(client, url).migrate([MigrationTarget(app_label="models", name=BEFORE)], direction="forward")
    async with connect(url):
        for table, row in ROWS.items():
            given = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({sql.marks(len(row))})"
            await sql.execute(given, list(row.values()))
        await sql.execute(
            "INSERT INTO event (number, kind, at, subject_id, changed) VALUES (?, ?, ?, ?, ?)",
            (1, "PET_REGISTERED", NOW, PET, "[]"),
        )
        made = set() if sql.is_postgres() else {row["name"] for row in await sql.fetch(MADE)}

    assert (await migrate(url))[:2] == ["0005_vaccination", "0006_vaccination_kept"]

    async with connect(url):
        pet, place, person = await Pet.get(id=PET), await Location.get(id=PLACE), await Staff.get(id=PERSON)
        assert pet.name == "Rex"
        assert (list(pet.alerts), list(pet.lifestyle)) == (["bites"], [])
        assert (place.name, place.region, person.display_name, person.licence_number) == (
            "High Street",
            "",
            "Vera Falk",
            "",
        )
        if not sql.is_postgres():
            assert made <= {row["name"] for row in await sql.fetch(MADE)}
        for statement, guard in GUARDED:
            with pytest.raises(IntegrityError) as refused:
                await sql.execute(statement)
            assert guard in str(refused.value)
        kept = {(row.code, row.version): row for row in await VaccinationProtocol.all()}
        assert {key: row.rule for key, row in kept.items()} == {(rule.code, rule.version): rule for rule in _as_kept()}
        assert {key for key, row in kept.items() if row.is_active} == {
            (rule.code, rule.version) for rule in SHIPPED if rule.ships_active
        }


def _as_kept():
    """The rules as their rows tell them: whether one ships active is told by the row beside it."""
    return [replace(rule, ships_active=False) for rule in SHIPPED]
