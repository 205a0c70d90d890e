"""Sending: letters are handed to a mail server, one after the other, and what it says of each is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import aiosmtplib

from models import period
from resolvers.ports import Envelope, MailRefused, MailUnanswered
from vetdesk.mail.letters import letter_as_sent, sender_address
from vetdesk.mail.server import HandingOver, Line, Server

TIMEOUT_SECONDS = 20.0
"""How long the server may take to answer one command."""
LETTER_SECONDS = 60.0
"""How long one letter may take, connecting included; far less than a claim on it holds."""

# After these we know where the connection stands. After anything else we do not, and what comes next must not be read
# as the answer to what was said before.
_HEALTHY = (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused)
_SILENCE = "The mail server did not answer in time."


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
        self._connection: Line | None = None
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
            except BaseException:  # cancelled too: what was half said must not be taken for the next letter
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

    async def _connected(self) -> Line:
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
