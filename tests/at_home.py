"""At home: somebody at home follows the links in her letters, in a browser that runs nothing."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from models import Appointment, Client, Message, Reminder
from resolvers import letter_links
from tests.doors import Program

HOME = "https://vet.example"


@dataclass
class Seen:
    """A page as she sees it: its title, everything that is written on it, its buttons with what they send, and its links."""

    status: int
    title: str
    text: str
    buttons: dict[str, dict[str, str]]
    forms: list[dict[str, str]]
    links: dict[str, str]
    headers: httpx.Headers
    language: str

    def __contains__(self, words: str) -> bool:
        return words in self.text


@dataclass
class AtHome:
    """A browser at home, at the program's own address."""

    program: Program = field(default_factory=lambda: Program(public_url=HOME))

    async def open(self, url: str, **headers: str) -> Seen:
        """What she sees when she follows a link."""
        return await self.sent("GET", url, headers=headers)

    async def press(self, url: str, form: dict[str, str] | None, **headers: str) -> Seen:
        """What she sees when she presses a button of the page there."""
        return await self.sent("POST", url, data=form, headers=headers)

    async def sent(self, method: str, url: str, **more: Any) -> Seen:
        transport = httpx.ASGITransport(self.program.asgi)
        async with httpx.AsyncClient(transport=transport, base_url=HOME) as http:
            return seen(await http.request(method, url, **more))

    def to_visit(self, appointment: Appointment, client: Any = None) -> str:
        """The link in a letter about a visit as it is planned now."""
        client_id = client.id if client else appointment.client_id
        return letter_links.visit(
            appointment.id, client_id, appointment.starts_at, vault=self.program.adapters.vault, public_url=HOME
        )

    def to_book(self, reminder: Reminder, client: Client | Any) -> str:
        """The link in a letter about what is due."""
        return letter_links.book(reminder.id, client.id, vault=self.program.adapters.vault, public_url=HOME)

    def to_unsubscribe(self, message: Message) -> str:
        """The link at the end of a letter."""
        return letter_links.unsubscribe(message.id, vault=self.program.adapters.vault, public_url=HOME)


def seen(answer: httpx.Response) -> Seen:
    """The page as a reader sees it."""
    page = answer.text
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    buttons = re.findall(r'<button[^>]* name="([^"]*)" value="([^"]*)"[^>]*>([^<]*)</button>', body)
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', body)
    titled = re.search(r"<h1>(.*?)</h1>", body)
    spoken = re.search(r'<html lang="([a-z]+)">', body)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").replace("\xa0", " ")
    return Seen(
        answer.status_code,
        html.unescape(titled[1]) if titled else "",
        html.unescape(text),
        {html.unescape(label).replace("\u202f", " "): {name: html.unescape(value)} for name, value, label in buttons},
        [{name: html.unescape(value)} for name, value, _ in buttons],
        {html.unescape(label): html.unescape(address) for address, label in links},
        answer.headers,
        spoken[1] if spoken else "",
    )
