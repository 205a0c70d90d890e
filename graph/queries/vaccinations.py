"""Asking for vaccines, protocols, lots and certificates."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import EVERYBODY, STAFF, field
from graph.types.certificate import Certificate
from graph.types.vaccination import Vaccination
from graph.types.vaccine import VaccinationProtocol, Vaccine
from resolvers import certificates, vaccination_protocols, vaccinations, vaccines


@strawberry.type
class VaccinationQueries:
    """Asking for vaccines, protocols, lots and certificates."""

    @field(STAFF)
    async def vaccines(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Words, each of which stands in the name or the maker, 1 to 100 characters."
            ),
        ] = None,
    ) -> list[Vaccine] | None:
        """Every vaccine, or those that are searched for, by name; those no longer in use too."""
        viewer = info.context.viewer
        return vaccines.listed(viewer) if search is None else vaccines.searched(viewer, search)  # type: ignore[return-value]

    @field(STAFF)
    async def vaccination_protocols(self, info: Info) -> list[VaccinationProtocol] | None:
        """Every version of every protocol, by name; those that the practice does not go by too."""
        return vaccination_protocols.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def vaccinations_of_lot(
        self,
        info: Info,
        lot: Annotated[str, strawberry.argument(description="The lot; case, spaces, dots and dashes do not count.")],
        vaccine_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only of this product; lots of two makers may agree.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Vaccination] | None:
        """The doses of a lot that stand, latest first: a recall asks them for their pets, and these for their owners."""
        viewer = info.context.viewer
        rows = vaccinations.of_lot(viewer, lot)
        if vaccine_id is not None:
            rows = vaccinations.of_lot(viewer, lot, vaccine_id=key("Vaccine", vaccine_id))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(EVERYBODY)
    async def certificate(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which certificate.")]
    ) -> Certificate | None:
        """One certificate; null when there is no such certificate, or it is not the viewer's to see."""
        return certificates.one(info.context.viewer, key("Certificate", id))  # type: ignore[return-value]
