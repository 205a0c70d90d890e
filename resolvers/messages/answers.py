"""Answers: what a mail server means by its words (RFC 5321, RFC 3463)."""

from __future__ import annotations

import re
from typing import Final

_ANSWER = re.compile(r"(?P<code>[245]\d\d)(?:[ \-]+(?P<status>[245]\.\d{1,3}\.\d{1,3})(?!\S))?")
_GOODBYE: Final = 421
_NO_MAILBOX: Final = ("550", "551", "553")
# Of the sender, of a mailbox that is full, of the letter, or of what the server allows: the address may be as good as ever.
_NOT_OF_THE_ADDRESS = re.compile(r"5\.(7\.\d+|3\.\d+|6\.\d+|1\.[78]|2\.[234])$")


def domain_must_wait(answer: str) -> bool:
    """Whether the server asks everybody who writes to it to come later: it closes, or slows us down (4.7.x)."""
    code, status = _read(answer)
    return code == str(_GOODBYE) or status.startswith("4.7.")


def nobody_reads(answer: str, *, of_recipient: bool) -> bool:
    """Whether the server says for good that there is no such mailbox; `of_recipient` when it said so of the address."""
    code, status = _read(answer)
    if status and _NOT_OF_THE_ADDRESS.match(status):
        return False
    return (of_recipient and code in _NO_MAILBOX) or status.startswith("5.1.") or status == "5.2.1"


def never_arrives(status: str) -> bool:
    """Whether a letter that came back with this status says that nobody reads the address: for good, and of the address."""
    return status.startswith("5.") and not _NOT_OF_THE_ADDRESS.match(status)


def _read(answer: str) -> tuple[str, str]:
    """The code and the enhanced status of an answer; "" for what it does not say."""
    found = _ANSWER.match(answer)
    return (found["code"], found["status"] or "") if found else ("", "")
