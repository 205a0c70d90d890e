"""Offers: what can be booked at the demo practice, by whom and where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from models import Species
from vetdesk.demo.places import CONSULTING, NURSES, QUIET, THEATRE
from vetdesk.demo.team import NURSE, SURGEON_IN_BERLIN, SURGEON_IN_LONDON, TRAVELLER, VETS, Member

_DAY = 24 * 60
_FURRY = (Species.DOG, Species.CAT, Species.RABBIT, Species.FERRET)
_SMALL = (Species.RABBIT, Species.GUINEA_PIG, Species.HAMSTER, Species.FERRET, Species.BIRD, Species.REPTILE)


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A service as it will be added; `often` says how many of a hundred visits are for it."""

    name: str
    description: str
    lasts_minutes: int
    often: float
    staff: tuple[Member, ...]
    rooms: tuple[str, ...]
    buffers: tuple[int, int] = (0, 0)
    species: tuple[Species, ...] = ()
    lead_minutes: int = 0
    is_bookable_online: bool = True
    is_open_to_new_clients: bool = False
    is_farewell: bool = False
    owner_may_choose_vet: bool = True

    def is_for(self, species: Species) -> bool:
        """Whether pets of that species are seen for it."""
        return not self.species or species in self.species


# Theatre, nurses' room and quiet room each have one person who works in them. In the consulting rooms a visit of half an
# hour meets at most two of the other vet: so whoever is free finds a room, in whatever order visits are booked.
CHECK_UP = Offer(
    "Check-up", "A look from nose to tail, and your questions.", 15, 34, VETS, CONSULTING, lead_minutes=120
)
VACCINATION = Offer(
    "Vaccination",
    "The yearly one, with a short examination.",
    15,
    24,
    VETS,
    CONSULTING,
    species=_FURRY,
    lead_minutes=60,
)
FIRST_VISIT = Offer(
    "First visit",
    "For pets we have not met: half an hour to get to know each other.",
    30,
    9,
    VETS,
    CONSULTING,
    lead_minutes=4 * 60,
    is_open_to_new_clients=True,
)
SMALL_PETS = Offer(
    "Small pets and exotics",
    "For rabbits, rodents, ferrets, birds and reptiles.",
    30,
    9,
    (TRAVELLER, SURGEON_IN_BERLIN),
    CONSULTING,
    species=_SMALL,
    lead_minutes=_DAY,
    is_open_to_new_clients=True,
)
NURSE_CLINIC = Offer(
    "Nurse clinic",
    "Nails, weight, bandages and advice.",
    15,
    18,
    (NURSE,),
    (NURSES,),
    lead_minutes=60,
    owner_may_choose_vet=False,
)
DENTAL = Offer(
    "Dental treatment",
    "Scaling and polishing under a general anaesthetic. No food from ten in the evening before.",
    60,
    3,
    (SURGEON_IN_LONDON, SURGEON_IN_BERLIN),
    (THEATRE,),
    buffers=(15, 15),
    species=(Species.DOG, Species.CAT, Species.RABBIT),
    lead_minutes=2 * _DAY,
    owner_may_choose_vet=False,
)
SURGERY = Offer(
    "Surgery",
    "Planned operations. We book them together after a check-up.",
    90,
    2.5,
    (SURGEON_IN_LONDON, SURGEON_IN_BERLIN),
    (THEATRE,),
    buffers=(15, 30),
    species=_FURRY,
    is_bookable_online=False,
)
FAREWELL = Offer(
    "Farewell",
    "Time to say goodbye, in a room of its own.",
    45,
    0.5,
    (SURGEON_IN_LONDON, SURGEON_IN_BERLIN),
    (QUIET,),
    buffers=(0, 15),
    is_bookable_online=False,
    is_farewell=True,
)
OFFERS = (CHECK_UP, VACCINATION, FIRST_VISIT, SMALL_PETS, NURSE_CLINIC, DENTAL, SURGERY, FAREWELL)
