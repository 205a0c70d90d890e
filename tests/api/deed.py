"""Deeds as clients do them: one mutation at a time, sent to the real program and sent again."""

from __future__ import annotations

from typing import Any

from resolvers.viewer import Audience, Viewer
from tests.doors import Answer, Program
from tests.world import how_many_rows


async def sent(program: Program, viewer: Viewer | Audience, deed: str, made: str, given: dict[str, Any]) -> Answer:
    """What comes back; `made` is the payload with what is selected of it: `RoomAdded { room { name } }`."""
    kind = f"{deed[0].upper()}{deed[1:]}Input"
    document = f"""mutation ($input: {kind}!) {{ {deed}(input: $input) {{
      __typename ... on Refusal {{ code path message }} ... on {made} }} }}"""
    return await program.ask(viewer, document, input={"idempotencyKey": "k1", **given})


async def done(program: Program, viewer: Viewer, deed: str, made: str, **given: Any) -> dict[str, Any]:
    """The payload of a deed that must be done; sent again with the same key, nothing more happens."""
    first: dict[str, Any] = (await sent(program, viewer, deed, made, given)).data[deed]
    assert made.partition(" ")[0] == first.pop("__typename"), first
    rows = await how_many_rows()
    again = (await sent(program, viewer, deed, made, given)).data[deed]
    again.pop("__typename")
    assert again == first
    assert await how_many_rows() == rows
    return first


async def refused(program: Program, viewer: Viewer, deed: str, made: str, **given: Any) -> tuple[str, list[str]]:
    """The type and the path of the refusal of a deed that must be refused; nothing was written."""
    rows = await _rows(program, viewer)
    refusal = (await sent(program, viewer, deed, made, given)).data[deed]
    assert "message" in refusal, refusal
    assert await how_many_rows() == rows
    return refusal["__typename"], refusal["path"]


async def not_allowed(program: Program, viewer: Viewer, deed: str, made: str, **given: Any) -> str:
    """The code with which a deed is turned away before it is asked what it is about; nothing was written."""
    rows = await _rows(program, viewer)
    answer = await sent(program, viewer, deed, made, given)
    assert (answer.body.get("data") or {}).get(deed) is None
    assert await how_many_rows() == rows
    return answer.code


async def unheard_of(program: Program, viewer: Viewer, deed: str, made: str, **given: Any) -> bool:
    """Whether the viewer's contract knows neither the deed nor any of its words, and offers nothing like them."""
    messages = [error["message"] for error in (await sent(program, viewer, deed, made, given)).body["errors"]]
    return messages == [
        f"Unknown type '{deed[0].upper()}{deed[1:]}Input'.",
        f"Cannot query field '{deed}' on type 'Mutation'.",
        f"Unknown type '{made.partition(' ')[0]}'.",
    ]


async def _rows(program: Program, viewer: Viewer) -> dict[str, int]:
    await program.token(viewer)  # The first token writes the key that signs it.
    return await how_many_rows()
