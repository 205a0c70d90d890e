"""The journeys: what is asked of both sides, and what a right answer holds."""

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

_DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { on location { name zone }
  appointments { id status startsAt startsAtLocal endsAt reason service { id name } vet { id displayName }
    room { id name } client { id displayName } pet { id name species breed } } } }"""
_PET = """query Pet($id: ID!) { pet(id: $id) { id name species breed bornOn
  owners { share client { displayName emails { address } } }
  past: appointments(when: PAST, first: 50) { nodes { ...Visit } }
  coming: appointments(when: COMING, first: 50) { totalCount nodes { ...Visit } } } }
fragment Visit on Appointment { id status startsAt service { name } vet { displayName } }"""
_CLIENTS = """query Clients($search: String!) { clients(search: $search, first: 20) { nodes { id displayName
  emails { address } phones { asGiven } ownerships { pet { id name species } } } } }"""
_FREE = """query Free($service: ID!, $location: ID!, $from: Date!, $to: Date!) {
  freeTimes(serviceId: $service, locationId: $location, from: $from, to: $to) {
    startsAt endsAt startsAtLocal vets { id displayName } } }"""
_BOOK = """mutation Book($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
  ... on AppointmentBooked { appointment { id startsAt status vet { displayName } room { name } } }
  ... on Refusal { code message } } }"""
_SIGN_IN = """mutation SignIn($input: SignInInput!) { signIn(input: $input) { __typename
  ... on SignedIn { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
  ... on Refusal { code message } } }"""

Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journey:
    """One thing that clients do. `product` and `limit` tell what is asked of each: over and over, or, by an iterator,
    something else each time."""

    name: str
    document: str
    path: str
    holds: bytes
    product: Iterable[Variables]
    limit: Iterable[Variables]

    def is_right(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.1 200") and self.holds in answer and b'"errors"' not in answer

    def asked_of_product(self, token: str) -> Iterator[bytes]:
        head = f"Authorization: Bearer {token}\r\n"
        return self._made(
            self.product, lambda given: _http("/staff/graphql", {"query": self.document, "variables": given}, head)
        )

    def asked_of_limit(self) -> Iterator[bytes]:
        return self._made(self.limit, lambda given: _http(self.path, given))

    def _made(self, asked: Iterable[Variables], made: Callable[[Variables], bytes]) -> Iterator[bytes]:
        """The requests as bytes; those of a read are made once, before anybody looks at the clock."""
        return map(made, asked) if isinstance(asked, Iterator) else cycle([made(given) for given in asked])


def journeys(practice: Practice) -> list[Journey]:
    place = {"location": practice.location}
    week = {"from": practice.day.isoformat(), "to": (practice.day + timedelta(days=6)).isoformat()}
    days = [{**place, "on": practice.day.isoformat()}]
    searches = [{"search": word} for word in practice.searches]
    free = [{**place, **week, "service": practice.service}]
    pets = [{"id": practice.pet_with_history}]
    sign_ins = [{"input": {"email": email, "password": PASSWORD}} for email in practice.staff_emails]
    return [
        _read("day sheet, 60 visits", _DAY, "/day", b'"startsAtLocal"', days),
        _read("pet, owners, 50 visits", _PET, "/pet", b'"past"', pets),
        _read("client search", _CLIENTS, "/clients", b'"displayName"', searches),
        _read("free times of a week", _FREE, "/free-times", b'"vets"', free),
        Journey(
            "book",
            _BOOK,
            "/book",
            b'"AppointmentBooked"',
            _bookings(practice, weeks=count(2, 2)),
            _bookings(practice, weeks=count(3, 2), names_room=True),
        ),
        _read("sign in", _SIGN_IN, "/sign-in", b'"SignedIn"', sign_ins),
    ]


def _read(name: str, document: str, path: str, holds: bytes, asked: list[Variables]) -> Journey:
    return Journey(name, document, path, holds, asked, asked)


def _bookings(practice: Practice, *, weeks: Iterator[int], names_room: bool = False) -> Iterator[Variables]:
    """Times that nobody else wants: every half hour of a week with every vet, in no order, then another week."""
    zone = ZoneInfo("Europe/Berlin")
    pets = cycle(practice.pets)

    def slots(week: int) -> list[tuple[datetime, int]]:
        every = list(product(range(5), range(20), range(len(practice.vets))))
        random.Random(week).shuffle(every)
        return [(_moment(practice.day + timedelta(weeks=week, days=day), half, zone), vet) for day, half, vet in every]

    for starts_at, vet in chain.from_iterable(map(slots, weeks)):
        given: Variables = {
            "petId": next(pets),
            "serviceId": practice.service,
            "locationId": practice.location,
            "vetId": practice.vets[vet],
            "startsAt": starts_at.isoformat(),
            "idempotencyKey": uuid4().hex,
        }
        yield {"input": given, "room": practice.rooms[vet]} if names_room else {"input": given}


def _moment(day: date, half: int, zone: ZoneInfo) -> datetime:
    start = datetime(day.year, day.month, day.day, 8 + half // 2, half % 2 * 30, tzinfo=zone)
    return start.astimezone(UTC)


def _http(path: str, body: Variables, more: str = "") -> bytes:
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
