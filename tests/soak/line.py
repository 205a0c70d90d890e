"""The line between people and servers: it loses answers on purpose, and asks again under the same key."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.soak.documents import DEEDS
from tests.soak.practice import Person
from tests.soak.servers import Server

THROWN_AWAY, ABANDONED, REPEATED, REUSED = 0.10, 0.1, 0.05, 0.02
"""How often an answer is thrown away; of those, how often nobody asks again; and how often a deed is sent twice for
no reason, or its key is used for something else."""
_TRIES_FOR_SECONDS = 60.0
# What may well happen where many want the same; anything else is a violation.
EXPECTED = frozenset({"SLOT_TAKEN", "TOO_MANY_PLANNED", "STEP_NOT_ALLOWED", "TIME_HAS_PASSED", "TOO_SHORT_NOTICE"})

Answer = dict[str, Any]


@dataclass
class Record:
    """What was heard and what it took."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    took: dict[str, list[float]] = field(default_factory=dict)
    told: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Account, deed, key and the appointment that the answer named; emptied by whoever checks them."""
    violations: list[str] = field(default_factory=list)

    def violated(self, sentence: str) -> None:
        if len(self.violations) < 100:
            self.violations.append(sentence)


class Line:
    """Sends what people ask to any of the servers, until one answers."""

    def __init__(self, servers: list[Server], record: Record, chance: random.Random) -> None:
        self._servers, self._record, self._chance = servers, record, chance
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(20), limits=httpx.Limits(max_connections=64))

    async def close(self) -> None:
        await self._client.aclose()

    async def read(self, who: Person, door: str, document: str, **variables: Any) -> Answer:
        """The data of an answer; empty when there was none to be had."""
        answer = await self._answered(who, door, "read", document, variables)
        return answer or {}

    async def deed(self, who: Person, door: str, name: str, given: dict[str, Any]) -> Answer:
        """What came of a deed: under one key, however often it has to be sent."""
        given = {**given, "idempotencyKey": uuid4().hex}
        variables = {"input": given}
        while self._chance.random() < THROWN_AWAY:
            await self._thrown_away(who, door, DEEDS[name], variables)
            if self._chance.random() < ABANDONED:
                self._record.lost["abandoned"] += 1
                return {}
        answer = await self._answered(who, door, name, DEEDS[name], variables)
        if not answer:
            return {}
        done = answer["done"]
        if "appointment" not in done:
            self._refused(name, done)
            return {}
        self._record.done[name] += 1
        self._record.told.append((who.account, name, given["idempotencyKey"], done["appointment"]["id"]))
        if self._chance.random() < REPEATED:
            again = await self._answered(who, door, "again", DEEDS[name], variables)
            if again and again["done"].get("appointment", {}).get("id") != done["appointment"]["id"]:
                self._record.violated(f"{name} sent twice: first {done}, then {again['done']}")
        if self._chance.random() < REUSED and "serviceId" in given:
            await self._reused(who, door, name, given)
        appointment: Answer = done["appointment"]
        return appointment

    def _refused(self, name: str, refusal: Answer) -> None:
        code = refusal["code"]
        self._record.refused[code] += 1
        if code not in EXPECTED:
            self._record.violated(f"{name} was refused with {refusal}")

    async def _reused(self, who: Person, door: str, name: str, given: dict[str, Any]) -> None:
        other = {**given, "reason": "Something else"}
        answer = await self._answered(who, door, "reused", DEEDS[name], {"input": other})
        if answer and answer["done"]["__typename"] != "IdempotencyKeyReused":
            self._record.violated(f"A key used for something else was answered with {answer['done']}")

    async def _thrown_away(self, who: Person, door: str, document: str, variables: dict[str, Any]) -> None:
        """Send it, and hang up before, while or after it is done."""
        asked = asyncio.create_task(self._post(who, door, document, variables))
        await asyncio.wait((asked,), timeout=self._chance.uniform(0, 0.08))
        asked.cancel()
        await asyncio.wait((asked,))
        if not asked.cancelled():
            asked.exception()
        self._record.lost["thrown away"] += 1

    async def _answered(
        self, who: Person, door: str, name: str, document: str, variables: dict[str, Any]
    ) -> Answer | None:
        until = time.monotonic() + _TRIES_FOR_SECONDS
        while time.monotonic() < until:
            started = time.perf_counter()
            try:
                response = await self._post(who, door, document, variables)
            except httpx.TransportError as error:
                self._record.lost[type(error).__name__] += 1
                await asyncio.sleep(0.2)
                continue
            if response.status_code == 503:
                self._record.lost["503"] += 1
                await asyncio.sleep(0.2)
                continue
            self._record.took.setdefault(name, []).append(time.perf_counter() - started)
            body = response.json()
            if "errors" in body:
                self._record.violated(f"{name} was answered with {body['errors']}")
                return None
            data: Answer = body["data"]
            return data
        self._record.violated(f"{name} was not answered for {_TRIES_FOR_SECONDS:g} seconds")
        return None

    async def _post(self, who: Person, door: str, document: str, variables: dict[str, Any]) -> httpx.Response:
        server = self._chance.choice(self._servers)
        return await self._client.post(
            f"http://127.0.0.1:{server.port}/{door}/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {who.token}"},
        )
