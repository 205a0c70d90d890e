"""Asking: a document is taken as the endpoint takes it, and explained for somebody made up who holds the role."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import GraphQLError
from pydantic import SecretStr
from tortoise.transactions import in_transaction

from graph import errors
from graph.operations import NotRun, Operations
from graph.reading.explain import Explainer
from graph.roles import spoken
from graph.schema import schema
from graph.views import view_of
from graph.wire import NotAnswered, decoded, question
from models import period, sql
from models.refusal import Refusal
from models.role import STAFF_ROLES, Role
from resolvers.viewer import Audience, Viewer
from vetdesk import wiring
from vetdesk.database import connect, counted, pending_migrations
from vetdesk.explaining.made_up import made_up
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from graph.reading.explained import Root, Step
    from vetdesk.settings import Settings

ROLES = ("owner", *sorted(role.value.lower() for role in STAFF_ROLES))
_ACCOUNT, _SESSION, _CLIENT, _STAFF = (UUID(int=number) for number in range(1, 5))


class NotExplained(Exception):
    """The endpoint would not answer this document; the sentences are its own."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants explained: a document, for a role; of several operations, the one of this name."""

    document: str
    role: str
    operation: str | None = None
    variables: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to draw; `asked` holds the statements of the resolvers, by the field of the root."""

    role: Role
    audience: Audience
    kind: str
    cost: Mapping[str, int]
    roots: tuple[Root, ...]
    asked: Mapping[str, tuple[str, ...]]
    invented: tuple[str, ...]
    viewer: Viewer
    now: datetime

    @property
    def is_refused(self) -> bool:
        """Whether some of it would be answered with an error, other than that of a closed gate."""
        steps = [step for root in self.roots for step, _ in root.steps]
        return any(root.errors for root in self.roots) or any(_refused(step) for step in steps)


async def explained(settings: Settings, wish: Wish) -> Explanation:
    """What the document would read.

    Raises:
        NotExplained: the endpoint would refuse it, or the role is none.
        SettingsError: the database lacks migrations.
        DatabaseUnavailable: the database cannot be used.
    """
    role = _role(wish.role)
    pending = await pending_migrations(settings.database_url)
    if pending:
        raise SettingsError(f"The database lacks {len(pending)} migration(s). Run `vetdesk migrate` first.")
    try:
        async with asyncio.timeout(settings.deadline_seconds), _read_only(settings):
            return await _explained(settings, wish, role)
    except (NotRun, NotAnswered) as trouble:
        found = trouble.errors if isinstance(trouble, NotRun) else [trouble.error]
        raise NotExplained(*map(_sentence, errors.presented(found, "explain"))) from trouble
    except TimeoutError as trouble:
        raise NotExplained(errors.TOO_LONG) from trouble


async def _explained(settings: Settings, wish: Wish, role: Role) -> Explanation:
    viewer, audience = _somebody(role)
    operations = _operations(settings, audience)
    given = decoded(wish.variables) if wish.variables else {}
    if not isinstance(given, dict):
        raise NotExplained("The variables must be a JSON object.")
    parameters = {"query": wish.document, "variables": given, "operationName": wish.operation}
    asked = operations.read(question(parameters))
    invented = await made_up(operations.view.graphql, asked.document.tree, asked.operation.node, given)
    asked = operations.weighed(operations.read(question({**parameters, "variables": {**given, **invented}})))
    context = operations.context(viewer, asked, request_id="explain", origin="")
    explainer: Explainer = operations.executor(asked, context, Explainer)
    roots: list[Root] = []
    statements: dict[str, tuple[str, ...]] = {}
    try:
        top = explainer.top()
    except GraphQLError as error:
        raise NotRun([error]) from error
    for key, details in top:
        with counted() as sent:
            roots.append(await explainer.root(key, details))
        statements[key] = tuple(dict.fromkeys(sent.texts))
    return Explanation(
        role=role,
        audience=audience,
        kind=asked.kind.value,
        cost=asked.extensions["cost"],
        roots=tuple(roots),
        asked=statements,
        invented=tuple(invented),
        viewer=viewer,
        now=context.now,
    )


def _refused(step: Step) -> bool:
    return step.refused is not None or any(map(_refused, step.below))


def _role(said: str) -> Role:
    name = said.strip().upper()
    if name.lower() not in ROLES:
        raise NotExplained(f"There is no role {said!r}. Say one of these: {', '.join(ROLES)}.")
    return Role(name)


def _somebody(role: Role) -> tuple[Viewer, Audience]:
    """Somebody who holds the role at every location, and is nobody in particular."""
    if role is Role.OWNER:
        owner = Viewer(account_id=_ACCOUNT, session_id=_SESSION, client_id=_CLIENT, is_linked=True)
        return owner, Audience.OWNER
    member = Viewer(
        account_id=_ACCOUNT, session_id=_SESSION, staff_id=_STAFF, is_linked=True, everywhere=frozenset({role})
    )
    return member, Audience.STAFF


def _operations(settings: Settings, audience: Audience) -> Operations:
    # Nothing that is sealed is opened or shown, so that any secret does.
    sealed = settings.model_copy(update={"secret": SecretStr(secrets.token_urlsafe(48))})
    return Operations(
        view_of(schema, audience),
        audience,
        ports=wiring.adapters(sealed).ports,
        limits=wiring.limits(settings),
        clock=period.now,
        introspection=settings.development or audience is Audience.STAFF,
    )


@asynccontextmanager
async def _read_only(settings: Settings) -> AsyncIterator[None]:
    """A connection on which nothing can be written, which on SQLite is so for every read outside a transaction."""
    async with connect(settings.database_url, pool_size=1):
        if not sql.is_postgres():
            yield
            return
        async with in_transaction():
            await sql.execute("SET TRANSACTION READ ONLY")
            yield


def _sentence(error: Any) -> str:
    """The error as a line: where, what, and its code."""
    places = [f"{place['line']}:{place['column']}" for place in error.get("locations", ())]
    where = f"{', '.join(places)}: " if places else ""
    return f"{where}{error['message']} ({error['extensions']['code']})"


def sentence_of(error: Any) -> str:
    """What a client would be told of an error that a resolver or an edge raises."""
    found = spoken(error) if isinstance(error, Refusal) else error
    return _sentence(errors.presented([found], "explain")[0])
