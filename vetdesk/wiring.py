"""Wiring: the one place that chooses who fulfils each port, and puts the program together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from graph.context import Admitted, TokenInvalid
from graph.endpoint import Endpoint
from graph.limits import Limits
from graph.live.connections import Connections
from graph.live.desk import Desk, LiveLimits
from graph.live.hub import Hub
from graph.operations import Operations
from graph.schema import schema
from graph.views import view_of
from models import period, sql
from resolvers.ports import DoorRules, Mail, PaymentGateway, Ports, Printer, Rate, RecordFormat
from resolvers.viewer import Audience
from resolvers.viewers import Viewers
from vetdesk import metrics, worker
from vetdesk.app import create_app
from vetdesk.beside import beside, working
from vetdesk.bounces import BounceDoor, BounceMailbox, fetch_all
from vetdesk.bus import bus
from vetdesk.database import connect, counted, pending_migrations
from vetdesk.feed import Feed
from vetdesk.journals import JournalDoor
from vetdesk.letter_pages import LetterDoor
from vetdesk.mail import OutboxFolder, Server, SmtpMail
from vetdesk.open_vet_format import record_format
from vetdesk.papers import PaperDoor
from vetdesk.passwords import Argon2Passwords
from vetdesk.payments import HttpGateway, NoticeDoor
from vetdesk.printing import printer
from vetdesk.reading_log import ReadingLog
from vetdesk.settings import SettingsError
from vetdesk.tokens import AccessTokens
from vetdesk.vault import SecretVault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from starlette.applications import Starlette

    from graph.context import RecordRead
    from vetdesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Adapters:
    """Who fulfils the ports in this process."""

    vault: SecretVault
    passwords: Argon2Passwords
    tokens: AccessTokens
    mail: Mail
    rules: DoorRules
    printer: Printer
    records: RecordFormat
    public_url: str
    payments: PaymentGateway | None = None

    @property
    def ports(self) -> Ports:
        """The outside world as a request needs it."""
        return Ports(self.vault, self.passwords, self.tokens, self.records, self.rules, self.public_url, self.payments)


def adapters(settings: Settings) -> Adapters:
    """The adapters that the settings ask for.

    Raises:
        SettingsError: there is no secret, the mail server cannot be understood, or the payment provider is said by half.
    """
    sealing = vault(settings)
    lasts = timedelta(minutes=settings.access_token_minutes)
    return Adapters(
        vault=sealing,
        passwords=Argon2Passwords(),
        tokens=AccessTokens(sealing, issuer="vetdesk", lasts=lasts),
        mail=mail(settings),
        rules=door_rules(settings),
        printer=printer(settings.paper),
        records=record_format(),
        public_url=settings.base_url,
        payments=payments(settings),
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
    server = Server.at(settings.smtp_url.get_secret_value())
    return SmtpMail(server, sender=settings.mail_from, return_to=settings.mail_return_to)


def payments(settings: Settings) -> HttpGateway | None:
    """The payment provider of the settings; without one, card payments are refused.

    Raises:
        SettingsError: its key or the secrets of its notices are missing.
    """
    if settings.payments_url is None:
        return None
    if settings.payments_key is None or not settings.notice_secrets:
        raise SettingsError(
            "VETDESK_PAYMENTS_URL needs VETDESK_PAYMENTS_KEY and VETDESK_PAYMENTS_NOTICE_SECRETS beside it."
        )
    return HttpGateway(settings.payments_url, settings.payments_key.get_secret_value())


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
        certificates_per_origin=Rate(settings.certificates_per_origin, within),
        letter_links_per_origin=Rate(settings.letter_links_per_origin, within),
        uses_per_letter_link=Rate(settings.uses_per_letter_link, within),
        link_lasts=timedelta(minutes=settings.link_minutes),
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
        max_subscription_cost=settings.max_subscription_cost,
        max_page=settings.max_page,
        max_levels=settings.max_levels,
        max_answer_chars=settings.max_answer_chars,
        deadline_seconds=settings.deadline_seconds,
    )


def live_limits(settings: Settings) -> LiveLimits:
    """The limits of live connections, as the settings say."""
    return LiveLimits(
        max_sockets=settings.max_sockets,
        max_strangers_per_origin=settings.max_strangers_per_origin,
        max_connections_per_account=settings.max_connections_per_account,
        max_operations_per_socket=settings.max_operations_per_socket,
        init_seconds=settings.socket_init_seconds,
        resume=timedelta(hours=settings.resume_hours),
    )


def bounce_door(settings: Settings, *, now: Callable[[], datetime]) -> BounceDoor | None:
    """The door through which letters come back to us; without a secret there is none."""
    if settings.bounces_secret is None:
        return None
    return BounceDoor(settings.bounces_secret.get_secret_value(), host=_letter_host(settings), now=now)


def came_back(settings: Settings) -> Callable[[], Awaitable[int]] | None:
    """Deals with the letters that came back to the mailbox of the settings, if there is one.

    Raises:
        SettingsError: its address makes no sense.
    """
    if settings.bounces_url is None:
        return None
    mailbox = BounceMailbox.at(settings.bounces_url.get_secret_value())
    return partial(fetch_all, mailbox, _letter_host(settings), now=period.now)


def _letter_host(settings: Settings) -> str:
    """What stands behind the @ of the Message-ID of our letters."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return "localhost" if ":" in host else host


def duties(settings: Settings, chosen: Adapters) -> worker.Duties:
    """What the worker works with."""
    return worker.Duties(
        mail=chosen.mail,
        vault=chosen.vault,
        payments=chosen.payments,
        came_back=came_back(settings),
        # A folder can take any number.
        letters_a_minute=settings.letters_a_minute if settings.smtp_url else None,
        public_url=settings.base_url,
        every=timedelta(seconds=settings.worker_every_seconds),
        keep_outcomes=timedelta(hours=settings.idempotency_hours),
    )


@dataclass(frozen=True, slots=True)
class Live:
    """What is known in this process of what happens in all of them."""

    feed: Feed
    hub: Hub
    connections: Connections
    viewers: Viewers


def live(settings: Settings) -> Live:
    """A feed of the database of the settings, and those who hear it."""
    feed = Feed(bus(settings.database_url))
    hub = Hub(feed, deadline_seconds=settings.deadline_seconds)
    heard = Live(feed, hub, Connections(feed), Viewers(feed.caught_up))
    feed.heard_by(heard.viewers.heard, astray=heard.viewers.forget_all)
    feed.heard_by(heard.connections.heard, astray=heard.connections.start_again)
    feed.heard_by(hub.heard, astray=hub.start_again)
    return heard


def endpoint(
    settings: Settings,
    chosen: Adapters,
    heard: Live,
    audience: Audience,
    *,
    deed_done: Callable[[], None],
    record_read: RecordRead,
    now: Callable[[], datetime],
) -> Endpoint:
    """One door of the program."""

    async def authenticate(token: str, audience: Audience) -> Admitted:
        moment = now()
        claims = await chosen.tokens.verify(token, audience, now=moment)
        viewer = await heard.viewers.of(claims.session_id, claims.account_id, audience, now=moment)
        if viewer is None:
            raise TokenInvalid
        return Admitted(viewer, (claims.expires_at - moment).total_seconds())

    operations = Operations(
        view_of(schema, audience),
        audience,
        ports=chosen.ports,
        limits=limits(settings),
        clock=now,
        introspection=settings.development or audience is Audience.STAFF,
        deed_done=deed_done,
        record_read=record_read,
    )
    desk = Desk(
        operations,
        heard.hub,
        heard.connections,
        authenticate=authenticate,
        limits=live_limits(settings),
        count_statements=counted,
    )
    ours = (settings.public_url,) if settings.public_url else ()
    return Endpoint(desk, origins=(*settings.cors_origins, *ours), ide=settings.development)


def app(
    settings: Settings,
    chosen: Adapters,
    *,
    works: bool = True,
    now: Callable[[], datetime] = period.now,
) -> Starlette:
    """The whole program; with a worker inside, unless another process has one."""
    wake, told, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    heard, log = live(settings), ReadingLog(now=now)
    is_migrated = False

    def deed_done() -> None:
        wake.set()
        told.set()
        done.set()
        heard.feed.something_new()

    following: list[asyncio.Task[None]] = []

    async def is_live() -> str | None:
        has_ended = any(each.done() for each in following)
        return "The live schedule has stopped. Please restart this process." if has_ended else None

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
        async with AsyncExitStack() as running:
            await running.enter_async_context(connect(settings.database_url, pool_size=settings.pool_size))
            running.push_async_callback(log.finish)
            if chosen.payments is not None:
                running.push_async_callback(chosen.payments.close)
            await running.enter_async_context(beside(log.run()))
            if works:
                await running.enter_async_context(working(duties(settings, chosen), wake, told, done))
            following.append(await running.enter_async_context(beside(heard.feed.run())))
            following.append(await running.enter_async_context(beside(heard.hub.run())))
            yield

    door = partial(endpoint, settings, chosen, heard, deed_done=deed_done, record_read=log.note, now=now)
    staff, owner = door(Audience.STAFF), door(Audience.OWNER)
    made = create_app(
        staff=staff,
        owner=owner,
        jwks=jwks,
        checks={"database": database, "migrations": migrations, "live": is_live},
        lifespan=lifespan,
        cors_origins=settings.cors_origins,
        development=settings.development,
        papers=PaperDoor(chosen.ports, chosen.printer, now=now),
        letters=LetterDoor(chosen.ports, now=now),
        notices=NoticeDoor(settings.notice_secrets, kept=told.set, now=now) if chosen.payments else None,
        bounces=bounce_door(settings, now=now),
        metrics=metrics.answering(
            settings.metrics_token,
            staff.operations,
            owner.operations,
            waiting=(metrics.LETTERS, metrics.REMINDERS, *([metrics.PAYMENTS] if chosen.payments else ())),
            now=now,
        ),
        journals=JournalDoor(chosen.ports, now=now),
    )
    made.state.connections, made.state.reading_log = heard.connections, log
    return made
