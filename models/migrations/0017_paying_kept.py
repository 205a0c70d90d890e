"""What the database itself refuses of money: what is issued or posted stays as it is, and nothing exceeds what it is of."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint, Frozen, Guard, PartialIndex, TextIndex, Unique
from models.ledger import MOVES, STATED
from models.money import MOST_MINOR
from models.row import folded, uuid7

ALWAYS = "{row}id IS NOT NULL"
SUMS = "{row}net_minor + {row}tax_minor = {row}gross_minor AND {row}net_minor >= 0 AND {row}tax_minor >= 0"
OF_AN_INVOICE = (
    "id", "bill_id", "location_id", "legal_entity_id", "client_id", "currency", "state", "version", "share", "net_minor",
    "tax_minor", "gross_minor", "opened_by_id", "opened_at", "number", "issued_at", "issued_on", "due_on", "issued_by_id",
    "names", "differs_because", "discarded_at", "discarded_because",
)  # fmt: skip
OF_A_LINE = (
    "id", "invoice_id", "position", "item_id", "pet_id", "visit_id", "source", "source_id", "description", "pet_name",
    "provided_on", "quantity_thousandths", "unit", "list_price_minor", "unit_price_minor", "price_because",
    "discount_rate", "discount_because", "tax_category_id", "tax_rate", "tax_is_included", "net_minor", "tax_minor",
    "gross_minor",
)  # fmt: skip
OF_A_PAYMENT = (
    "id", "location_id", "legal_entity_id", "client_id", "method", "minor", "currency", "started_at", "taken_by_id",
    "reference",
)  # fmt: skip
OF_A_REFUND = (
    "id", "payment_id", "location_id", "client_id", "credit_note_id", "method", "minor", "currency", "because",
    "requested_at", "requested_by_id",
)  # fmt: skip
OF_AN_ENTRY = (
    "id", "account_id", "number", "kind", "debit", "credit", "minor", "balance_minor", "currency", "client_id",
    "legal_entity_id", "location_id", "invoice_id", "credit_note_id", "payment_id", "refund_id", "dispute_id",
    "tax_rate", "because", "posted_on", "at",
)  # fmt: skip
IN_AN_ISSUED_INVOICE = "EXISTS (SELECT 1 FROM invoice kept WHERE kept.id = {row}invoice_id AND kept.state = 'ISSUED')"


KINDS = (
    "CHARGE", "CHARGE_TAX", "CREDIT", "CREDIT_TAX", "PAYMENT", "PAYMENT_REVERSED", "ALLOCATION", "RELEASE", "REFUND",
    "REFUND_PAID", "REFUND_FAILED", "WRITE_OFF", "DISPUTE", "DISPUTE_WON", "DISPUTE_LOST", "DISPUTE_UNCOVERED",
    "DISPUTE_COVERED",
)  # fmt: skip
"""The kinds of entries that there were."""


def moves(kinds: tuple[str, ...]) -> str:
    """Which books each of these kinds of entries moves money between."""
    each = (
        f"({{row}}kind = '{kind}' AND {{row}}debit {_book(debit)} AND {{row}}credit {_book(credit)})"
        for kind, (debit, credit) in MOVES.items()
        if kind in kinds
    )
    return " OR ".join(each)


def stated(kinds: tuple[str, ...]) -> PartialIndex:
    """The index of those entries of these kinds that a statement shows."""
    shown = ", ".join(f"'{kind}'" for kind in STATED if kind in kinds)
    return PartialIndex("ledger_stated", "ledger_entry", "account_id, number, id", f"kind IN ({shown})")


def _book(book: str | None) -> str:
    return f"= '{book}'" if book else "IN ('CASH', 'TERMINAL', 'BANK', 'CARD')"


def owed_more(row: str) -> str:
    """By how much a client owes more after an entry."""
    clients = "('RECEIVABLE', 'ON_ACCOUNT')"
    return (
        f"{row}minor * ((CASE WHEN {row}debit IN {clients} THEN 1 ELSE 0 END) "
        f"- (CASE WHEN {row}credit IN {clients} THEN 1 ELSE 0 END))"
    )


def left(book: str, sign: int, *keys: str) -> str:
    """What is left in a book of the invoice, payment, refund or dispute that an entry belongs to, before it."""
    same = " AND ".join(f"there.{key} = {{row}}{key}" for key in keys)
    plus, minus = ("debit", "credit") if sign > 0 else ("credit", "debit")
    return (
        f"COALESCE((SELECT SUM(CASE WHEN there.{plus} = '{book}' THEN there.minor ELSE -there.minor END) "  # noqa: S608 - our own names
        f"FROM ledger_entry there WHERE {same} "
        f"AND (there.{plus} = '{book}' OR there.{minus} = '{book}')), 0)"
    )


def so_far(kind: str, key: str) -> str:
    """How much entries of that kind moved of the same invoice, and of the same `key`, before one."""
    return (
        f"COALESCE((SELECT SUM(there.minor) FROM ledger_entry there WHERE there.kind = '{kind}' "  # noqa: S608 - our own names
        f"AND there.invoice_id = {{row}}invoice_id AND there.{key} = {{row}}{key}), 0)"
    )


def uncovered() -> str:
    """What nothing has covered yet of the lost dispute that an entry belongs to, before it."""
    return (
        "COALESCE((SELECT SUM(CASE WHEN there.kind = 'DISPUTE_UNCOVERED' THEN there.minor ELSE -there.minor END) "
        "FROM ledger_entry there WHERE there.dispute_id = {row}dispute_id AND there.payment_id = {row}payment_id "
        "AND there.kind IN ('DISPUTE_UNCOVERED', 'DISPUTE_COVERED')), 0)"
    )


def of(table: str, *columns: str, and_also: str = "", key: str = "") -> str:
    """That what a row names in that table says otherwise in one of these columns than the row, or is not `and_also`."""
    key = key or f"{table}_id"
    same = " AND ".join([f"its.id = {{row}}{key}", *(f"its.{one} = {{row}}{one}" for one in columns)])
    more = f" AND {and_also}" if and_also else ""
    return f"{{row}}{key} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} its WHERE {same}{more})"  # noqa: S608 - our own names


def its(column: str, table: str) -> str:
    """What stands in a column of what a row names in that table."""
    return f"(SELECT its.{column} FROM {table} its WHERE its.id = {{row}}{table}_id)"  # noqa: S608 - our own names


def more_than(whole: str, part: str, table: str, key: str, *, but: str = "") -> str:
    """That the parts of what a row names by `key`, with this one, are more than the whole."""
    return (
        f"{{row}}{part} + COALESCE((SELECT SUM(there.{part}) FROM {table} there WHERE there.{key} = {{row}}{key}{but}), 0) "  # noqa: S608 - our own names
        f"> {whole}"
    )


def credited(column: str) -> str:
    """That more would be credited of a line than was invoiced."""
    return (
        f"COALESCE((SELECT SUM(there.{column}) FROM credit_note_line there "  # noqa: S608 - our own names
        f"WHERE there.invoice_line_id = {{row}}invoice_line_id), 0) + {{row}}{column} "
        f"> (SELECT line.{column} FROM invoice_line line WHERE line.id = {{row}}invoice_line_id)"
    )


def once(kind: str, key: str) -> Unique:
    """There is one entry of that kind for each."""
    return Unique(f"ledger_{kind.lower()}_once", "ledger_entry", key, f"kind = '{kind}'")


CONSTRAINTS: list[Constraint] = [
    Check("practice_most_discount", "practice", "{row}most_discount BETWEEN 0 AND 100"),
    Check("legal_entity_due_days", "legal_entity", "{row}due_days BETWEEN 0 AND 365"),
    Check("tax_rate_range", "tax_rate", "{row}rate BETWEEN 0 AND 100000"),
    Check("price_range", "price", f"{{row}}minor BETWEEN 0 AND {MOST_MINOR} AND length({{row}}currency) = 3"),
    Unique("price_list_item_of_a_service", "price_list_item", "service_id", "is_offered"),
    Unique("price_list_item_of_a_vaccine", "price_list_item", "vaccine_id", "is_offered"),
    Check("proposed_charge_quantity", "proposed_charge", "{row}quantity_thousandths > 0"),
    Check("dropped_charge_has_a_reason", "dropped_charge", "{row}because <> ''"),
    Check("invoice_sums", "invoice", SUMS + f" AND {{row}}gross_minor <= {MOST_MINOR}"),
    Check("invoice_share", "invoice", "{row}share BETWEEN 1 AND 100"),
    Check(
        "invoice_issued_whole",
        "invoice",
        "({row}state = 'ISSUED') = ({row}number IS NOT NULL) AND ({row}state = 'ISSUED') = ({row}issued_at IS NOT NULL) "
        "AND ({row}state = 'ISSUED') = ({row}issued_on IS NOT NULL) AND ({row}state = 'ISSUED') = ({row}due_on IS NOT NULL) "
        "AND ({row}state <> 'ISSUED' OR ({row}names <> '' AND {row}due_on >= {row}issued_on))",
    ),
    Check("invoice_discarded_has_a_reason", "invoice", "{row}state <> 'DISCARDED' OR {row}discarded_because <> ''"),
    Check("invoice_line_sums", "invoice_line", SUMS),
    Check(
        "invoice_line_ranges",
        "invoice_line",
        "{row}quantity_thousandths > 0 AND {row}unit_price_minor >= 0 AND {row}discount_rate BETWEEN 0 AND 100000 "
        "AND {row}tax_rate BETWEEN 0 AND 100000",
    ),
    Check(
        "invoice_line_reasons",
        "invoice_line",
        "({row}discount_rate = 0 OR {row}discount_because <> '') "
        "AND (COALESCE({row}list_price_minor, -1) = {row}unit_price_minor OR {row}price_because <> '')",
    ),
    Check("invoice_line_source", "invoice_line", "({row}source IS NULL) = ({row}source_id IS NULL)"),
    Unique("invoice_line_bills_once", "invoice_line", "source_id", "holds_source"),
    Check("invoice_payer_share", "invoice_payer", "{row}share BETWEEN 1 AND 100"),
    Guard("invoice_payer_of_a_whole", "invoice_payer", more_than("100", "share", "invoice_payer", "invoice_id")),
    Check("credit_note_sums", "credit_note", SUMS + " AND {row}because <> ''"),
    Check("credit_note_line_sums", "credit_note_line", SUMS),
    *(
        Guard(f"credit_note_line_{column}", "credit_note_line", credited(f"{column}_minor"))
        for column in ("net", "tax", "gross")
    ),
    Guard(
        "credit_note_of_its_invoice",
        "credit_note",
        of("invoice", "client_id", "legal_entity_id", "currency", and_also="its.state = 'ISSUED'"),
    ),
    Guard(
        "credit_note_line_of_its_invoice",
        "credit_note_line",
        "NOT EXISTS (SELECT 1 FROM credit_note n JOIN invoice_line l ON l.invoice_id = n.invoice_id "
        "WHERE n.id = {row}credit_note_id AND l.id = {row}invoice_line_id)",
    ),
    Guard(
        "credit_note_line_of_a_whole",
        "credit_note_line",
        more_than(its("gross_minor", "credit_note"), "gross_minor", "credit_note_line", "credit_note_id")
        + " OR "
        + more_than(its("tax_minor", "credit_note"), "tax_minor", "credit_note_line", "credit_note_id"),
    ),
    Check("payment_amount", "payment", f"{{row}}minor BETWEEN 1 AND {MOST_MINOR}"),
    Check(
        "payment_succeeded_whole",
        "payment",
        "({row}state = 'SUCCEEDED') = ({row}number IS NOT NULL) "
        "AND ({row}state <> 'SUCCEEDED' OR ({row}received_on IS NOT NULL AND {row}settled_at IS NOT NULL))",
    ),
    Check("payment_invoice_amount", "payment_invoice", "{row}minor > 0"),
    Guard(
        "payment_invoice_of_its_client",
        "payment_invoice",
        "NOT EXISTS (SELECT 1 FROM payment p JOIN invoice i ON i.client_id = p.client_id AND i.currency = p.currency "
        "AND i.legal_entity_id = p.legal_entity_id WHERE p.id = {row}payment_id AND i.id = {row}invoice_id "
        "AND i.state = 'ISSUED')",
    ),
    Guard(
        "payment_invoice_of_a_whole",
        "payment_invoice",
        more_than(its("minor", "payment"), "minor", "payment_invoice", "payment_id"),
    ),
    Guard(
        "refund_of_its_payment",
        "refund",
        of(
            "payment",
            "client_id",
            "currency",
            and_also="its.state = 'SUCCEEDED' AND ({row}method <> 'CARD' OR its.method = 'CARD')",
        ),
    ),
    Guard("refund_of_its_credit_note", "refund", of("credit_note", "client_id", "currency")),
    Guard(
        "refund_of_a_whole",
        "refund",
        more_than(its("minor", "payment"), "minor", "refund", "payment_id", but=" AND there.state <> 'FAILED'"),
    ),
    Guard(
        "dispute_of_its_payment",
        "dispute",
        of("payment", "currency", and_also="its.state = 'SUCCEEDED' AND its.method = 'CARD'"),
    ),
    Check("refund_amount", "refund", "{row}minor > 0 AND {row}because <> ''"),
    Check("refund_settled", "refund", "({row}state = 'REQUESTED') = ({row}settled_at IS NULL)"),
    Check("dispute_amount", "dispute", "{row}minor > 0"),
    Check("dispute_settled", "dispute", "({row}state = 'OPEN') = ({row}settled_at IS NULL)"),
    Check("ledger_amount", "ledger_entry", f"{{row}}minor BETWEEN 1 AND {MOST_MINOR}"),
    Check("ledger_moves", "ledger_entry", moves(KINDS)),
    Check(
        "ledger_belongs",
        "ledger_entry",
        "('RECEIVABLE' NOT IN ({row}debit, {row}credit) OR {row}invoice_id IS NOT NULL) "
        "AND ('ON_ACCOUNT' NOT IN ({row}debit, {row}credit) OR {row}payment_id IS NOT NULL) "
        "AND ('REFUNDS_DUE' NOT IN ({row}debit, {row}credit) OR ({row}refund_id IS NOT NULL AND {row}payment_id IS NOT NULL)) "
        "AND ('DISPUTED' NOT IN ({row}debit, {row}credit) OR ({row}dispute_id IS NOT NULL AND {row}payment_id IS NOT NULL)) "
        "AND ({row}kind <> 'DISPUTE_COVERED' OR {row}dispute_id IS NOT NULL) "
        "AND ({row}kind NOT IN ('CREDIT', 'CREDIT_TAX') OR {row}credit_note_id IS NOT NULL) "
        "AND ({row}kind NOT IN ('CHARGE_TAX', 'CREDIT_TAX') OR ({row}invoice_id IS NOT NULL AND {row}tax_rate IS NOT NULL))",
    ),
    # The holder of an account's row is the only one who posts to it, so what these ask for cannot change meanwhile.
    Guard(
        "ledger_goes_on",
        "ledger_entry",
        "{row}number <> COALESCE((SELECT MAX(before.number) FROM ledger_entry before "  # noqa: S608 - our own names
        "WHERE before.account_id = {row}account_id), 0) + 1 OR {row}balance_minor <> " + owed_more("{row}") + " + "
        "COALESCE((SELECT before.balance_minor FROM ledger_entry before WHERE before.account_id = {row}account_id "
        "AND before.number = {row}number - 1), 0)",
    ),
    Guard(
        "ledger_of_its_account",
        "ledger_entry",
        "NOT EXISTS (SELECT 1 FROM client_account a WHERE a.id = {row}account_id AND a.client_id = {row}client_id "
        "AND a.legal_entity_id = {row}legal_entity_id AND a.currency = {row}currency)",
    ),
    Guard(
        "ledger_of_its_papers",
        "ledger_entry",
        " OR ".join(
            f"({each})"
            for each in (
                of("invoice", "client_id", "legal_entity_id", "currency", and_also="its.state = 'ISSUED'"),
                of("payment", "client_id", "legal_entity_id", "currency", and_also="its.state = 'SUCCEEDED'"),
                of("credit_note", "client_id", "legal_entity_id", "currency", "invoice_id"),
                of("refund", "client_id", "currency", "payment_id"),
                of("dispute", "currency", "payment_id"),
            )
        ),
    ),
    Guard(
        "ledger_as_written",
        "ledger_entry",
        f"({{row}}kind = 'CHARGE' AND {{row}}minor <> {its('gross_minor', 'invoice')}) "  # noqa: S608 - our own names
        f"OR ({{row}}kind = 'CREDIT' AND ({{row}}minor <> {its('gross_minor', 'credit_note')} OR {{row}}minor <> "
        "(SELECT SUM(l.gross_minor) FROM credit_note_line l WHERE l.credit_note_id = {row}credit_note_id))) "
        f"OR ({{row}}kind = 'PAYMENT' AND ({{row}}minor <> {its('minor', 'payment')} "
        f"OR {{row}}debit <> {its('method', 'payment')})) "
        f"OR ({{row}}kind = 'PAYMENT_REVERSED' AND ({{row}}minor <> {its('minor', 'payment')} "
        f"OR {{row}}credit <> {its('method', 'payment')} OR {{row}}credit = 'CARD')) "
        f"OR ({{row}}kind IN ('REFUND', 'REFUND_PAID', 'REFUND_FAILED') AND {{row}}minor <> {its('minor', 'refund')}) "
        f"OR ({{row}}kind = 'REFUND_PAID' AND {{row}}credit <> {its('method', 'refund')}) "
        f"OR ({{row}}kind IN ('DISPUTE', 'DISPUTE_WON') AND {{row}}minor <> {its('minor', 'dispute')})",
    ),
    Guard(
        "ledger_tax",
        "ledger_entry",
        f"({{row}}kind = 'CHARGE_TAX' AND {{row}}minor + {so_far('CHARGE_TAX', 'invoice_id')} > {its('tax_minor', 'invoice')}) "
        f"OR ({{row}}kind = 'CREDIT_TAX' AND {{row}}minor + {so_far('CREDIT_TAX', 'credit_note_id')} "
        f"> {its('tax_minor', 'credit_note')})",
    ),
    Guard(
        "ledger_released",
        "ledger_entry",
        f"{{row}}kind = 'RELEASE' AND {{row}}minor > {so_far('ALLOCATION', 'payment_id')} - {so_far('RELEASE', 'payment_id')}",
    ),
    Guard(
        "ledger_refunds_due",
        "ledger_entry",
        "{row}debit = 'REFUNDS_DUE' AND {row}minor > " + left("REFUNDS_DUE", -1, "payment_id", "refund_id"),
    ),
    Guard(
        "ledger_disputed",
        "ledger_entry",
        "{row}credit = 'DISPUTED' AND {row}minor > " + left("DISPUTED", 1, "payment_id", "dispute_id"),
    ),
    Guard(
        "ledger_covered",
        "ledger_entry",
        "{row}kind = 'DISPUTE_COVERED' AND {row}minor > " + uncovered(),
    ),
    Guard(
        "ledger_owed",
        "ledger_entry",
        "{row}credit = 'RECEIVABLE' AND {row}minor > " + left("RECEIVABLE", 1, "invoice_id"),
    ),
    Guard(
        "ledger_on_account",
        "ledger_entry",
        "{row}debit = 'ON_ACCOUNT' AND {row}minor > " + left("ON_ACCOUNT", -1, "payment_id"),
    ),
    Guard(
        "ledger_period",
        "ledger_entry",
        "{row}posted_on <= (SELECT e.closed_through FROM legal_entity e WHERE e.id = {row}legal_entity_id)",
    ),
    Guard(
        "legal_entity_closes_forward",
        "legal_entity",
        "{was}number_prefix <> {row}number_prefix OR ({was}closed_through IS NOT NULL "
        "AND ({row}closed_through IS NULL OR {row}closed_through < {was}closed_through))",
        moment="UPDATE",
    ),
    Guard(
        "invoice_adds_up",
        "invoice",
        "{row}state = 'ISSUED' AND EXISTS (SELECT 1 FROM (SELECT COALESCE(SUM(l.net_minor), 0) AS net, "
        "COALESCE(SUM(l.tax_minor), 0) AS tax, COUNT(*) AS many FROM invoice_line l WHERE l.invoice_id = {row}id) s "
        "WHERE s.net <> {row}net_minor OR s.tax <> {row}tax_minor OR s.many = 0)",
        moment="UPDATE",
    ),
    Guard("invoice_begins_as_a_draft", "invoice", "{row}state <> 'DRAFT'"),
    Guard(
        "invoice_of_a_whole_bill",
        "invoice",
        "{row}state = 'ISSUED' AND {was}state <> 'ISSUED' AND "
        + more_than("100", "share", "invoice", "bill_id", but=" AND there.state = 'ISSUED'"),
        moment="UPDATE",
    ),
    Guard(
        "number_series_goes_on",
        "number_series",
        "{row}name <> {was}name OR {row}last_number <= {was}last_number",
        moment="UPDATE",
    ),
    once("CHARGE", "invoice_id"),
    once("CREDIT", "credit_note_id"),
    once("PAYMENT", "payment_id"),
    once("PAYMENT_REVERSED", "payment_id"),
    once("REFUND", "refund_id"),
    Unique("ledger_refund_settled_once", "ledger_entry", "refund_id", "kind IN ('REFUND_PAID', 'REFUND_FAILED')"),
    once("DISPUTE", "dispute_id"),
    Unique("ledger_dispute_settled_once", "ledger_entry", "dispute_id", "kind = 'DISPUTE_WON'"),
    once("DISPUTE_UNCOVERED", "dispute_id"),
    Frozen("invoice_issued", "invoice", "{row}state = 'ISSUED'", OF_AN_INVOICE),
    Frozen("invoice_discarded", "invoice", "{row}state = 'DISCARDED'", ("state", "discarded_at", "discarded_because")),
    Frozen("invoice_line_issued", "invoice_line", IN_AN_ISSUED_INVOICE, OF_A_LINE, admits_new=False),
    Frozen("invoice_visit_issued", "invoice_visit", IN_AN_ISSUED_INVOICE, ("id", "invoice_id", "visit_id"), admits_new=False),
    Frozen(
        "invoice_payer_issued", "invoice_payer", IN_AN_ISSUED_INVOICE, ("id", "invoice_id", "client_id", "share"),
        admits_new=False,
    ),
    Frozen("tax_rate_kept", "tax_rate", ALWAYS, ("id", "category_id", "legal_entity_id", "valid_from", "rate", "is_included", "added_at")),
    Frozen("price_kept", "price", ALWAYS, ("id", "item_id", "location_id", "valid_from", "minor", "currency", "added_at")),
    Frozen(
        "credit_note_kept",
        "credit_note",
        ALWAYS,
        ("id", "number", "invoice_id", "location_id", "legal_entity_id", "client_id", "currency", "because", "net_minor",
         "tax_minor", "gross_minor", "names", "issued_at", "issued_on", "issued_by_id"),
    ),
    Frozen(
        "credit_note_line_kept",
        "credit_note_line",
        ALWAYS,
        ("id", "credit_note_id", "invoice_line_id", "position", "description", "tax_rate", "net_minor", "tax_minor",
         "gross_minor"),
    ),
    Frozen("payment_kept", "payment", ALWAYS, OF_A_PAYMENT),
    Frozen(
        "payment_succeeded",
        "payment",
        "{row}state = 'SUCCEEDED'",
        ("state", "number", "received_on", "settled_at", "provider_ref"),
    ),
    Frozen("payment_cancelled", "payment", "{row}state = 'CANCELLED'", ("state",)),
    Frozen("payment_invoice_kept", "payment_invoice", ALWAYS, ("id", "payment_id", "invoice_id", "minor")),
    Frozen("refund_kept", "refund", ALWAYS, OF_A_REFUND),
    Frozen("refund_settled_kept", "refund", "{row}state <> 'REQUESTED'", ("state", "settled_at", "provider_ref")),
    Frozen("dispute_kept", "dispute", ALWAYS, ("id", "payment_id", "provider_ref", "minor", "currency", "opened_at")),
    Frozen("dispute_settled_kept", "dispute", "{row}state <> 'OPEN'", ("state", "settled_at")),
    Frozen("client_account_kept", "client_account", ALWAYS, ("id", "client_id", "legal_entity_id", "currency", "opened_at")),
    Frozen("ledger_entry_kept", "ledger_entry", ALWAYS, OF_AN_ENTRY),
    stated(KINDS),
    PartialIndex("payment_to_look_at", "payment", "look_at, id", "look_at IS NOT NULL"),
    PartialIndex("refund_to_look_at", "refund", "look_at, id", "look_at IS NOT NULL"),
    PartialIndex("invoice_draft", "invoice", "opened_at, id", "state = 'DRAFT'"),
    TextIndex("price_list_item_fold", "price_list_item", "fold", "id"),
]  # fmt: skip


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint and index."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


async def invoiced_by_the_practice(_apps: Any, editor: Any) -> None:
    """A practice that is there already invoices under its own name, for all of its locations, until it says otherwise."""
    client = editor.client
    for practice in await client.execute_query_dict("SELECT name, created_at FROM practice"):
        entity, name = uuid7(), practice["name"]
        marks = "$1, $2, $3" if editor.DIALECT == "postgres" else "?, ?, ?"
        await client.execute_query(
            "INSERT INTO legal_entity (id, name, fold, number_prefix, street, postal_code, city, country, tax_number, "
            f"bank_details, due_days, created_at) SELECT '{entity}', {marks.split(', ', maxsplit=1)[0]}, {marks.split(', ')[1]}, '', "
            f"'', '', '', '', '', '', 14, {marks.split(', ')[2]}",
            [name, folded(name), practice["created_at"]],
        )
        await client.execute_query(f"UPDATE location SET legal_entity_id = '{entity}'")  # noqa: S608 - our own names


class Migration(migrations.Migration):
    """The constraints of money, and who invoices for a practice that is there already."""

    dependencies = [("models", "0016_paying")]
    operations = [ops.RunPython(make), ops.RunPython(invoiced_by_the_practice)]
