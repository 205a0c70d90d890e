"""Callers from outside: nothing but HTTP at a real address, and the letters that came."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from resolvers.viewer import Audience, Viewer
from tests.doors import Answer, Person, Program
from tests.typed import until
from vetdesk.database import Statements


class AtAddress(Program):
    """The program as it answers at a real address."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def ask(
        self,
        viewer: Viewer | Audience,
        document: str,
        *,
        token: str | None = None,
        operation: str | None = None,
        **variables: Any,
    ) -> Answer:
        """What is heard at a door, signed in by the token or not at all."""
        assert isinstance(viewer, Audience), "a real process knows nobody but by a token"
        payload = {"query": document, "variables": variables, "operationName": operation}
        response = await self.client.post(
            f"/{viewer.value}/graphql",
            json={name: value for name, value in payload.items() if value is not None},
            headers={"accept": "application/graphql-response+json"}
            | ({"authorization": f"Bearer {token}"} if token else {}),
        )
        return Answer(response.status_code, response.json(), Statements(), dict(response.headers))

    def person(self, audience: Audience, token: str | None = None) -> Person:
        """Somebody who calls there."""
        return Person(self, audience, token)


@asynccontextmanager
async def at(address: str) -> AsyncIterator[AtAddress]:
    """The program that answers at the address."""
    async with httpx.AsyncClient(base_url=address, verify=False, timeout=30) as client:
        yield AtAddress(client)


def letters_in(folder: Path) -> list[EmailMessage]:
    """Every letter in the outbox folder, oldest first."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


async def letter_to(address: str, outbox: Path, *, about: str = "") -> str:
    """The words of the newest letter to the address whose subject says that, as soon as there is any."""

    def found() -> list[EmailMessage]:
        return [letter for letter in letters_in(outbox) if letter["To"] == address and about in letter["Subject"]]

    return words_of((await until(found))[-1])


def words_of(letter: EmailMessage) -> str:
    """The plain words of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def code_in(words: str) -> str:
    """The sign-in code in a letter."""
    found = re.search(r"\b(\d{3}) ?(\d{3})\b", words)
    assert found, words
    return found[1] + found[2]


def invitation_in(words: str) -> str:
    """The token of the invitation in a letter."""
    found = re.search(r"#invitation=(\S+)", words)
    assert found, words
    return unquote(found[1])
