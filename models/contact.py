"""Contact: e-mail addresses, phone numbers and postal addresses as people give them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from models.code import country
from models.refusal import InvalidInput
from models.text import line, named

if TYPE_CHECKING:
    from models.refusal import Path

LONGEST_PHONE = 60
FEWEST_DIGITS = 3
_LONGEST_DOMAIN = 255


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives, or where a location is; what is not known is empty."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    def checked(self, *, path: Path) -> Address:
        """The address as it is kept.

        Raises:
            InvalidInput: a part is too long, holds control characters, or the country does not exist.
        """
        return Address(
            line(self.street, path=(*path, "street")),
            line(self.postal_code, path=(*path, "postalCode"), longest=20),
            line(self.city, path=(*path, "city")),
            country(self.country, path=(*path, "country")),
        )


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as it was given and, when it is a real number, in E.164."""

    as_given: str
    e164: str | None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The ways in which people say the number: as given, with the country's code, and as dialled at home."""
        if self.e164 is None:
            return (self.as_given,)
        at_home = phonenumbers.format_number(phonenumbers.parse(self.e164), PhoneNumberFormat.NATIONAL)
        return self.as_given, self.e164, at_home


def phone(text: str, *, region: str | None, path: Path) -> Phone:
    """A phone number; without a country's code it is one of `region`.

    What is no real number (an extension, a number of a closed exchange) is kept as it was given.

    Raises:
        InvalidInput: it has fewer than three digits, or is no line of text.
    """
    as_given = named(text, path=path, longest=LONGEST_PHONE)
    if len(re.findall(r"[0-9]", as_given)) < FEWEST_DIGITS:
        raise InvalidInput("This is no phone number. Please type it with its digits.", path=path)
    try:
        number = phonenumbers.parse(as_given, region or None)
    except NumberParseException:
        return Phone(as_given, None)
    if not phonenumbers.is_valid_number(number):
        return Phone(as_given, None)
    return Phone(as_given, phonenumbers.format_number(number, PhoneNumberFormat.E164))


def email(text: str, *, path: Path) -> str:
    """An e-mail address as it is written to; nobody is asked whether the mailbox exists.

    Raises:
        InvalidInput: it cannot be an e-mail address.
    """
    typed = named(text, path=path, longest=320)
    try:
        return validate_email(typed, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        raise InvalidInput("This is no e-mail address. Please check it.", path=path) from None


def email_fold(address: str) -> str:
    """The address as it is compared: no case, but every other difference, for it makes another mailbox or host.

    Lower case, not `casefold`: that would make `straße.example` and `strasse.example` one, and they are two hosts.
    """
    return unicodedata.normalize("NFC", address.lower())


def domain(address: str) -> str:
    """The host that takes letters to the address, as it is compared."""
    return email_fold(address).rpartition("@")[2][:_LONGEST_DOMAIN]
