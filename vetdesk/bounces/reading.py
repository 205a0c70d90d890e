"""Reading: what a mail says of letters that did not arrive (RFC 3464), as far as that can be told safely.

Anybody may send us a mail. So nothing is believed but what names a letter of ours by its Message-ID, which only those
know who have had the letter in their hands, and the address that it went to; both are looked up before anything is done.
"""

from __future__ import annotations

import email
import re
from email.errors import MessageError
from email.message import Message
from typing import TYPE_CHECKING, Final
from uuid import UUID

from models.contact import email_fold
from resolvers.bounces import Returned

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 1_048_576
"""The largest mail that is read."""
MOST_REPORTED: Final = 20
"""How many addresses one mail may say something of; ours are to one."""
_MOST_PARTS = 50
# Each line is held against the boundaries of every part around it, so lines and parts together would take minutes.
_MOST_LINES = 20_000
_MOST_BOUNDARIES = 20
_LONGEST_LINE = 998
_OVER, _LATE = "failed", "delayed"
_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>@\s]{1,255})>", re.IGNORECASE)
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")


class NotReadable(Exception):
    """It is no mail that anybody could read."""


def read(raw: bytes, host: str) -> list[Returned]:
    """What the mail says of letters that we sent as `host`; nothing, if it says nothing of that kind.

    Raises:
        NotReadable: it is too large, or broken.
    """
    if len(raw) > MOST_BYTES:
        raise NotReadable("too large")
    if max(raw.count(b"\n"), raw.count(b"\r")) > _MOST_LINES or raw.lower().count(b"boundary") > _MOST_BOUNDARIES:
        raise NotReadable("too many lines or parts")
    try:
        mail = email.message_from_bytes(raw)
        parts = _parts(mail)
        letter = _letter(parts, host)
        if letter is None:
            return []
        return (_reported(parts, letter) or _said_by_older_servers(mail, letter))[:MOST_REPORTED]
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NotReadable(type(error).__name__) from error


def _parts(mail: Message) -> list[Message]:
    parts: list[Message] = []
    for part in mail.walk():
        parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise NotReadable("too many parts")
    return parts


def _letter(parts: list[Message], host: str) -> UUID | None:
    """The letter of ours that the mail brings back, by the Message-ID in what it quotes of it.

    Its own headers are nothing to go by: an answer names the letter there too.
    """
    for quoted in _quoted(parts):
        found = _ID.search(quoted)
        if found is not None and found[2].lower() == host.lower():
            return UUID(found[1])
    return None


def _quoted(parts: list[Message]) -> Iterator[str]:
    """The Message-IDs of whatever stands inside the mail: of a letter as a part, of its headers, or in plain words."""
    for part in parts[1:]:
        if part.get("Message-ID"):
            yield str(part["Message-ID"])
        if part.get_content_type() == "text/rfc822-headers":
            yield from _message_ids(_text(part))
    for part in parts if parts[0].get("X-Failed-Recipients") else []:
        if part.get_content_type() == "text/plain":
            yield from _message_ids(_text(part))


def _message_ids(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line[:11].lower() == "message-id:":
            yield line[11:_LONGEST_LINE]


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(part.get_payload())


def _reported(parts: list[Message], letter: UUID) -> list[Returned]:
    """What a delivery status notification says of each address."""
    reports = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    told: list[Returned] = []
    for report in reports:
        # The first block is about the mail as a whole, each other one about an address.
        blocks = report.get_payload()
        for block in blocks[1:] if isinstance(blocks, list) else []:
            if isinstance(block, Message):
                told.extend(_of_address(block, letter))
    return told


def _of_address(block: Message, letter: UUID) -> Iterator[Returned]:
    action = _one_line(block.get("Action")).lower()
    if action not in (_OVER, _LATE):
        return
    status = _STATUS.match(_one_line(block.get("Status")))
    words = _one_line(block.get("Diagnostic-Code")).partition(";")[2].strip() or _one_line(block.get("Status"))
    addresses = {
        email_fold(address): address
        for header in ("Original-Recipient", "Final-Recipient")
        if (address := _address(_one_line(block.get(header))))
    }
    for address in addresses.values():
        yield Returned(letter, address, status[1] if status else "", words, is_over=action == _OVER)


def _address(text: str) -> str:
    """The address in `rfc822; olga@home.example`; "" of any other kind."""
    kind, _, address = text.partition(";")
    return address.strip().strip("<>") if kind.strip().lower() in ("rfc822", "utf-8") and "@" in address else ""


def _said_by_older_servers(mail: Message, letter: UUID) -> list[Returned]:
    """What servers say that send no report, and name whom they could not reach in a header: only of what is over.

    They give no status that could be relied upon, so the address is not marked for it.
    """
    named = _one_line(mail.get("X-Failed-Recipients"))
    words = _one_line(mail.get("Subject")) or "It came back."
    return [
        Returned(letter, address.strip(), "", words, is_over=True)
        for address in named.split(",")[:MOST_REPORTED]
        if "@" in address
    ]


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:_LONGEST_LINE] if text is not None else ""
