"""Mail: letters go to a mail server, or into a folder when there is none."""

from __future__ import annotations

import asyncio
import contextlib
import email.policy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

import aiosmtplib
import structlog

from models import period
from resolvers.ports import Envelope, MailRefused, MailUnanswered
from vetdesk.settings import SettingsError

TIMEOUT_SECONDS = 20.0
"""How long the server may take to answer one command."""
LETTER_SECONDS = 60.0
"""How long one letter may take, connecting included; far less than a claim on it holds."""

_log = structlog.get_logger(__name__)

Encoding = Literal["quoted-printable", "8bit"]
HandingOver = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `starttls` None means: if the server offers it."""

    host: str
    port: int
    name: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None

    @classmethod
    def at(cls, url: str) -> Server:
        """The server named by smtp://name:password@host:587?starttls=true, or smtps:// for TLS from the start.

        A password is never sent over a line that anybody can read, unless starttls=false says so.

        Raises:
            SettingsError: the address makes no sense.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except ValueError as exc:
            raise _unusable("the port must be a number, and options read ?starttls=true") from exc
        starttls = options.pop("starttls", None)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options:
            raise _unusable("it must read smtp://name:password@host:587?starttls=true")
        if starttls not in (None, "true", "false"):
            raise _unusable("starttls must be true or false")
        tls = parts.scheme == "smtps"
        wanted = True if parts.username else None
        if starttls is not None:
            wanted = starttls == "true"
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587 if parts.username else 25),
            name=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            tls=tls,
            starttls=False if tls else wanted,
        )

    def connection(self, *, timeout: float) -> _Line:
        """A connection to it, still to be opened, that waits so many seconds for each answer."""
        return _Line(
            hostname=self.host,
            port=self.port,
            username=self.name,
            password=self.password,
            use_tls=self.tls,
            start_tls=self.starttls,
            timeout=timeout,
        )


class _Handing:
    """Says to whoever sends that the words are on their way, and remembers that it was said."""

    def __init__(self, say: HandingOver) -> None:
        self._say = say
        self._was_said = False

    async def __call__(self) -> None:
        await self._say()
        self._was_said = True

    def failed(self, error: aiosmtplib.SMTPException | OSError) -> MailRefused | MailUnanswered:
        """What the error means: no answer after the words were on their way leaves a doubt, all else does not."""
        if self._was_said and not _is_an_answer(error):
            return MailUnanswered(str(error) or _SILENCE)
        return _refusal(error)


class _Line(aiosmtplib.SMTP):
    """A connection that says when it is about to hand a letter over: when the address is taken, and before any word."""

    handing_over: HandingOver | None = None

    async def data(self, message: str | bytes, /, **more: Any) -> aiosmtplib.SMTPResponse:
        """Hand the letter over."""
        if self.handing_over is not None:
            await self.handing_over()
        return await super().data(message, **more)


class SmtpMail:
    """Sends letters to a mail server, over one connection that is opened again whenever it broke.

    `close` gives the connection up; the next letter opens another. What comes back comes back to `return_to`, or to the
    sender.
    """

    def __init__(
        self,
        server: Server,
        *,
        sender: str,
        return_to: str | None = None,
        now: Callable[[], datetime] = period.now,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._server = server
        self._sender = sender_address(sender)
        self._return_to = return_to or self._sender.addr_spec
        self._now = now
        self._timeout = timeout
        self._connection: _Line | None = None
        self._one_at_a_time = asyncio.Lock()

    async def send(self, letter: Envelope, handing_over: HandingOver) -> str:
        """Send one letter; the server's answer.

        Raises:
            MailRefused: for good, when the server says 5xx of this address or these words; for now, when it says 4xx,
                does not answer, or does not want *us*: that is the operator's to mend, and the letter waits for it.
            MailUnanswered: the connection broke, or nothing was heard, after the words were on their way.
        """
        message = letter_as_sent(letter, self._sender, self._now(), "quoted-printable")
        handing = _Handing(handing_over)
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(max(LETTER_SECONDS, self._timeout)):
                    return await self._sent(message, handing)
            except _HEALTHY as exc:
                raise handing.failed(exc) from exc
            except (aiosmtplib.SMTPException, OSError) as exc:
                self._drop()
                raise handing.failed(exc) from exc
            except BaseException:
                self._drop()
                raise

    async def close(self) -> None:
        """Say goodbye to the server."""
        async with self._one_at_a_time:
            connection, self._connection = self._connection, None
            if connection is not None and connection.is_connected:
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                    await connection.quit(timeout=self._timeout)
                connection.close()

    async def _sent(self, message: EmailMessage, handing: _Handing) -> str:
        connection = await self._connected()
        connection.handing_over = handing
        _, answer = await connection.send_message(message, sender=self._return_to, recipients=[str(message["To"])])
        return answer

    async def _connected(self) -> _Line:
        if self._connection is not None and self._connection.is_connected:
            # The server may have gone, or hung up, since the last letter. This asks, and forgets what was half said.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._connection.rset()
                return self._connection
            self._drop()
        self._connection = self._server.connection(timeout=self._timeout)
        await self._connection.connect()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class OutboxFolder:
    """Writes letters into a folder, one file each, named so that they sort by time."""

    def __init__(self, folder: Path, *, sender: str, now: Callable[[], datetime] = period.now) -> None:
        self._folder = folder
        self._sender = sender_address(sender)
        self._now = now

    async def send(self, letter: Envelope, handing_over: HandingOver) -> str:
        """Write one letter; where it lies. A folder leaves no doubt.

        Raises:
            MailRefused: the folder cannot be written to, or the letter has no usable address.
        """
        moment = self._now()
        message = letter_as_sent(letter, self._sender, moment, "8bit")
        path = self._folder / f"{moment:%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}.eml"
        try:
            await asyncio.to_thread(_write, path, message.as_bytes())
        except OSError as exc:
            raise MailRefused(f"The outbox folder cannot be written to: {exc.strerror}.", for_good=False) from exc
        _log.info("letter_written", path=str(path))
        return f"Written to {path}"

    async def close(self) -> None:
        """Nothing stays open."""


def sender_address(text: str) -> Address:
    """The sender in the setting, as `Vetdesk <practice@vetdesk.example>` or the bare address.

    Raises:
        SettingsError: it is no address.
    """
    name, address = parseaddr(text)
    try:
        return Address(name, addr_spec=address)
    except (MessageError, ValueError, IndexError) as exc:
        raise SettingsError("VETDESK_MAIL_FROM cannot be used: it must read Name <name@practice.example>.") from exc


def letter_as_sent(letter: Envelope, sender: Address, moment: datetime, encoding: Encoding) -> EmailMessage:
    """The letter with its headers, as plain text and HTML.

    Raises:
        MailRefused: for good, when what should be the address is not exactly one.
    """
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = _recipient(letter.to_address)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = moment
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url.startswith("https://"):
        # RFC 8058: one click, which is a POST, so that no machine that only looks at links ends anything.
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte=encoding)
    message.add_alternative(letter.html, subtype="html", cte=encoding)
    # Last, or it would have moved into the first part.
    message["Content-Language"] = letter.language
    return message


def _recipient(address: str) -> Address:
    name, _, domain = address.rpartition("@")
    # The library has a grammar for ASCII only: a letter beyond it may stand wherever a plain one may.
    alike = "".join(c if c.isascii() else "x" for c in address)
    try:
        if not name or not domain or not address.isprintable():
            raise ValueError(address)
        one = Address(addr_spec=alike)
        return one if address.isascii() else Address(username=name, domain=domain.encode("idna").decode())
    except (MessageError, ValueError, IndexError) as exc:
        raise MailRefused("This is not an e-mail address.", for_good=True) from exc


# After these we know where the connection stands. After anything else we do not, and what comes next must not be read
# as the answer to what was said before.
_HEALTHY = (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused)


_SILENCE = "The mail server did not answer in time."


def _is_an_answer(error: aiosmtplib.SMTPException | OSError) -> bool:
    """Whether the server has said what it thinks of the letter: that it does not have it."""
    return isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code < 600


def _refusal(error: aiosmtplib.SMTPException | OSError) -> MailRefused:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        # There is one recipient; what was said of it stands inside.
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        of_recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
        is_about_the_letter = of_recipient or isinstance(error, aiosmtplib.SMTPDataError)
        for_good = is_about_the_letter and error.code >= 500
        return MailRefused(f"{error.code} {error.message}", for_good=for_good, of_recipient=of_recipient)
    # What an address beyond ASCII needs of the server is the one thing that no waiting brings.
    for_good = isinstance(error, aiosmtplib.SMTPNotSupported)
    return MailRefused(str(error) or _SILENCE, for_good=for_good)


def _write(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it, and nobody else reads the codes in it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.rename(path)


def _unusable(why: str) -> SettingsError:
    return SettingsError(f"VETDESK_SMTP_URL cannot be used: {why}.")
