"""Letters as they are sent: plain text and HTML in one mail, from us to one reader."""

from __future__ import annotations

import email.policy
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal

from resolvers.ports import Envelope, MailRefused
from vetdesk.settings import SettingsError

Encoding = Literal["quoted-printable", "8bit"]


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
