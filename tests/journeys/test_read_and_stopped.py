"""A vet reads a history from a real process, which is stopped at once: that she has read it is known all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from models import RecordReading, Session
from tests.doors import Program, id_of
from tests.served import served
from tests.world import a_note, a_visit, a_world

READ = "query History($pet: ID!) { pet(id: $pet) { notes { nodes { plan } } } }"


async def test_what_was_read_is_written_down_before_the_process_ends(database):
    world, program = await a_world(), Program()
    await a_note(await a_visit(world.pet), is_signed=True)
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    token = await program.token(world.vet.viewer)
    async with served(database.url) as (process,), httpx.AsyncClient(base_url=process.address) as client:
        answer = await client.post(
            "/staff/graphql",
            json={"query": READ, "variables": {"pet": id_of(world.pet)}},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.json()["data"]["pet"]["notes"]["nodes"] == [{"plan": "Rest for a week."}]
    kept = await RecordReading.get()
    assert (kept.account_id, kept.pet_id, kept.operation) == (world.vet.account.id, world.pet.id, "History")
    assert not process.said(event="readings_lost")
