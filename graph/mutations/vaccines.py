"""Adding and amending vaccines, and choosing the protocols that the practice goes by."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared, few, species
from graph.types.vaccine import VaccinationProtocol, Vaccine
from models.pet import Species
from models.role import Role
from models.vaccine import Target
from resolvers import vaccination_protocols, vaccines
from resolvers.access import Deed
from resolvers.vaccines import NewVaccine, VaccineChanges

_NAME = "What it is called, 1 to 200 characters"
_MAKER = "Who makes it, at most 200 characters"
_SPECIES = "For which species it is licensed: at least one, each once"
_TARGETS = "What it protects from: at least one, each once"
_LASTS = "How long immunity lasts by its label, 1 to 120 months"


@deed_input(Role.MANAGER)
class AddVaccineInput:
    """A product that the practice gives from now on, or that pets were given elsewhere."""

    name: str = said(f"{_NAME}.")
    maker: str | None = said(f"{_MAKER}.", default=None)
    species: list[Species] = said(f"{_SPECIES}.")
    targets: list[Target] = said(f"{_TARGETS}.")
    lasts_months: int = said(f"{_LASTS}.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendVaccineInput:
    """What changes about a vaccine; what is not given stays as it is."""

    vaccine_id: strawberry.ID = said("Which vaccine.")
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    maker: str | None = said(f"{_MAKER}; null clears it.", default=strawberry.UNSET)
    species: list[Species] | None = said(
        f"{_SPECIES}. They replace all that were known. It cannot be cleared.", default=strawberry.UNSET
    )
    targets: list[Target] | None = said(
        f"{_TARGETS}. They replace all that were known. It cannot be cleared.", default=strawberry.UNSET
    )
    lasts_months: int | None = said(f"{_LASTS}. It cannot be cleared.", default=strawberry.UNSET)
    is_in_use: bool | None = said("Whether the practice gives it. It cannot be cleared.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class ActivateProtocolInput:
    """A protocol that the practice goes by from now on."""

    protocol_id: strawberry.ID = said("Which version of which protocol.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class DeactivateProtocolInput:
    """A protocol that the practice goes by no longer."""

    protocol_id: strawberry.ID = said("Which version of which protocol.")
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class VaccineAdded:
    """The practice knows another vaccine."""

    vaccine: Vaccine = said("The vaccine as it is now.")


@payload(Role.MANAGER)
class VaccineAmended:
    """What was given is written, and what is due for the pets that got it is worked out anew."""

    vaccine: Vaccine = said("The vaccine as it is now.")


@payload(Role.MANAGER)
class ProtocolActivated:
    """The practice goes by it, and what is due for its pets is worked out anew."""

    protocol: VaccinationProtocol = said("The protocol as it is now.")


@payload(Role.MANAGER)
class ProtocolDeactivated:
    """The practice goes by it no longer, and what is due for its pets is worked out anew."""

    protocol: VaccinationProtocol = said("The protocol as it is now.")


@strawberry.type
class VaccineMutations:
    """Adding and amending vaccines, and choosing protocols."""

    @mutation(Deed.ADD_VACCINE, VaccineAdded)
    async def add_vaccine(self, info: Info, input: AddVaccineInput) -> object:
        """Add a vaccine. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        vaccine = NewVaccine(
            name=input.name,
            species=species(input.species),
            targets=_targets(input.targets),
            lasts_months=input.lasts_months,
            maker=input.maker or "",
        )
        added = await vaccines.add(viewer, vaccine, key=input.idempotency_key, now=info.context.now)
        return answered(VaccineAdded, vaccine=vaccines.one(viewer, added))

    @mutation(Deed.AMEND_VACCINE, VaccineAmended)
    async def amend_vaccine(self, info: Info, input: AmendVaccineInput) -> object:
        """Change what is known of a vaccine. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        changes = VaccineChanges(
            name=changed(input.name, null=""),
            maker=changed(input.maker, null=""),
            species=changed(input.species, species, null=()),
            targets=changed(input.targets, _targets, null=()),
            lasts_months=changed_not_cleared(input.lasts_months, "lastsMonths"),
            is_in_use=changed_not_cleared(input.is_in_use, "isInUse"),
        )
        vaccine_id = key("Vaccine", input.vaccine_id)
        amended = await vaccines.amend(viewer, vaccine_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(VaccineAmended, vaccine=vaccines.one(viewer, amended))

    @mutation(Deed.ACTIVATE_PROTOCOL, ProtocolActivated)
    async def activate_protocol(self, info: Info, input: ActivateProtocolInput) -> object:
        """Go by this version of a protocol, and by no other version of it. Only who manages the whole practice may.

        One that ships inactive was only at hand as others retell it (`evidence`, `source`): the practice answers for it.
        """
        viewer, protocol_id = info.context.viewer, key("VaccinationProtocol", input.protocol_id)
        chosen = await vaccination_protocols.activate(
            viewer, protocol_id, key=input.idempotency_key, now=info.context.now
        )
        return answered(ProtocolActivated, protocol=vaccination_protocols.one(viewer, chosen))

    @mutation(Deed.DEACTIVATE_PROTOCOL, ProtocolDeactivated)
    async def deactivate_protocol(self, info: Info, input: DeactivateProtocolInput) -> object:
        """Go by a protocol no longer. Only somebody who manages the whole practice may."""
        viewer, protocol_id = info.context.viewer, key("VaccinationProtocol", input.protocol_id)
        chosen = await vaccination_protocols.deactivate(
            viewer, protocol_id, key=input.idempotency_key, now=info.context.now
        )
        return answered(ProtocolDeactivated, protocol=vaccination_protocols.one(viewer, chosen))


def _targets(given: list[Target]) -> tuple[Target, ...]:
    return tuple(few(given, len(Target), "targets"))
