"""The doors of the real program, for tests that come as clients do: with a document, and a token or none."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from graph.endpoint import Endpoint
from graph.ids import global_id
from graph.operations import Operations
from resolvers import messages
from resolvers.ports import Envelope
from resolvers.viewer import Audience, Viewer
from tests.bank import Bank
from tests.carried import posted
from tests.postbox import PostBox
from tests.world import NOW
from vetdesk import wiring
from vetdesk.database import Statements, counted
from vetdesk.settings import PREFIX, Settings

WITHOUT_KEY = {"signIn", "requestSignInCode", "signInWithCode", "refreshSession"}
SECRET = "a secret that only the tests know, long enough"
NOTICE_SECRET = "a secret that the provider knows too"


@dataclass
class Clock:
    """The time at which the program believes to be."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    """What came back, and what it took."""

    status: int
    body: dict[str, Any]
    statements: Statements
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """The data of an answer that must have no errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def code(self) -> str:
        """The code of the only error."""
        (error,) = self.body["errors"]
        return str(error["extensions"]["code"])


class Program:
    """The whole program on the database of the test, at a time that the test sets."""

    def __init__(self, **settings: Any) -> None:
        given = {"secret": SECRET, "mode": "development", "payments_notice_secrets": NOTICE_SECRET, **settings}
        self.clock = Clock()
        self.fallbacks = 0  # how many rows a test has had answered without a plan
        self.settings = _settings(tuple(given.items()), _environment())
        self.bank = Bank()
        self.adapters = replace(wiring.adapters(self.settings), payments=self.bank)
        self.asgi = wiring.app(self.settings, self.adapters, works=False, now=self.clock)
        self._tokens: dict[tuple[Any, ...], str] = {}

    @property
    def operations(self) -> dict[str, Operations]:
        """What answers at each door, by the name of its view."""
        answering = [getattr(route, "app", None) for route in self.asgi.routes]
        doors = [each.operations for each in answering if isinstance(each, Endpoint)]
        return {each.audience.value: each for each in doors}

    async def post(self) -> list[Envelope]:
        """The letters that are due now, as they arrive."""
        box = PostBox()
        system = Viewer.system("test")
        vault = self.adapters.vault
        await messages.deliver_due(system, mail=box, vault=vault, public_url="https://vet.example", now=self.clock)
        return box.letters

    async def token(self, viewer: Viewer) -> str:
        """An access token of somebody who is signed in."""
        assert viewer.account_id
        assert viewer.session_id
        token, _ = await self.adapters.tokens.access_token(
            account_id=viewer.account_id,
            session_id=viewer.session_id,
            audience=Audience.STAFF if viewer.is_staff else Audience.OWNER,
            now=self.clock.now,
        )
        return token

    async def ask(
        self,
        viewer: Viewer | Audience,
        document: str,
        *,
        token: str | None = None,
        operation: str | None = None,
        **variables: Any,
    ) -> Answer:
        """What the viewer hears at their door; an audience alone comes signed out. No row of it was resolved field by field."""
        if isinstance(viewer, Viewer):
            staff = viewer.is_staff
            token = token or await self._kept_token(viewer)
        else:
            staff = viewer is Audience.STAFF
        headers = {"accept": "application/graphql-response+json", "content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        payload = {"query": document, "variables": variables, "operationName": operation}
        asked = {name: value for name, value in payload.items() if value is not None}
        body = json.dumps(asked, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        with counted() as statements:
            sent = await posted(self.asgi, "/staff/graphql" if staff else "/owner/graphql", body, headers)
        assert sum(each.figures.reading_fallbacks for each in self.operations.values()) == self.fallbacks
        return Answer(sent.status, json.loads(sent.body), statements, sent.headers)

    async def _kept_token(self, viewer: Viewer) -> str:
        """The token that she got at this time, as a client keeps hers: to sign one takes longer than many an answer."""
        name = (viewer.account_id, viewer.session_id, viewer.is_staff, self.clock.now)
        if name not in self._tokens:
            self._tokens[name] = await self.token(viewer)
        return self._tokens[name]


@lru_cache(100)
def _settings(given: tuple[tuple[str, Any], ...], _environment: tuple[tuple[str, str], ...]) -> Settings:
    """Settings are frozen: to read the same again takes longer than to make the program."""
    return Settings(**dict(given))


def _environment() -> tuple[tuple[str, str], ...]:
    """What settings are read from."""
    return tuple(sorted((name, value) for name, value in os.environ.items() if name.upper().startswith(PREFIX)))


def id_of(row: Any, kind: str | None = None) -> str:
    """The id under which clients know a row."""
    return global_id(kind or type(row).__name__, row.id)


@dataclass
class Person:
    """Somebody with a phone or a browser: a door, and the tokens that were handed over."""

    program: Program
    audience: Audience
    token: str | None = None
    refresh_token: str | None = None
    keys: int = 0

    async def ask(self, document: str, **variables: Any) -> Any:
        """What she hears, without errors."""
        return (await self.program.ask(self.audience, document, token=self.token, **variables)).data

    async def do(self, deed: str, more: str = "", **given: Any) -> Any:
        """Do something, with a new idempotency key; what came of it, payload or refusal."""
        name = f"{deed[0].upper()}{deed[1:]}"
        self.keys += 1
        key = {} if deed in WITHOUT_KEY else {"idempotencyKey": f"{deed}-{self.keys}"}
        document = f"""mutation D($input: {name}Input!) {{ {deed}(input: $input) {{
            __typename ... on Refusal {{ code message path }} {more} }} }}"""
        return (await self.ask(document, input={**given, **key}))[deed]

    async def sign_in(self, deed: str, **given: Any) -> Any:
        """Sign in, and keep the tokens."""
        answer = await self.do(deed, "... on SignedIn { accessToken refreshToken }", **given)
        self.token, self.refresh_token = answer.get("accessToken"), answer.get("refreshToken")
        return answer["__typename"]
