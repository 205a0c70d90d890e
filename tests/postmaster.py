"""A real SMTP server for tests, and a mail that knows where it is."""

from __future__ import annotations

import asyncio
import email
import email.policy
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult

from resolvers.ports import Envelope, MailRefused
from vetdesk.mail import Server, SmtpMail

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SENDER = "Höhenpraxis <praxis@vet.example>"
LETTER = Envelope(
    to_address="olga@home.example",
    subject="Gebucht: Maja 🐈 für März",
    text="Guten Tag Olga,\n\n271828\n\nIhr Team\n",
    html="<!doctype html>\n<html lang='de'><p>Grüße</p></html>\n",
    language="de",
    message_id="<0190@vet.example>",
)


@dataclass
class Postmaster:
    """Decides what a real SMTP server answers, and keeps what it takes."""

    refused: dict[str, str] = field(default_factory=dict)
    sender_answer: str | None = None
    data_answer: str | None = None
    reset_answer: str = "250 OK"
    silent: bool = False
    never_answers_the_words: bool = False
    hangs_up: str = ""
    """When it breaks the connection, once: at the address, before the words, amid them, or after the last dot."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    sessions: set[int] = field(default_factory=set)
    letters: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    allows_login: bool = True

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if self.silent:
            self.asked.set()
            await asyncio.Event().wait()
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if self.breaks_off("at the address", server):
            return "250 OK"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        if self.never_answers_the_words:
            await asyncio.Event().wait()
        if self.data_answer:
            return self.data_answer
        self.sessions.add(session.peer[1])
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, message))
        self.breaks_off("after the last dot", server)
        return "250 2.0.0 queued as 4711"

    async def handle_RSET(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        return self.reset_answer

    def breaks_off(self, when, server):
        """Whether the connection is broken now."""
        if self.hangs_up != when:
            return False
        self.hangs_up = ""
        server.transport.abort()
        return True

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=self.allows_login, handled=False)


class Fickle(SMTP):
    """A real SMTP server that may break the connection before or amid the words."""

    async def smtp_DATA(self, arg):  # noqa: N802  aiosmtpd's name
        if self.event_handler.breaks_off("before the words", self):
            return
        if self.event_handler.hangs_up == "amid the words":
            await self.push("354 Go on")
            await self._reader.readline()
            self.event_handler.breaks_off("amid the words", self)
            return
        await super().smtp_DATA(arg)


@asynccontextmanager
async def a_server(postmaster, *, port=0, tls=None, **more):
    """A real SMTP server; the answer is its port."""
    open_sessions = set()

    def session():
        protocol = Fickle(postmaster, hostname="mail.example", authenticator=postmaster.login, **more)
        open_sessions.add(protocol)
        return protocol

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for protocol in open_sessions:
            if protocol.transport is not None:
                protocol.transport.close()
            if protocol._handler_coroutine is not None:
                protocol._handler_coroutine.cancel()
        await server.wait_closed()
        # Both ends hear of it.
        for _ in range(5):
            await asyncio.sleep(0)


@asynccontextmanager
async def a_mail(port, *, url="smtp://127.0.0.1:{port}", **more):
    mail = SmtpMail(Server.at(url.format(port=port)), sender=SENDER, now=lambda: NOW, **more)
    try:
        yield mail
    finally:
        await mail.close()


async def no_matter():
    """Nobody minds whether the letter is on its way."""


async def refusal(mail, letter=LETTER):
    """The server's words about a letter that it does not take, and whether that is for good."""
    try:
        await mail.send(letter, no_matter)
    except MailRefused as refused:
        return refused.answer, refused.for_good
    raise AssertionError("The letter was taken.")
