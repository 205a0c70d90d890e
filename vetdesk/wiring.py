"""Wiring: the one place that chooses who fulfils each port, and puts the program together."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from graph.context import TokenInvalid
from graph.endpoint import Endpoint
from graph.limits import Limits
from graph.schema import schema
from graph.views import view_of
from models import period, sql
from resolvers import sessions
from resolvers.ports import DoorRules, Mail, Ports, Rate
from resolvers.viewer import Audience, Viewer
from vetdesk import worker
from vetdesk.app import create_app
from vetdesk.database import connect, counted, pending_migrations
from vetdesk.mail import OutboxFolder, Server, SmtpMail
from vetdesk.passwords import Argon2Passwords
from vetdesk.tokens import AccessTokens
from vetdesk.vault import SecretVault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from starlette.applications import Starlette

    from vetdesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Adapters:
    """Who fulfils the ports in this process."""

    vault: SecretVault
    passwords: Argon2Passwords
    tokens: AccessTokens
    mail: Mail
    rules: DoorRules

    @property
    def ports(self) -> Ports:
        """The outside world as a request needs it."""
        return Ports(self.vault, self.passwords, self.tokens, self.rules)


def adapters(settings: Settings) -> Adapters:
    """The adapters that the settings ask for.

    Raises:
        SettingsError: there is no secret, or the mail server cannot be understood.
    """
    sealing = vault(settings)
    lasts = timedelta(minutes=settings.access_token_minutes)
    return Adapters(
        vault=sealing,
        passwords=Argon2Passwords(),
        tokens=AccessTokens(sealing, issuer="vetdesk", lasts=lasts),
        mail=mail(settings),
        rules=door_rules(settings),
    )


def vault(settings: Settings) -> SecretVault:
    """The vault that the secret of the settings opens.

    Raises:
        SettingsError: there is no secret.
    """
    return SecretVault(settings.required_secret())


def mail(settings: Settings) -> SmtpMail | OutboxFolder:
    """The mail server of the settings, or the outbox folder."""
    if settings.smtp_url is None:
        return OutboxFolder(settings.letters_folder, sender=settings.mail_from)
    return SmtpMail(Server.at(settings.smtp_url.get_secret_value()), sender=settings.mail_from)


def door_rules(settings: Settings) -> DoorRules:
    """How long proofs last and how often somebody may try, as the settings say."""
    within = timedelta(minutes=settings.throttle_minutes)
    return DoorRules(
        code_digits=settings.code_digits,
        code_lasts=timedelta(minutes=settings.code_minutes),
        code_tries=settings.code_tries,
        invitation_lasts=timedelta(days=settings.invitation_days),
        refresh_lasts=timedelta(days=settings.refresh_days),
        session_lasts=timedelta(days=settings.refresh_absolute_days),
        codes_per_address=Rate(settings.code_requests_per_address, within),
        codes_per_origin=Rate(settings.code_requests_per_origin, within),
        sign_ins_per_account=Rate(settings.sign_in_attempts_per_account, within),
        sign_ins_per_origin=Rate(settings.sign_in_attempts_per_origin, within),
    )


def limits(settings: Settings) -> Limits:
    """The limits of one request, as the settings say."""
    return Limits(
        max_body_bytes=settings.max_body_bytes,
        max_document_chars=settings.max_document_chars,
        max_tokens=settings.max_tokens,
        max_depth=settings.max_depth,
        max_aliases=settings.max_aliases,
        max_directives=settings.max_directives,
        max_cost=settings.max_cost,
        max_page=settings.max_page,
        deadline_seconds=settings.deadline_seconds,
    )


def duties(settings: Settings, chosen: Adapters) -> worker.Duties:
    """What the worker works with."""
    return worker.Duties(
        mail=chosen.mail,
        vault=chosen.vault,
        public_url=settings.base_url,
        every=timedelta(seconds=settings.worker_every_seconds),
        keep_outcomes=timedelta(hours=settings.idempotency_hours),
    )


def app(
    settings: Settings,
    chosen: Adapters,
    *,
    works: bool = True,
    now: Callable[[], datetime] = period.now,
) -> Starlette:
    """The whole program; with a worker inside, unless another process has one."""
    wake = asyncio.Event()
    is_migrated = False

    async def authenticate(token: str, audience: Audience) -> Viewer:
        moment = now()
        claims = await chosen.tokens.verify(token, audience, now=moment)
        viewer = await sessions.viewer_of(claims.session_id, claims.account_id, audience, now=moment)
        if viewer is None:
            raise TokenInvalid
        return viewer

    def endpoint(audience: Audience) -> Endpoint:
        return Endpoint(
            view_of(schema, audience),
            audience,
            authenticate=authenticate,
            ports=chosen.ports,
            limits=limits(settings),
            clock=now,
            count_statements=counted,
            introspection=settings.development or audience is Audience.STAFF,
            ide=settings.development,
            deed_done=wake.set,
        )

    async def jwks() -> dict[str, Any]:
        return await chosen.tokens.jwks(now=now())

    async def database() -> None:
        await sql.fetch("SELECT 1 AS here")

    async def migrations() -> str | None:
        nonlocal is_migrated
        if is_migrated:  # and stays so while this version runs
            return None
        pending = await pending_migrations(settings.database_url)
        is_migrated = not pending
        return f"Migrations are pending ({', '.join(pending)}): run `vetdesk migrate`." if pending else None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with connect(settings.database_url, pool_size=settings.pool_size):
            if not works:
                yield
                return
            async with working(duties(settings, chosen), wake):
                yield

    return create_app(
        staff=endpoint(Audience.STAFF),
        owner=endpoint(Audience.OWNER),
        jwks=jwks,
        checks={"database": database, "migrations": migrations},
        lifespan=lifespan,
        cors_origins=settings.cors_origins,
        development=settings.development,
    )


@asynccontextmanager
async def working(what: worker.Duties, wake: asyncio.Event) -> AsyncIterator[None]:
    """A worker beside whatever else this process does, who looks at once when `wake` is set."""
    stop = asyncio.Event()
    at_work = asyncio.create_task(worker.run(what, stop=stop, wake=wake))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await at_work
        await what.mail.close()
