"""The team of the demo practice: six people, the roles they hold where, and when they work."""

from __future__ import annotations

from dataclasses import dataclass, field

from models import Role
from models.stretch import Stretch
from vetdesk.demo.places import FRI, MON, SAT, SPREE, THAMES, THU, TUE, WED, WEEKDAYS, Place, weekly
from vetdesk.demo.sign_ins import STAFF


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """Somebody of the team; a post without a place is held everywhere."""

    name: str
    email: str
    posts: tuple[tuple[Role, Place | None], ...]
    hours: tuple[tuple[Place, tuple[Stretch, ...]], ...] = field(default=())

    @property
    def given_name(self) -> str:
        """The name her friends use."""
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        """The name on her letters."""
        return self.name.partition(" ")[2]


_MANAGER, _RECEPTIONIST, _NURSE, _VET = STAFF

MANAGER = Member(_MANAGER.name, _MANAGER.email, ((Role.MANAGER, None),))
RECEPTIONIST = Member(_RECEPTIONIST.name, _RECEPTIONIST.email, ((Role.RECEPTIONIST, None),))
NURSE = Member(
    _NURSE.name,
    _NURSE.email,
    ((Role.NURSE, None),),
    ((THAMES, weekly((MON, TUE, THU, FRI), (9, 12), (13, 17))), (SPREE, weekly((WED,), (9, 12), (14, 17)))),
)
SURGEON_IN_LONDON = Member(
    _VET.name,
    _VET.email,
    ((Role.VET, THAMES),),
    ((THAMES, (*weekly(WEEKDAYS, (8.5, 12.5), (13.5, 17.5)), *weekly((SAT,), (9, 13)))),),
)
TRAVELLER = Member(
    "Mateusz Zielinski",
    "mateusz@tworivers.example",
    ((Role.VET, THAMES), (Role.VET, SPREE)),
    ((THAMES, weekly((MON, TUE, WED), (10, 14), (15, 18.5))), (SPREE, weekly((THU, FRI), (8, 12), (14, 18)))),
)
SURGEON_IN_BERLIN = Member(
    "Johanna Lindner",
    "johanna@tworivers.example",
    ((Role.VET, SPREE),),
    ((SPREE, (*weekly((MON, TUE, WED), (8, 12), (14, 18)), *weekly((THU,), (14, 19.5)))),),
)
VETS = (SURGEON_IN_LONDON, TRAVELLER, SURGEON_IN_BERLIN)
TEAM = (MANAGER, RECEPTIONIST, NURSE, *VETS)
