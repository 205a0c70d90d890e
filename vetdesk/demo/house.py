"""House: opening the demo practice, with its places, team and offers, and who was given which key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from models import Account, Letter, Message, MessageState, VaccinationProtocol
from resolvers import (
    hours,
    hours_exceptions,
    invitations,
    locations,
    messages,
    practices,
    rooms,
    services,
    teams,
    vaccination_protocols,
    vaccines,
)
from resolvers.access import Where
from resolvers.hours import NewWorkingHours
from resolvers.hours_exceptions import NewException
from resolvers.invitations import Newcomer
from resolvers.locations import NewLocation
from resolvers.practices import RecordSettings
from resolvers.services import NewService
from resolvers.teams import Post
from resolvers.vaccines import NewVaccine
from resolvers.viewer import Viewer
from vetdesk.demo.offers import OFFERS
from vetdesk.demo.places import PLACES, PRACTICE, ROOMS
from vetdesk.demo.quiet import NoMail
from vetdesk.demo.sign_ins import PASSWORD
from vetdesk.demo.team import MANAGER, SURGEON_IN_BERLIN, TEAM, VETS
from vetdesk.demo.vaccines import ACTIVATED, CORE, RABIES

if TYPE_CHECKING:
    from resolvers.ports import Ports
    from vetdesk.demo.fees import Fee
    from vetdesk.demo.offers import Offer
    from vetdesk.demo.places import Place
    from vetdesk.demo.team import Member
    from vetdesk.demo.vaccines import Vaccine

DEMO = Viewer.system("demo")
HOME = "https://tworivers.example"
"""What letters of the past call us."""

_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class House:
    """The practice as it is in the database: the keys of what was made up, by what it was made of."""

    ports: Ports
    places: dict[Place, UUID] = field(default_factory=dict)
    rooms: dict[tuple[Place, str], UUID] = field(default_factory=dict)
    team: dict[Member, UUID] = field(default_factory=dict)
    offers: dict[Offer, UUID] = field(default_factory=dict)
    vaccines: dict[Vaccine, UUID] = field(default_factory=dict)
    items: dict[Fee, UUID] = field(default_factory=dict)
    mail: NoMail = field(default_factory=NoMail)
    _numbers: count[int] = field(default_factory=count)

    def key(self) -> str:
        """An idempotency key that was not used before."""
        return f"demo {next(self._numbers)}"

    async def deliver(self, moment: datetime, *, most: int) -> int:
        """Let so many of the letters that are due go nowhere; how many there were."""
        delivered = await messages.deliver_due(
            DEMO, mail=self.mail, vault=self.ports.vault, public_url=HOME, now=lambda: moment, most=most
        )
        for error in delivered.unexpected:
            raise error
        return delivered.total

    async def viewer_of(self, member: Member) -> Viewer:
        """That person, signed in, as she is today."""
        account = await Account.get(audience="staff", email=member.email)
        at = {self.places[place]: frozenset({role}) for role, place in member.posts if place}
        everywhere = frozenset(role for role, place in member.posts if not place)
        return Viewer(account_id=account.id, staff_id=account.staff_id, everywhere=everywhere, at=at)

    async def secret(self, letter: Letter, address: str) -> str:
        """What only the letter holds that waits at that address."""
        message = await Message.get(letter=letter, to_address=address, state=MessageState.WAITING)
        return self.ports.vault.unseal(message.secret or "")


async def opened(ports: Ports, moment: datetime) -> House:
    """The practice, opened at that moment with everybody and everything in it."""
    house = House(ports)
    await _first_manager(house, moment)
    for place in PLACES:
        await _add_place(house, place, moment)
    for member in TEAM:
        if member is not MANAGER:
            await _add_member(house, member, moment)
    for offer in OFFERS:
        await _add_offer(house, offer, moment)
    await _keep_records(house, moment)
    return house


async def announce_absences(house: House, moment: datetime) -> None:
    """What everybody should know of the weeks to come: one closed morning, and one vet at a congress."""
    place = PLACES[0]
    midnight = moment.astimezone(place.clock).replace(hour=0, minute=0, second=0, microsecond=0)
    morning = NewException(
        starts_at=(midnight + timedelta(days=25, hours=8)).astimezone(UTC),
        ends_at=(midnight + timedelta(days=25, hours=12)).astimezone(UTC),
        location_id=house.places[place],
        reason="The boiler is being replaced",
    )
    congress = NewException(
        starts_at=(midnight + timedelta(days=27)).astimezone(UTC),
        ends_at=(midnight + timedelta(days=30)).astimezone(UTC),
        staff_id=house.team[SURGEON_IN_BERLIN],
        reason="Congress in Leipzig",
    )
    for exception in (morning, congress):
        await hours_exceptions.add(DEMO, exception, key=house.key(), now=moment)


async def _first_manager(house: House, moment: datetime) -> None:
    token = await invitations.invite_first_manager(
        DEMO,
        invitations.Manager(MANAGER.email, MANAGER.given_name, MANAGER.family_name),
        practice=PRACTICE,
        language="en",
        vault=house.ports.vault,
        rules=house.ports.rules,
        now=moment,
    )
    await _accept(house, MANAGER, token, moment)


async def _add_place(house: House, place: Place, moment: datetime) -> None:
    location = NewLocation(place.name, place.zone, place.currency, place.address, place.phone, place.opening_hours)
    location_id = house.places[place] = await locations.add(DEMO, location, key=house.key(), now=moment)
    for name in ROOMS:
        house.rooms[place, name] = await rooms.add(DEMO, location_id, name, key=house.key(), now=moment)


async def _add_member(house: House, member: Member, moment: datetime) -> None:
    ports = house.ports
    posts = tuple(Post(role, house.places[place] if place else Where.EVERYWHERE) for role, place in member.posts)
    newcomer = Newcomer(member.email, member.given_name, member.family_name, posts)
    house.team[member] = await invitations.invite(
        DEMO, newcomer, key=house.key(), vault=ports.vault, rules=ports.rules, now=moment
    )
    await _accept(house, member, await house.secret(Letter.INVITATION, member.email), moment)
    for place, stretches in member.hours:
        for stretch in stretches:
            weekly = NewWorkingHours(house.team[member], house.places[place], stretch, moment.date())
            await hours.add(DEMO, weekly, key=house.key(), now=moment)


async def _accept(house: House, member: Member, token: str, moment: datetime) -> None:
    await house.deliver(moment + _MINUTE, most=1)
    await invitations.accept_invitation(
        Viewer.anyone(),
        token,
        PASSWORD,
        key=f"demo {member.email}",
        vault=house.ports.vault,
        passwords=house.ports.passwords,
        now=moment + 5 * _MINUTE,
    )


async def _keep_records(house: House, moment: datetime) -> None:
    """What the practice has decided about its records, what its vets are licensed by, and what is in the fridge."""
    await practices.amend_records(DEMO, RecordSettings(shares_notes=True), key=house.key(), now=moment)
    for number, vet in enumerate(VETS):
        licence = f"TR {7012345 + number * 1111}"
        await teams.amend_staff(DEMO, house.team[vet], licence_number=licence, key=house.key(), now=moment)
    for vaccine in (*CORE, RABIES):
        new = NewVaccine(vaccine.name, vaccine.species, vaccine.targets, vaccine.lasts_months, vaccine.maker)
        house.vaccines[vaccine] = await vaccines.add(DEMO, new, key=house.key(), now=moment)
    for protocol in await VaccinationProtocol.filter(code__in=ACTIVATED).order_by("code", "-version"):
        if not await VaccinationProtocol.filter(code=protocol.code, is_active=True).exists():
            await vaccination_protocols.activate(DEMO, protocol.id, key=house.key(), now=moment)


async def _add_offer(house: House, offer: Offer, moment: datetime) -> None:
    service = NewService(
        name=offer.name,
        lasts_minutes=offer.lasts_minutes,
        description=offer.description,
        buffer_before_minutes=offer.buffers[0],
        buffer_after_minutes=offer.buffers[1],
        lead_minutes=offer.lead_minutes,
        species=offer.species,
        is_bookable_online=offer.is_bookable_online,
        is_open_to_new_clients=offer.is_open_to_new_clients,
        owner_may_choose_vet=offer.owner_may_choose_vet,
        is_farewell=offer.is_farewell,
        staff_ids=[house.team[member] for member in offer.staff],
        room_ids=[house.rooms[place, name] for place in PLACES for name in offer.rooms],
    )
    house.offers[offer] = await services.add(DEMO, service, key=house.key(), now=moment)
