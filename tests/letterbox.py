"""The letter box of the tests: letters as they are written, and what is to be read in them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from resolvers import letters
from tests.postbox import PaperVault
from tests.world import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from models import Message
    from resolvers.ports import Envelope

PUBLIC_URL = "https://vet.example"
LINKS: Any = {"vault": PaperVault(), "public_url": PUBLIC_URL}
"""What links in letters are made with."""


async def written(message: Message, *, public_url: str = PUBLIC_URL, now: datetime = NOW) -> Envelope:
    """The letter as it is sent now."""
    return letters.written(message, await letters.facts(message), vault=PaperVault(), public_url=public_url, now=now)


class Reading(HTMLParser):
    """What is to be read in a page, and which tags it has; behind the words of a link stands where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.links: list[str] = []
        self._at = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.setdefault(tag, dict(attrs))
        if tag == "a":
            self._at = dict(attrs)["href"] or ""
            self.links.append(self._at)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.words[-1] != self._at:
            self.words.append(self._at)

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())


def says_the_same(envelope: Envelope) -> bool:
    """Whether the HTML says, after its title, word for word what the plain text says."""
    title, *_ = envelope.html.partition("</title>")
    head = len(Reading(title + "</title>").words)
    shown = [word.removesuffix(":") for word in Reading(envelope.html).words[head:]]
    return shown == [word.removesuffix(":") for word in envelope.text.split() if word != "-"]
