"""Contacts: the e-mail addresses, the phones and the search words of a client, written together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import ClientEmail, ClientPhone, ClientWord, sql
from models.client import search_words
from models.contact import Phone, email, email_fold, phone
from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

MOST = 10


def checked_emails(typed: Sequence[str]) -> list[str]:
    """The addresses as they are kept, each once, in the order given.

    Raises:
        InvalidInput: one is no e-mail address, or there are more than ten.
    """
    _must_be_few(typed, "emails")
    kept: dict[str, str] = {}
    for number, text in enumerate(typed):
        address = email(text, path=("emails", str(number)))
        kept.setdefault(address.lower(), address)
    return list(kept.values())


async def checked_phones(typed: Sequence[str], country: str) -> list[Phone]:
    """The numbers as they are kept, each once, in the order given; without a country's code they are of `country`.

    Without a country they are of the country of the practice's first location.

    Raises:
        InvalidInput: one is no phone number, or there are more than ten.
    """
    _must_be_few(typed, "phones")
    if not typed:
        return []
    region = country or await practice_country()
    kept: dict[str, Phone] = {}
    for number, text in enumerate(typed):
        one = phone(text, region=region, path=("phones", str(number)))
        kept.setdefault(one.e164 or one.as_given, one)
    return list(kept.values())


async def practice_country() -> str | None:
    """The country of the first location that has one; open locations come first."""
    rows = await sql.fetch(
        "SELECT country FROM location WHERE country <> '' ORDER BY closed_on IS NOT NULL, id LIMIT 1"
    )
    return str(rows[0]["country"]) if rows else None


async def emails_of(client_id: UUID) -> list[str]:
    """The client's addresses, the one for letters first."""
    return [row.address for row in await ClientEmail.filter(client_id=client_id).order_by("position", "id")]


async def phones_of(client_id: UUID) -> list[Phone]:
    """The client's phones, in their order."""
    rows = await ClientPhone.filter(client_id=client_id).order_by("position", "id")
    return [Phone(row.as_given, row.e164) for row in rows]


async def replace_emails(client_id: UUID, addresses: Sequence[str]) -> None:
    """Write these addresses as the client's only ones."""
    await ClientEmail.filter(client_id=client_id).delete()
    await sql.insert(
        [
            ClientEmail(client_id=client_id, address=address, fold=email_fold(address), position=position)
            for position, address in enumerate(addresses)
        ]
    )


async def replace_phones(client_id: UUID, phones: Sequence[Phone]) -> None:
    """Write these phones as the client's only ones."""
    await ClientPhone.filter(client_id=client_id).delete()
    await sql.insert(
        [
            ClientPhone(client_id=client_id, as_given=one.as_given, e164=one.e164, position=position)
            for position, one in enumerate(phones)
        ]
    )


async def replace_words(
    client_id: UUID, names: Iterable[str], addresses: Iterable[str], phones: Iterable[Phone]
) -> None:
    """Write the words by which reception finds the client."""
    words = search_words(names, addresses, [spelling for one in phones for spelling in one.spellings])
    await ClientWord.filter(client_id=client_id).delete()
    await sql.insert([ClientWord(client_id=client_id, kind=kind, word=word) for kind, word in sorted(words)])


def _must_be_few(typed: Sequence[str], name: str) -> None:
    if len(typed) > MOST:
        raise InvalidInput(f"Please keep at most {MOST} of these.", path=(name,))
