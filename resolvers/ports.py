"""Ports: what the practice needs of the outside world. `vetdesk/wiring` chooses who fulfils them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from models.paper import Paper
    from models.pet_record import LeftOut, PetRecord
    from resolvers.viewer import Audience


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter ready to be sent: plain text and HTML say the same.

    `message_id` is the same each time the same letter is tried, so that a mailbox can tell a repeat. With an
    `unsubscribe_url` the reader ends letters of this purpose with one click (RFC 8058). `text_id` names the practice's own
    words (`models.LetterText`) in which it is written, None for ours.
    """

    to_address: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    unsubscribe_url: str = ""
    text_id: UUID | None = None


class MailRefused(Exception):
    """The mail server did not take a letter; `answer` holds its words, `for_good` says that trying again is no use.

    `of_recipient` says that it was the address that it refused, before it had seen a word of the letter.
    """

    def __init__(self, answer: str, *, for_good: bool, of_recipient: bool = False) -> None:
        self.answer = answer
        self.for_good = for_good
        self.of_recipient = of_recipient
        super().__init__(answer)


class MailUnanswered(Exception):
    """A letter was handed to the mail server, and no answer came: it may have it. `answer` says what happened."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__(answer)


class Mail(Protocol):
    """Sends letters."""

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        """Send one letter; the server's answer.

        `handing_over` is awaited right before the server gets the words, when it has taken the address: from then on it
        may have the letter. Whatever that raises goes on to the caller, and the letter is not sent. Where a letter
        cannot be in doubt it is never called.

        Raises:
            MailRefused: the server refused it, or could not be reached: it does not have it.
            MailUnanswered: the server may have it, or not.
        """

    async def close(self) -> None:
        """Give up whatever is held open; the next letter opens it again."""


class Vault(Protocol):
    """Keeps what must not be readable in the database, under the secret of the practice."""

    def seal(self, text: str) -> str:
        """The text, sealed; the same text never looks the same twice."""

    def unseal(self, sealed: str) -> str:
        """The text that was sealed."""

    def digest(self, purpose: str, text: str) -> str:
        """64 hex digits that prove knowledge of the text, and differ by purpose."""


class Passwords(Protocol):
    """Hashes passwords, slowly, away from the event loop."""

    async def hashed(self, password: str) -> str:
        """The hash to keep."""

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; without a kept hash the answer is no, after the same time."""


class Tokens(Protocol):
    """Mints access tokens."""

    async def access_token(
        self, *, account_id: UUID, session_id: UUID, audience: Audience, now: datetime, until: datetime | None = None
    ) -> tuple[str, datetime]:
        """A signed token for that door and session, and when it expires: at the latest then, when that is said."""


class CannotPrint(Exception):
    """This process has nothing to print with; the message says what its operator can do about it."""


class Printer(Protocol):
    """Prints papers as PDF, away from the event loop; equal papers give equal bytes."""

    async def printed(self, paper: Paper) -> bytes:
        """The paper as PDF.

        Raises:
            CannotPrint: there is nothing to print with.
        """


class RecordFormat(Protocol):
    """Tells the record of a pet in the Open Vet Format, and reads one that is told so, away from the event loop."""

    async def written(self, record: PetRecord) -> tuple[str, tuple[LeftOut, ...]]:
        """The document (JSON), and what of the record the format has no place for.

        Raises:
            FormatNotInstalled: there is nothing here that knows the format.
        """

    async def read(self, document: str) -> PetRecord:
        """The record that a document tells; what of it is not of the format, or does not fit, is listed in it.

        Raises:
            FormatNotInstalled: there is nothing here that knows the format.
            InvalidInput: it is no such document; the path leads into it, from `document` on.
        """


class OnlineState(StrEnum):
    """Where a payment stands with the provider.

    WAITING: the owner has yet to confirm it, for the first time or again. PROCESSING: her bank has not answered.
    CONFIRMED: the money is held for us, and can be captured. CAPTURED: it is ours. CANCELLED: nothing was taken.
    """

    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    CONFIRMED = "CONFIRMED"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class OnlinePayment:
    """A payment as the provider knows it now, in our minor units.

    `client_secret` lets whoever holds it confirm the payment, at `confirm_url` or from the app itself.
    `declined_because` is why the last try failed, "" when none has.
    """

    ref: str
    state: OnlineState
    minor: int
    captured_minor: int
    currency: str
    client_secret: str
    confirm_url: str
    declined_because: str = ""


class OnlineRefundState(StrEnum):
    """Where a refund stands with the provider."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class OnlineRefund:
    """A refund as the provider knows it now, in our minor units."""

    ref: str
    state: OnlineRefundState
    minor: int
    currency: str
    failed_because: str = ""


class OnlineDisputeState(StrEnum):
    """Where a dispute stands with the provider; WON is won by the practice."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class OnlineDispute:
    """A dispute about a payment as the provider knows it now, in our minor units."""

    ref: str
    state: OnlineDisputeState
    minor: int
    currency: str


class GatewayUnavailable(Exception):
    """The provider gave no clear answer: whether it has done what it was asked is not known, and never guessed."""


class GatewayRefused(Exception):
    """The provider understood and said no: it has done nothing. `reason` holds its words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class PaymentGateway(Protocol):
    """Takes money by card, and gives it back. Each call can be repeated: what was done is done once.

    Amounts are in our minor units (ISO 4217). Every call raises GatewayUnavailable when there is no clear answer, and
    none is made inside a transaction.
    """

    async def start(self, payment_id: UUID, minor: int, currency: str, *, description: str) -> OnlinePayment:
        """A payment for the owner to confirm; the same one whenever it is asked for under the same key.

        Raises:
            GatewayRefused: the provider takes no such amount.
        """

    async def capture(self, ref: str) -> OnlinePayment:
        """Take the money of a payment that was confirmed.

        Raises:
            GatewayRefused: it is not confirmed, or was cancelled.
        """

    async def cancel(self, ref: str) -> OnlinePayment:
        """Take nothing, for ever.

        Raises:
            GatewayRefused: the money was taken already.
        """

    async def look_up(self, ref: str) -> OnlinePayment:
        """The payment as it is now."""

    async def refund(self, refund_id: UUID, ref: str, minor: int, currency: str) -> OnlineRefund:
        """Give so much of a payment back; once, however often it is asked for under the same key.

        Raises:
            GatewayRefused: it is more than there is, or cannot be given back.
        """

    async def look_up_refund(self, refund_id: UUID, ref: str) -> OnlineRefund | None:
        """The refund of that payment that was asked for under that key, as it is now; None if there was none."""

    async def disputes(self, ref: str) -> Sequence[OnlineDispute]:
        """Every dispute about that payment, as they are now."""

    async def close(self) -> None:
        """Give up whatever is held open."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `times` attempts in `within`."""

    times: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class DoorRules:
    """How long proofs last and how often somebody may try; each can be set by the practice."""

    code_digits: int = 6
    code_lasts: timedelta = timedelta(minutes=10)
    code_tries: int = 5
    invitation_lasts: timedelta = timedelta(days=7)
    refresh_lasts: timedelta = timedelta(days=30)
    session_lasts: timedelta = timedelta(days=90)
    refresh_grace: timedelta = timedelta(seconds=10)
    codes_per_address: Rate = Rate(3, timedelta(minutes=15))
    codes_per_origin: Rate = Rate(20, timedelta(minutes=15))
    sign_ins_per_account: Rate = Rate(5, timedelta(minutes=15))
    sign_ins_per_origin: Rate = Rate(30, timedelta(minutes=15))
    certificates_per_origin: Rate = Rate(30, timedelta(minutes=15))
    letter_links_per_origin: Rate = Rate(30, timedelta(minutes=15))
    uses_per_letter_link: Rate = Rate(60, timedelta(minutes=15))
    link_lasts: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside world as a request needs it."""

    vault: Vault
    passwords: Passwords
    tokens: Tokens
    records: RecordFormat
    rules: DoorRules = field(default_factory=DoorRules)
    public_url: str = "http://127.0.0.1:8000"
    """The address clients know us by, without a slash at its end."""
    payments: PaymentGateway | None = None
    """Who takes payments by card; nobody, and then they are refused."""
