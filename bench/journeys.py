"""The journeys: what is asked of everybody, and what a right answer holds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count, cycle, product
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bench.rows import PASSWORD, Practice

_DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { on
  appointments { id status startsAt endsAt reason service { id name } vet { id displayName } room { id name }
    client { id displayName } pet { id name species breed } } } }"""
_PET = """query Pet($id: ID!) { pet(id: $id) { id name species breed bornOn
  owners { share client { id displayName } }
  appointments(when: PAST, first: 50) { nodes { id status startsAt
    service { id name } vet { id displayName } room { id name } } } } }"""
_CLIENTS = """query Clients($search: String!) { clients(search: $search, first: 20) { nodes { id displayName
  ownerships { pet { id name species } } } } }"""
_HISTORY = """query History($id: ID!) { pet(id: $id) { id name visits(first: 50) { nodes { id at reason
  vet { id displayName } notes { id kind subjective objective assessment plan signedAt author { id displayName }
    vitals { id kind value at } treatments { id name amount route } } } } } }"""
_FREE = """query Free($service: ID!, $location: ID!, $from: Date!, $to: Date!) {
  freeTimes(serviceId: $service, locationId: $location, from: $from, to: $to) {
    startsAt endsAt startsAtLocal vets { id displayName } } }"""
_BOOK = """mutation Book($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
  ... on AppointmentBooked { appointment { id startsAt status vet { displayName } room { name } } }
  ... on Refusal { code message } } }"""
_SIGN_IN = """mutation SignIn($input: SignInInput!) { signIn(input: $input) { __typename
  ... on SignedIn { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
  ... on Refusal { code message } } }"""

_ISSUE = """mutation Issue($input: IssueInvoiceInput!) { issueInvoice(input: $input) { __typename
  ... on InvoicesIssued { invoices { id number issuedOn dueOn sharePercent client { displayName }
    gross { amount currency } openAmount { amount currency } } }
  ... on Refusal { code message } } }"""
_PAY = """mutation Pay($input: TakePaymentInput!) { takePayment(input: $input) { __typename
  ... on PaymentTaken { payment { id receiptNumber method receivedOn amount { amount currency }
    onAccount { amount currency } invoices { invoiceId invoiceNumber amount { amount currency } } } }
  ... on Refusal { code message } } }"""
_STATEMENT = """query Statement($id: ID!, $first: Int, $last: Int) {
  statement(clientId: $id, first: $first, last: $last) { nodes { id number kind postedOn at
    amount { amount currency } change { amount currency } balance { amount currency }
    location { name } invoice { id number } payment { id receiptNumber method } } } }"""

OF_THE_DESK = ("issue", "pay", "statement", "statement_long", "statement_end")
Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journey:
    """One thing that clients do, with these variables: over and over, or, by an iterator, other ones each time.

    `key` names it in the figures, `path` is where the limit is asked. Reads are asked of the peers too when
    `is_for_all`.
    """

    key: str
    name: str
    document: str
    path: str
    holds: bytes
    variables: Iterable[Variables]
    token: str | None
    is_for_all: bool = False

    @property
    def is_read(self) -> bool:
        return not self.document.startswith("mutation")

    def is_right(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.1 200") and self.holds in answer and b'"errors"' not in answer

    def asked_by_graphql(self, path: str) -> Iterator[bytes]:
        """The requests, for a server that speaks GraphQL at that path."""
        return self._made(lambda given: as_http(path, {"query": self.document, "variables": given}, self.token))

    def asked_by_hand(self) -> Iterator[bytes]:
        """The requests, for the limit."""
        return self._made(lambda given: as_http(self.path, given, self.token))

    def asked_once(self) -> int:
        """After how many requests of a read all of them have been asked."""
        return len(list(self.variables))

    def _made(self, made: Callable[[Variables], bytes]) -> Iterator[bytes]:
        """The requests as bytes; those of a read are made once, before anybody looks at the clock."""
        asked = self.variables
        return map(made, asked) if isinstance(asked, Iterator) else cycle([made(given) for given in asked])


def journeys(practice: Practice) -> list[Journey]:
    place, token = {"location": practice.location}, practice.token
    week = {"from": practice.day.isoformat(), "to": (practice.day + timedelta(days=6)).isoformat()}
    free = [{**place, **week, "service": practice.service}]
    sign_ins = [{"input": {"email": email, "password": PASSWORD}} for email in practice.staff_emails]
    return [
        *reads(practice),
        Journey("book", "book", _BOOK, "/book", b'"AppointmentBooked"', _bookings(practice), token),
        Journey("free_times", "free times of a week", _FREE, "/free-times", b'"vets"', free, token),
        Journey("sign_in", "sign in", _SIGN_IN, "/sign-in", b'"SignedIn"', sign_ins, None),
        *(of_the_desk(practice) if practice.drafts else ()),
    ]


def of_the_desk(practice: Practice) -> list[Journey]:
    """Issuing, paying, and statements: the only page of a short one, the first and the last one of a long one."""
    token, (short, long) = practice.token, practice.stated
    pages: dict[str, tuple[str, Variables]] = {
        "statement": ("statement, 20 entries", {"id": short, "first": 20}),
        "statement_long": ("statement, first of 2,000", {"id": long, "first": 20}),
        "statement_end": ("statement, last of 2,000", {"id": long, "last": 20}),
    }
    return [
        Journey("issue", "issue, 3 lines", _ISSUE, "/issue", b'"InvoicesIssued"', _issues(practice), token),
        Journey("pay", "pay an invoice", _PAY, "/pay", b'"PaymentTaken"', _payments(practice), token),
        *(
            Journey(key, name, _STATEMENT, "/statement", b'"balance"', [asked], token)
            for key, (name, asked) in pages.items()
        ),
    ]


def _issues(practice: Practice) -> Iterator[Variables]:
    for draft in practice.drafts:
        yield {"input": {"invoiceId": draft, "basedOn": 1, "idempotencyKey": uuid4().hex}}


def _payments(practice: Practice) -> Iterator[Variables]:
    for owing in practice.owing:
        given: Variables = {
            "clientId": owing.client,
            "locationId": practice.location,
            "method": "TERMINAL",
            "amount": {"amount": owing.amount, "currency": "EUR"},
            "invoices": [{"invoiceId": owing.invoice}],
            "idempotencyKey": uuid4().hex,
        }
        yield {"input": given}


def reads(practice: Practice, *, token: str | None = None) -> list[Journey]:
    """What is asked of all: day sheet, pet, its history and client search; with another token than the right one if that is given."""
    token = practice.token if token is None else token
    days = [{"location": practice.location, "on": practice.day.isoformat()}]
    pets = [{"id": practice.pet_with_history}]
    words = [{"search": word} for word in practice.searches]
    return [
        Journey("day", "day sheet, 60 visits", _DAY, "/day", b'"breed"', days, token, is_for_all=True),
        Journey("pet", "pet, owners, 50 visits", _PET, "/pet", b'"room"', pets, token, is_for_all=True),
        Journey("history", "history, 50 visits", _HISTORY, "/history", b'"Meloxicam"', pets, token, is_for_all=True),
        Journey("clients", "client search", _CLIENTS, "/clients", b'"species"', words, token, is_for_all=True),
    ]


def refusals(practice: Practice) -> list[Journey]:
    """Bookings that whoever does the product's checks refuses, each for one reason."""
    given: Variables = next(_bookings(practice))["input"]
    starts_at = datetime.fromisoformat(given["startsAt"])
    reasons: dict[str, Variables] = {
        "at night": {"startsAt": starts_at.replace(hour=2).isoformat()},
        "on a Sunday": {"startsAt": (starts_at + timedelta(days=6 - starts_at.weekday())).isoformat()},
        "long ago": {"startsAt": (starts_at - timedelta(weeks=52)).isoformat()},
        "between two quarters of an hour": {"startsAt": (starts_at + timedelta(minutes=7)).isoformat()},
        "a time that is taken": {"startsAt": _moment(practice.day, 0, ZoneInfo("Europe/Berlin")).isoformat()},
        "nobody's pet": {"petId": practice.service},
        "no vet": {"vetId": practice.rooms[0]},
    }
    asked = {reason: [{"input": {**given, **other}}] for reason, other in reasons.items()}
    return [
        Journey("refusal", f"book, {reason}", _BOOK, "/book", b"", inputs, practice.token)
        for reason, inputs in asked.items()
    ]


def _bookings(practice: Practice) -> Iterator[Variables]:
    """Times that nobody else wants: every half hour of a week with every vet, in no order, then the next week."""
    zone = ZoneInfo("Europe/Berlin")
    pets = cycle(practice.pets)

    def slots(week: int) -> list[tuple[datetime, int]]:
        every = list(product(range(5), range(20), range(len(practice.vets))))
        random.Random(week).shuffle(every)
        return [(_moment(practice.day + timedelta(weeks=week, days=day), half, zone), vet) for day, half, vet in every]

    for starts_at, vet in chain.from_iterable(map(slots, count(2))):
        given: Variables = {
            "petId": next(pets),
            "serviceId": practice.service,
            "locationId": practice.location,
            "vetId": practice.vets[vet],
            "startsAt": starts_at.isoformat(),
            "idempotencyKey": uuid4().hex,
        }
        yield {"input": given}


def _moment(day: date, half: int, zone: ZoneInfo) -> datetime:
    start = datetime(day.year, day.month, day.day, 8 + half // 2, half % 2 * 30, tzinfo=zone)
    return start.astimezone(UTC)


def as_http(path: str, body: Variables, token: str | None) -> bytes:
    """The request as it goes over the wire."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
    more = "" if token is None else f"Authorization: Bearer {token}\r\n"
    return f"{head}{more}Content-Length: {len(content)}\r\n\r\n".encode() + content
