"""What the database itself refuses of vaccinations, and the rules that ship with the program."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import SQLITE, Check, Constraint, Frozen, TextIndex, Unique
from models.shipped_rules import SHIPPED
from models.vaccination_protocol import VaccinationProtocol, kept

VOIDED = "{row}voided_at IS NOT NULL"
CERTIFIED = (
    "EXISTS (SELECT 1 FROM certificate standing WHERE standing.vaccination_id = {row}id AND standing.voided_at IS NULL)"
)
IN_A_LOCKED_VISIT = (
    "EXISTS (SELECT 1 FROM visit locked WHERE locked.id = {row}visit_id AND locked.locked_at IS NOT NULL)"
)
OF_A_DOSE = (
    "vaccine_id", "visit_id", "lot", "lot_fold", "expires_on", "given_on", "at", "given_by_id", "location_id",
    "body_site", "tag", "source", "words",
)  # fmt: skip
OF_A_RULE = (
    "id", "code", "version", "name", "fold", "species", "targets", "jurisdiction", "lifestyles", "until_age",
    "earliest_age", "first_age", "least_gap", "gap", "doses", "late_doses", "series_until_age", "first_booster_age",
    "first_booster_after", "booster_every", "is_no_sooner", "restarts_after", "legal_onset", "legal_by_age", "source",
    "evidence",
)  # fmt: skip
SHIPPED_COLUMNS = (*OF_A_RULE, "is_active")
OF_A_CERTIFICATE = (
    "id", "number", "vaccination_id", "pet_id", "client_id", "vet_id", "location_id", "issued_at", "issued_on",
    "facts", "token",
)  # fmt: skip

CONSTRAINTS: list[Constraint] = [
    Check("vaccine_lasts", "vaccine", "{row}lasts_months BETWEEN 1 AND 120"),
    Check("vaccination_source", "vaccination", "{row}source IN ('RECORDED', 'IMPORTED', 'ELSEWHERE')"),
    Check("vaccination_recorded_somewhere", "vaccination", "{row}source <> 'RECORDED' OR {row}location_id IS NOT NULL"),
    Check("vaccination_voided_has_a_reason", "vaccination", "{row}voided_at IS NULL OR {row}voided_because <> ''"),
    Check(
        "vaccination_due_regulated",
        "vaccination_due",
        "{row}is_regulated OR ({row}immune_from IS NULL AND {row}immune_until IS NULL AND {row}required_by IS NULL)",
    ),
    Check("number_series_counts", "number_series", "{row}last_number >= 1"),
    Check("certificate_number", "certificate", "{row}number >= 1"),
    Check("certificate_voided_has_a_reason", "certificate", "{row}voided_at IS NULL OR {row}voided_because <> ''"),
    Check("certificate_replaced_when_voided", "certificate", "{row}replaced_by_id IS NULL OR {row}voided_at IS NOT NULL"),
    Unique("vaccination_protocol_active", "vaccination_protocol", "code", "is_active"),
    Unique("certificate_standing", "certificate", "vaccination_id", "voided_at IS NULL"),
    Frozen("vaccination_protocol_kept", "vaccination_protocol", "{row}code <> ''", OF_A_RULE),
    Frozen(
        "vaccination_kept",
        "vaccination",
        f"{{row}}voided_at IS NULL AND NOT {CERTIFIED}",
        ("id", "pet_id", "recorded_at"),
    ),
    Frozen(
        "vaccination_certified",
        "vaccination",
        f"{{row}}voided_at IS NULL AND {CERTIFIED}",
        ("id", "pet_id", "recorded_at", *OF_A_DOSE, "voided_at", "voided_by_id", "voided_because"),
    ),
    Frozen(
        "vaccination_voided",
        "vaccination",
        VOIDED,
        ("id", "pet_id", "recorded_at", *OF_A_DOSE, "voided_at", "voided_by_id", "voided_because"),
    ),
    Frozen("vaccination_in_a_locked_visit", "vaccination", IN_A_LOCKED_VISIT, OF_A_DOSE, admits_new=False),
    Frozen("certificate_kept", "certificate", "{row}voided_at IS NULL", (*OF_A_CERTIFICATE, "replaced_by_id")),
    Frozen(
        "certificate_voided",
        "certificate",
        VOIDED,
        (*OF_A_CERTIFICATE, "voided_at", "voided_by_id", "voided_because"),
    ),
    TextIndex("vaccine_fold", "vaccine", "fold", "id"),
    TextIndex("vaccination_lot", "vaccination", "lot_fold", "given_on, id"),
]  # fmt: skip


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint and index."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


async def ship(_apps: Any, editor: Any) -> None:
    """Bring in every version of every rule that is not there yet."""
    found = await editor.client.execute_query_dict("SELECT code, version FROM vaccination_protocol")
    known = {(row["code"], row["version"]) for row in found}
    for rule in SHIPPED:
        if (rule.code, rule.version) in known:
            continue
        row = kept(rule)
        # These columns by name: the table may have others by the time a later migration ships more.
        values = [_as_kept(row, name) for name in SHIPPED_COLUMNS]
        marks = [f"${number}" if editor.DIALECT != SQLITE else "?" for number in range(1, len(values) + 1)]
        if editor.DIALECT == SQLITE:
            values[0] = str(values[0])
        into = f"INSERT INTO vaccination_protocol ({', '.join(SHIPPED_COLUMNS)})"
        await editor.client.execute_query(f"{into} VALUES ({', '.join(marks)})", values)


def _as_kept(row: VaccinationProtocol, name: str) -> Any:
    return VaccinationProtocol._meta.fields_map[name].to_db_value(getattr(row, name), row)  # noqa: SLF001 - Tortoise says it nowhere else


class Migration(migrations.Migration):
    """The constraints of vaccinations, and the rules that ship."""

    dependencies = [("models", "0005_vaccination")]
    operations = [ops.RunPython(make), ops.RunPython(ship)]
