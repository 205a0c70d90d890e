"""The door: how somebody of the staff comes in from outside, asks, and listens. Nothing but HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import orjson

from vetdesk.watching.plain import plain

PATH = "/staff/graphql"
NOT_UNDERSTOOD = (
    "The server answers in a way this program does not understand: the two may be of different versions, "
    "or something in between changes the answers. Update both, or say another address: --url."
)
_ANSWER = "application/graphql-response+json"
_STREAM = "text/event-stream"
# A server that has nothing to tell says so every 12 seconds.
_SILENCE_SECONDS = 30.0
_PATIENCE = httpx.Timeout(20.0, connect=10.0)
_LONGEST_EVENT = 4_000_000  # bytes; a change is a thousand
# What it takes to find something else than was asked for: a field that is not there, a list, a zone that is a folder.
_OTHERWISE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError)

_SIGN_IN = """mutation SignIn($input: SignInInput!) { signIn(input: $input) {
  ... on SignedIn { accessToken refreshToken } ... on Refusal { message } } }"""
_REFRESH = """mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) {
  ... on SignedIn { accessToken refreshToken } ... on Refusal { message } } }"""
_SIGN_OUT = "mutation SignOut { signOut { __typename } }"


class _Said(Exception):
    """Something for a person to read: much of it comes from a server that may be anybody's."""

    def __init__(self, sentence: str) -> None:
        super().__init__(plain(sentence))


class Stopped(_Said):
    """It cannot be watched, or no longer; the sentence says why, and what to do."""


class Lost(_Said):
    """What was asked could not be heard, for this reason; asking again may help."""


class Expired(Lost):
    """The access token is no longer good; asking again brings a new one."""


class Behind(Lost):
    """It cannot be told what has changed: everything has to be loaded again."""


@contextmanager
def understood(otherwise: type[Stopped | Lost]) -> Iterator[None]:
    """The block only looks at what the server has said, and finds there what was asked for.

    Raises:
        otherwise: it is something else.
    """
    try:
        yield
    except _OTHERWISE as error:
        raise otherwise(NOT_UNDERSTOOD) from error


class Door:
    """The staff door of the server at an address, and the session of somebody who has come in by it."""

    def __init__(self, address: str) -> None:
        self.address = _base_of(address)
        self._http = httpx.AsyncClient(timeout=_PATIENCE)
        self._access_token: str | None = None
        self._refresh_token: str | None = None

    async def sign_in(self, email: str, password: str) -> None:
        """Come in.

        Raises:
            Stopped: the server says no, or is none of ours.
            Lost: it does not answer.
        """
        self._keep(await self._said(_SIGN_IN, input={"email": email, "password": password}))

    async def ask(self, document: str, **variables: Any) -> Any:
        """The data of the answer.

        Raises:
            Stopped, Lost: as for `sign_in`.
        """
        await self._stay_in()
        try:
            return await self._said(document, **variables)
        except Expired:
            await self._stay_in()
            return await self._said(document, **variables)

    @asynccontextmanager
    async def listening(self, document: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
        """A subscription that the server has let in; the data of each of its answers, as they come.

        Raises:
            Stopped, Lost: as for `sign_in`; at the latest when the stream ends, which is always for a reason.
        """
        await self._stay_in()
        patience = httpx.Timeout(_SILENCE_SECONDS, connect=10.0)
        with self._heard():
            async with self._http.stream("POST", **self._request(_STREAM, document, variables), timeout=patience) as it:
                if not it.headers.get("content-type", "").startswith(_STREAM):
                    await it.aread()
                    self._opened(it)
                    raise Lost("the server did not open a stream")
                yield self._answers(it)

    async def sign_out(self) -> None:
        """End the session, if there is one.

        Raises:
            Stopped, Lost: as for `sign_in`.
        """
        if self._refresh_token is not None:
            await self.ask(_SIGN_OUT)
            self._refresh_token = None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    # The session

    async def _stay_in(self) -> None:
        if self._access_token is None and self._refresh_token is not None:
            self._keep(await self._said(_REFRESH, input={"refreshToken": self._refresh_token}))

    def _keep(self, data: Any) -> None:
        with understood(Stopped):
            [outcome] = data.values()
            if "accessToken" not in outcome:
                raise Stopped(outcome["message"])
            outcome["accessToken"].encode("ascii")  # else no header can hold it
            self._access_token, self._refresh_token = outcome["accessToken"], outcome["refreshToken"]

    # The wire

    async def _said(self, document: str, **variables: Any) -> Any:
        with self._heard():
            response = await self._http.post(**self._request(_ANSWER, document, variables))
        return self._opened(response)

    def _request(self, media: str, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        token = {} if self._access_token is None else {"authorization": f"Bearer {self._access_token}"}
        return {
            "url": f"{self.address}{PATH}",
            "json": {"query": document, "variables": variables},
            "headers": {"accept": media, **token},
        }

    @contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise Lost("no answer within the time one may take") from error
        except httpx.RequestError as error:
            raise Lost(str(error) or "the connection broke off") from error

    def _opened(self, response: httpx.Response) -> Any:
        """The data of an answer that is whole."""
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        if isinstance(answer, dict) and not {"data", "errors"}.isdisjoint(answer):
            with understood(Stopped):
                return self._data(answer)
        if response.status_code >= 500:
            raise Lost(f"something between here and there answers {response.status_code}")
        raise Stopped(
            f"{self.address} is no Vetdesk: it answers {response.status_code} at {PATH}. Say the right address: --url."
        )

    def _data(self, answer: Any) -> Any:
        if not answer.get("errors"):
            return answer["data"]
        error = answer["errors"][0]
        sentence = error["message"]
        match error.get("extensions", {}).get("code"):
            case "TOKEN_EXPIRED":
                self._access_token = None
                raise Expired(sentence)
            case "RESYNC_REQUIRED" | "UNAVAILABLE" | "INTERNAL" | "TIMEOUT" | "LIMIT_EXCEEDED":
                # What failed for one change would fail again from the same cursor.
                raise Behind(sentence)
            case _:
                raise Stopped(sentence)

    async def _answers(self, response: httpx.Response) -> AsyncIterator[Any]:
        async for event, data in _events(response):
            if event == b"complete":
                break
            if event == b"next":
                # It would come again after the same cursor, so the day is loaded anew.
                with understood(Behind):
                    told = self._data(orjson.loads(data))
                yield told
        raise Lost("the server ended the stream")


def _base_of(address: str) -> str:
    base = address.strip().rstrip("/").removesuffix(PATH)
    try:
        parts = httpx.URL(base)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise Stopped(f"{address} is no web address. Write it like https://vet.example: --url.")
    return base


async def _events(response: httpx.Response) -> AsyncIterator[tuple[bytes, bytes]]:
    """Server-sent events: the name and the data of each.

    Raises:
        Behind: one is longer than any of ours.
    """
    # By hand: httpx would break a line at every character that Unicode calls a break, and names may hold some.
    rest, event = b"", b"message"
    data: list[bytes] = []
    length = 0
    async for piece in response.aiter_bytes():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            length = _bounded(length + len(line))
            name, _, value = line.rstrip(b"\r").partition(b":")
            value = value.removeprefix(b" ")
            if name == b"event":
                event = value
            elif name == b"data":
                data.append(value)
            elif not name and not value:
                if data:
                    yield event, b"\n".join(data)
                event, data, length = b"message", [], 0
        _bounded(length + len(rest))


def _bounded(length: int) -> int:
    if length > _LONGEST_EVENT:
        raise Behind("The server says more at once than a change can be")
    return length
