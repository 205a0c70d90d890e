"""Registrations: somebody says who she is; it counts once she has proven her e-mail address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, sql
from models.code import language as language_code
from models.contact import email as email_address
from models.contact import email_fold
from models.contact import phone as phone_number
from models.text import line, named
from resolvers import access, codes, events, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.messages import Recipient

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from models import Purpose
    from resolvers.ports import DoorRules, Vault
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody says of herself. By the name of one of her pets, the practice may know her at once.

    `wanted` is what she wants to hear of; what she does not name is not said.
    """

    email: str
    given_name: str
    family_name: str
    phone: str | None = None
    language: str | None = None
    pet_name: str | None = None
    wanted: Mapping[Purpose, bool] = field(default_factory=dict)

    def checked(self) -> Registration:
        """The registration as it is kept.

        Raises:
            InvalidInput: the address, a name, the phone or the language makes no sense.
        """
        return Registration(
            email=email_address(self.email, path=("email",)),
            given_name=line(self.given_name, path=("givenName",)),
            family_name=named(self.family_name, path=("familyName",)),
            phone=phone_number(self.phone, region=None, path=("phone",)).as_given if self.phone else None,
            language=language_code(self.language, path=("language",)) if self.language else None,
            pet_name=line(self.pet_name, path=("petName",)) if self.pet_name else None,
            wanted=dict(self.wanted),
        )


async def register(
    viewer: Viewer,
    registration: Registration,
    *,
    key: str,
    origin: str,
    vault: Vault,
    rules: DoorRules,
    now: datetime,
) -> None:
    """Send a code to the address given; with it she signs in. Known or not, the address gets the same.

    Raises:
        InvalidInput: the address, a name, the phone or the language makes no sense.
        TooManyAttempts: this address, or this network, has asked too often.
        IdempotencyKeyReused: the key was used with other input.
    """
    access.may(viewer, Deed.REGISTER)
    given = registration.checked()
    retry = retries.asked(viewer, Deed.REGISTER, key, asdict(given), now=now, address=email_fold(given.email))

    async def work() -> Outcome:
        await codes.may_have_letter(given.email, origin=origin, vault=vault, rules=rules, now=now)
        to, is_somebody = await codes.recipient(given.email)
        if given.language and not is_somebody:
            to = Recipient(to.address, given.language)
        said = {name: value for name, value in asdict(given).items() if name != "email"}
        code, letter = codes.with_registration(given.email, to, said, vault=vault, rules=rules, now=now)
        async with in_transaction():
            await retry.keep(code=code.id)
            await sql.insert([code])
            await sql.insert([letter])
            await events.record(viewer, Happening(EventKind.REGISTRATION_RECEIVED, code.id), now=now)
        return {"code": str(code.id)}

    await retries.once(retry, work)
