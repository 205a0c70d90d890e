"""Arguments: what is given to a field that takes something, drawn from the rows that there are."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

from graph.reading.pages import cursor
from models import (
    Appointment,
    BusyTime,
    Client,
    DiagnosisTerm,
    Document,
    ImportedLine,
    Invoice,
    Location,
    Message,
    Note,
    NoteRevision,
    Pet,
    Prescription,
    PriceListItem,
    RecordReading,
    Reminder,
    Service,
    TreatmentPlan,
    TreatmentStep,
    UndeliverableAddress,
    Vaccination,
    Visit,
    Vital,
)
from models.treatment import PlanState
from resolvers.viewer import Audience, Viewer
from tests.oracle import bills, letter_texts, lines, paid, prices, reminders
from tests.oracle.kinds import KINDS, PRINTED, SCHEMAS
from tests.oracle.oracle import id_of
from tests.oracle.records import Records
from tests.oracle.sight import Sight

SIZES = (1, 2, 3, 5, 100)
WRONG = ({"first": 0}, {"first": 101}, {"last": -1}, {"first": 1, "last": 1}, {"after": "!"}, {"last": 2, "after": "x"})
MOMENTS = ("2026-02-27T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T09:30:00+01:00", "2026-03-05T00:00:00Z")
DAYS = ("2026-03-02", "2026-03-04", "2026-03-05", "2026-03-01", "2026-03-07", "2026-03-06")
MONTHS = (
    "2026-01-05",
    "2026-02-28",
    "2026-03-01",
    "2026-04-30",
    "2024-01-01",
    "2023-03-31",
    "2026-01-31",
    "9999-12-31",
)
DAYS_OF_DEATH = ("2026-03-02", "2026-03-01", "2026-02-20", "2026-03-09")
SEARCHES = ("Be", "olga", "Orsted Elo", "berg @home", "olga.berg@", "9018", "030 / 90 18", "+49 30 901820", "van hoff",
            "x", "nobody", "van-der", "lu nor", "ida.blom@home.example")  # fmt: skip
HISTORIES = (
    "she",
    "Limps",
    "sh li",
    "WUNDE gross",
    "wunden",
    "2",
    "limps!",
    '"',
    "she ' OR 1",
    "e",
    "",
    "verband " * 20,
)
_KINDLESS = (
    "CoOwner",
    "Email",
    "Phone",
    "HeldRole",
    "OpeningHours",
    "ServiceStaff",
    "ServiceRoom",
    "BusyTime",
    "HistoryEntry",
    "PrescriptionRepeat",
    "Death",
    "Consent",
    "TaxRate",
    "PriceListEntry",
    "Price",
    "InvoicePayer",
    "InvoiceVisit",
    "ProposedCharge",
    "DroppedCharge",
    "ClientAccount",
    "PaymentInvoice",
)


class Arguments:
    """Draws what is given to each field of a view; what is drawn finds something more often than not.

    Of the rows that are drawn, most can be seen by the one who asks.
    """

    def __init__(self, records: Records, audience: Audience) -> None:
        rows = {model: sorted(held, key=_plain) for model, held in records.rows.items()}
        self._rows = rows
        self.ids = {kind: [id_of(kind, row.id) for row in rows[model]] for kind, model in KINDS.items()}
        self._records = records
        self._seen_by: dict[UUID | None, dict[str, list[str]]] = {}
        self._seen: dict[str, list[str]] = {}
        self._nodes = [each for kind, ids in self.ids.items() if kind not in _KINDLESS for each in ids]
        self.shown = [each for each in KINDS if each in SCHEMAS[audience].type_map and each not in _KINDLESS]
        self._kinds = sorted(SCHEMAS[audience].type_map["HistoryKind"].values)  # type: ignore[attr-defined]
        self._strange = ["", "nonsense", "ä", id_of("Pet", UUID(int=7)), id_of("Nothing", UUID(int=7))]
        self._strange += [ids[0] for kind in _KINDLESS if (ids := self.ids[kind])]
        assert rows[BusyTime]
        self._visits = [cursor((row.starts_at, row.id)) for row in rows[Appointment]]

        def places(model: Any, by: str) -> list[str]:
            """Where such a list can go on; where there is nothing of it, cursors of another."""
            return [cursor((getattr(row, by), row.id)) for row in rows[model] if getattr(row, by)] or self._visits

        self._papers, self._plans = places(Document, "at"), places(TreatmentPlan, "created_at")
        self._steps, self._versions = places(TreatmentStep, "due_on"), places(NoteRevision, "version")
        self._at = {model: places(model, "at") for model in (Visit, Note, RecordReading, Prescription, Vital)}
        self._names = {model: places(model, "fold") for model in (Pet, Client, DiagnosisTerm, PriceListItem)}
        self._paid = paid.places(rows)
        self._doses, self._imported = places(Vaccination, "given_on"), places(ImportedLine, "at")
        self._bills = [*places(Invoice, "opened_at"), *places(Invoice, "due_on")]
        self._letters = [id_of("Appointment", each) for each in records.letters]
        due, sent, dead = (
            places(Reminder, "due_on"),
            places(Message, "created_at"),
            places(UndeliverableAddress, "found_at"),
        )
        self._due = dict.fromkeys(("dueList", "callList", "myReminders"), due)
        self._due |= {"messages": sent, "myMessages": sent, "undeliverableAddresses": dead}
        self._days = sorted({row.due_on for row in rows[Reminder]})
        self._months = sorted({str(day) for day in self._days})
        self._places = [id_of("Location", row.location_id) for row in rows[Reminder]]
        self._told = [id_of("Pet", each) for each in records.told]

    def ask_as(self, viewer: Viewer) -> None:
        """From now on, somebody else asks."""
        if viewer.account_id not in self._seen_by:
            sight = Sight(viewer, self._records.rows)
            self._seen_by[viewer.account_id] = {
                kind: [id_of(kind, row.id) for row in self._rows[model] if sight.sees(row)]
                for kind, model in KINDS.items()
            }
        self._seen = self._seen_by[viewer.account_id]

    def drawn(self, chance: Random, of: str, field: str, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """What is given to this field of this type, by the names of its arguments; `kinds` are those asked about."""
        match of, field:
            case "Query", "node":
                return {"id": self._id(chance, chance.choice(self._mostly_seen(kinds)) if kinds else None)}
            case "Query", "pet" | "client":
                return {"id": self._id(chance, field.capitalize())}
            case "Query", "pets" | "clients":
                return self._named_page(chance, field)
            case "Query", "myAppointments":
                return self._page(chance, self._visits)
            case "Query", "appointments":
                return {**self._period(chance), **self._page(chance, self._visits)}
            case "Pet", "appointments":
                when = {"when": chance.choice(("PAST", "COMING", None))} if chance.random() < 0.5 else {}
                return {**when, **self._page(chance, self._visits)}
            case _, "history":
                return self._entries(chance, 0.3 if of == "Pet" else 1)
            case "Query", "day":
                on = chance.choice(("0001-01-01", "9999-12-31")) if chance.random() < 0.05 else chance.choice(DAYS)
                return {"locationId": self._id(chance, "Location"), "on": on}
            case "Query", "freeTimes" | "deathPreview":
                return self._search(chance) if field == "freeTimes" else self._death(chance)
        return self._of_records(chance, of, field)

    def _of_records(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        match of, field:
            case "Query", "visit" | "reminderRule":
                return {"id": self._id(chance, f"{field[0].upper()}{field[1:]}")}
            case "Query", "recordReadings":
                return {"petId": self._id(chance, "Pet"), **self._page(chance, self._at[RecordReading])}
            case "Pet", "visits":
                return self._page(chance, self._at[Visit])
            case "Pet", "notes":
                return self._page(chance, self._at[Note])
            case "Note", "revisions":
                return self._page(chance, self._versions)
            case "Pet", "prescriptions":
                return self._page(chance, self._at[Prescription])
            case "Pet", "vitals":
                return {**lines.a_period(chance), **self._page(chance, self._at[Vital])}
            case "Query", "diagnosisTerms":
                return {**lines.a_search(chance), **self._page(chance, self._names[DiagnosisTerm])}
        return self._of_reminding(chance, of, field)

    def _of_reminding(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        match of, field:
            case "Query", "reminderRuleForecast":
                return {"ruleId": self._id(chance, "ReminderRule")} if chance.random() < 0.95 else {}
            case "Query", "reminderFigures":
                place = {"locationId": self._place(chance)} if chance.random() < 0.3 else {}
                return {**reminders.some_months(chance, self._months, MONTHS), **place}
            case "Query", "dueList" | "callList" | "myReminders" | "messages" | "myMessages" | "undeliverableAddresses":
                rule = self._id(chance, "ReminderRule")
                given = reminders.drawn(chance, field, self._days, self._place(chance), rule)
                return given | self._page(chance, self._due[field])
            case ("Pet", "reminders") | ("Client", "messages"):
                return self._page(chance, self._due["dueList" if of == "Pet" else "messages"])
        return self._of_papers(chance, of, field)

    def _of_papers(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        match of, field:
            case "Pet", "documents":
                return self._page(chance, self._papers)
            case "Pet", "treatmentPlans":
                states = [*(each.value for each in PlanState), None]
                state = {"state": chance.choice(states)} if chance.random() < 0.5 else {}
                return {**state, **self._page(chance, self._plans)}
            case "Query", "dueSteps":
                since = {"from": chance.choice(DAYS)} if chance.random() < 0.3 else {}
                return {"to": chance.choice(DAYS), **since, **self._page(chance, self._steps)}
        return self._of_vaccinations(chance, of, field)

    def _of_vaccinations(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        match of, field:
            case "Query", "vaccines":
                words = ("rabi", "merck versi", "i", "a", "%", "x", "")
                return {"search": chance.choice(words)} if chance.random() < 0.4 else {}
            case "Query", "vaccinationsOfLot":
                product = {"vaccineId": self._id(chance, "Vaccine")} if chance.random() < 0.1 else {}
                lot = chance.choice(("A-1", "a 1", "A-1", "B2", "b2", "b-2", "-"))
                return {"lot": lot, **product, **self._page(chance, self._doses)}
            case "Query", "certificate" | "certificateLink":
                return {"id": self._id(chance, "Certificate")}
            case "Query", "paperLink":
                return {"id": self._id(chance, chance.choice([of for of in PRINTED if self._seen.get(of)] or PRINTED))}
            case "Pet", "vaccinations":
                return self._page(chance, self._doses)
            case "Pet", "importedLines":
                return self._page(chance, self._imported)
            case "Query", "petRecord":
                return {"petId": chance.choice([*self._told * 9, *self._strange])}
            case ("Query", "priceList") | ("TaxCategory", "rates") | ("PriceListItem", "prices"):
                given = prices.drawn(chance, of, field, lambda kind: self._id(chance, kind))
                return given | (self._page(chance, self._names[PriceListItem]) if field == "priceList" else {})
        return self._of_bills(chance, of, field)

    def _of_bills(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        match of, field:
            case "Query", "invoice" | "creditNote" | "checkout":
                return bills.drawn(chance, field, lambda kind: self._id(chance, kind))
            case "Query", "invoices" | "myInvoices":
                given = bills.drawn(chance, field, lambda kind: self._id(chance, kind))
                return given | self._page(chance, self._bills)
            case "Query", "letterTexts":
                return chance.choice(({}, {"onlyInUse": True}, {"onlyInUse": False}))
            case "Query", "letterPreview":
                return letter_texts.drawn(chance, self._letters, self._strange)
            case "Client", "invoices":
                return self._page(chance, self._bills)
        return self._of_money(chance, of, field)

    def _of_money(self, chance: Random, of: str, field: str) -> dict[str, Any]:
        def an_id(kind: str) -> str:
            return (
                chance.choice(self._paid[kind])
                if kind in self._paid and chance.random() < 0.7
                else self._id(chance, kind)
            )

        match of, field:
            case "Query", "payment" | "takings" | "journalLink" | "statementLink" | "myStatementLink":
                return paid.drawn(chance, field, an_id)
            case "Query", "payments" | "myPayments" | "statement" | "myStatement":
                given = paid.drawn(chance, field, an_id)
                name = "payments" if field.endswith("ayments") else "statement"
                return given | self._page(chance, self._paid[name])
            case "Query", "debtors":
                given = paid.drawn(chance, field, an_id)
                page = self._page(chance, self._paid[given.get("order", "AMOUNT")])
                return given | {name: value for name, value in page.items() if name in ("first", "after")}
        raise LookupError(f"Nobody knows what to give to {of}.{field}.")

    def _id(self, chance: Random, kind: str | None = None) -> str:
        if chance.random() < 0.06:
            return chance.choice((*self._strange, *self._nodes))
        if kind is None:
            kind = chance.choice(self._mostly_seen(self.shown))
        elif chance.random() < 0.05:
            return chance.choice(self._nodes)
        seen = self._seen.get(kind) if chance.random() < 0.8 else None
        return chance.choice(seen or self.ids[kind])

    def _place(self, chance: Random) -> str:
        """Where something is due, as often as something is."""
        return chance.choice(self._places) if chance.random() < 0.8 else self._id(chance, "Location")

    def _mostly_seen(self, kinds: Sequence[str]) -> Sequence[str]:
        """Those of the kinds of which there is something that the one who asks can see; all of them where there is none."""
        return [kind for kind in kinds if self._seen.get(kind)] or kinds

    def _page(self, chance: Random, cursors: list[str]) -> dict[str, Any]:
        match chance.randint(0, 11):
            case 0 | 1 | 2 | 3:
                return {}
            case 4 | 5 | 6:
                return {"first": chance.choice(SIZES)}
            case 7 | 8:
                return {"last": chance.choice(SIZES)}
            case 9:
                size = {"first": chance.choice(SIZES)} if chance.random() < 0.7 else {}
                return {**size, "after": chance.choice(cursors)}
            case 10:
                size = {"last": chance.choice(SIZES)} if chance.random() < 0.7 else {}
                return {**size, "before": chance.choice(cursors)}
        if chance.random() < 0.4:
            return {"after": chance.choice([*self._visits, *self._names[Pet], *self._steps])}
        return dict(chance.choice((*WRONG, {"first": None, "last": None})))

    def _named_page(self, chance: Random, field: str) -> dict[str, Any]:
        if field == "pets":
            return self._page(chance, self._names[Pet])
        search = {"search": chance.choice(SEARCHES)} if chance.random() < 0.4 else {}
        return {**search, **self._page(chance, self._names[Client])}

    def _entries(self, chance: Random, search: float) -> dict[str, Any]:
        """Words, for a share of those who ask, kinds, and a stretch of time; mostly neither of these."""
        given = self._page(chance, self._visits)
        if chance.random() < search:
            given["search"] = chance.choice(HISTORIES)
        if chance.random() < 0.3:
            given["kinds"] = chance.choice((None, [], ["APPOINTMENT"], chance.sample(self._kinds, 2)))
        if chance.random() < 0.2:
            given["from"] = chance.choice(MOMENTS)
        if chance.random() < 0.2:
            given["to"] = chance.choice(MOMENTS)
        return given

    def _period(self, chance: Random) -> dict[str, Any]:
        since, until = sorted(chance.sample(range(len(MOMENTS)), 2))
        if chance.random() < 0.04:
            since, until = until, since
        place = {"locationId": self._id(chance, "Location")} if chance.random() < 0.5 else {}
        return {"startsBefore": MOMENTS[until], "endsAfter": MOMENTS[since], **place}

    def _death(self, chance: Random) -> dict[str, Any]:
        return {"petId": self._id(chance, "Pet"), "diedOn": chance.choice(DAYS_OF_DEATH)}

    def _search(self, chance: Random) -> dict[str, Any]:
        """A service at a place on a few days; most can be had."""
        service = self._named(chance, Service, "Check-up", "Check-up", "Ärztliche Visite", "Vaccination")
        place = self._named(chance, Location, "High Street", "High Street", "High Street", "Quay")
        first = chance.choice(DAYS)
        to = chance.choice(("2026-03-01", "2026-05-01")) if chance.random() < 0.06 else first
        if chance.random() < 0.2:
            to = "2026-03-08"
        given = {"serviceId": service, "locationId": place, "from": first, "to": to}
        if chance.random() < (0.3 if self._seen["Pet"] else 0.05):
            given["petId"] = self._id(chance, "Pet")
        if chance.random() < 0.3:
            given["vetId"] = self._id(chance, "Staff")
        return given

    def _named(self, chance: Random, model: Any, *names: str) -> str:
        if chance.random() < 0.15:
            return self._id(chance, model.__name__)
        held = {row.name: id_of(model.__name__, row.id) for row in self._rows[model] if row.name in names}
        seen = [name for name in names if held[name] in self._seen[model.__name__]]
        return held[chance.choice(seen or names)]


def _plain(row: Any) -> tuple[str, ...]:
    """What a row says without any key, so that the same are drawn on every database and in every run."""
    return tuple(
        str(value) for name in row._meta.fields_db_projection if not isinstance(value := getattr(row, name), UUID)
    )
