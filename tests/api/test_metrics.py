"""The figures of a process: how well it remembers what it was asked, for whoever knows the token."""

from __future__ import annotations

import re
from typing import Any

import httpx
import strawberry
from graphql import GraphQLField, GraphQLObjectType

from graph.types.practice import Practice
from tests.doors import Program
from tests.world import a_world
from vetdesk.metrics import MEDIA

TOKEN = "a token that Prometheus knows, long enough"

PAGE = """\
# HELP vetdesk_document_hits_total Documents that were known already.
# TYPE vetdesk_document_hits_total counter
vetdesk_document_hits_total{view="staff"} 2
vetdesk_document_hits_total{view="owner"} 0
# HELP vetdesk_document_misses_total Documents that had to be parsed and checked.
# TYPE vetdesk_document_misses_total counter
vetdesk_document_misses_total{view="staff"} 1
vetdesk_document_misses_total{view="owner"} 1
# HELP vetdesk_documents Documents that are known now.
# TYPE vetdesk_documents gauge
vetdesk_documents{view="staff"} 1
vetdesk_documents{view="owner"} 1
# HELP vetdesk_document_characters How many characters they have.
# TYPE vetdesk_document_characters gauge
vetdesk_document_characters{view="staff"} 28
vetdesk_document_characters{view="owner"} 44
# HELP vetdesk_reading_plan_hits_total Selections whose plan was known already.
# TYPE vetdesk_reading_plan_hits_total counter
vetdesk_reading_plan_hits_total{view="staff"} 1
vetdesk_reading_plan_hits_total{view="owner"} 0
# HELP vetdesk_reading_plan_misses_total Selections that had to be planned.
# TYPE vetdesk_reading_plan_misses_total counter
vetdesk_reading_plan_misses_total{view="staff"} 2
vetdesk_reading_plan_misses_total{view="owner"} 2
# HELP vetdesk_reading_plans Plans that are known now.
# TYPE vetdesk_reading_plans gauge
vetdesk_reading_plans{view="staff"} 2
vetdesk_reading_plans{view="owner"} 2
# HELP vetdesk_reading_plan_characters How many characters their documents have.
# TYPE vetdesk_reading_plan_characters gauge
vetdesk_reading_plan_characters{view="staff"} 56
vetdesk_reading_plan_characters{view="owner"} 88
# HELP vetdesk_reading_careful_answers_total Answers made step by step, because something went wrong in them or a gate was closed.
# TYPE vetdesk_reading_careful_answers_total counter
vetdesk_reading_careful_answers_total{view="staff"} 2
vetdesk_reading_careful_answers_total{view="owner"} 0
# HELP vetdesk_reading_fallbacks_total Rows that were answered field by field, without a plan. Always 0.
# TYPE vetdesk_reading_fallbacks_total counter
vetdesk_reading_fallbacks_total{view="staff"} 0
vetdesk_reading_fallbacks_total{view="owner"} 0
# HELP vetdesk_payments_hanging Card payments and refunds whose outcome should be known, and is not.
# TYPE vetdesk_payments_hanging gauge
vetdesk_payments_hanging{where="STARTING"} 0
vetdesk_payments_hanging{where="CAPTURING"} 0
vetdesk_payments_hanging{where="REFUND"} 0
"""


async def page(program, token=None) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(program.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://vetdesk.example") as client:
        return await client.get("/metrics", headers=headers)


async def test_what_was_remembered_is_told_for_each_view(database):
    world = await a_world()
    program = Program(metrics_token=TOKEN)
    for viewer in (world.vet.viewer, world.vet.viewer, world.manager.viewer):
        await program.ask(viewer, "{ staff { id name: email } }")
    await program.ask(world.owner.viewer, "{ myPets { name } viewer { client { id } } }")
    answer = await page(program, TOKEN)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA)
    assert answer.text == PAGE


async def test_every_line_is_as_prometheus_reads_it(database):
    lines = (await page(Program(metrics_token=TOKEN), TOKEN)).text.splitlines()
    for line in lines:
        assert re.fullmatch(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{(view="(staff|owner)"|where="[A-Z]+")\} \d+', line)


async def test_figures_are_for_whoever_knows_the_token(database):
    assert (await page(Program())).status_code == 404
    program = Program(metrics_token=TOKEN)
    for wrong in (None, "a token that nobody knows, as long as that"):
        answer = await page(program, wrong)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "vetdesk_" not in answer.text


async def test_a_row_that_is_answered_field_by_field_is_counted(database, monkeypatch):
    """Which no part of the product does: here the practice is answered as an object that is no row."""
    world = await a_world()
    program = Program()
    door = program.operations["staff"]
    root = door.view.graphql.query_type
    assert isinstance(root, GraphQLObjectType)
    decided: Any = {"shares_notes": False, "locks_after_hours": None, "stale_weight_days": None}
    decided |= {"most_discount_percent": 10, "logo_changed_at": None, "letters_from": 480, "letters_until": 1200}
    ours = Practice(id=strawberry.ID("1"), name="Ours", language="en", **decided)
    program.fallbacks = 1
    plain: Any = strawberry.field()
    told = GraphQLField(
        root.fields["practice"].type,
        resolve=lambda _source, _info: ours,
        extensions={"strawberry-definition": plain},
    )
    monkeypatch.setitem(root.fields, "practice", told)
    answer = await program.ask(world.vet.viewer, "{ practice { name language __typename } }")
    assert answer.data == {"practice": {"name": "Ours", "language": "en", "__typename": "Practice"}}
