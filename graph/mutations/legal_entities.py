"""Adding and amending who invoices."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared
from graph.mutations.locations import AddressInput, address
from graph.types.legal_entity import LegalEntity
from models.contact import Address
from models.role import Role
from resolvers import legal_entities
from resolvers.access import Deed
from resolvers.legal_entities import LegalEntityChanges, NewLegalEntity

_NAME = "Its name, as it is to stand on invoices, 1 to 200 characters"
_TAX_NUMBER = "Its tax number, at most 50 characters"
_BANK = "Where to transfer money to, at most 500 characters; it may have line breaks"
_DUE = "How many days after their day its invoices are due, 0 to 365"


@deed_input(Role.MANAGER)
class AddLegalEntityInput:
    """A company or a person that invoices from now on."""

    name: str = said(f"{_NAME}.")
    number_prefix: str | None = said(
        "What every number is to begin with that it gives out: at most 8 capital letters from A to Z and digits, and"
        " none that another has, or that differs from one by a `C` or `R` at its end. It never changes. The practice's first legal entity has none.",
        default=None,
    )
    address: AddressInput | None = said("Its address, as it is to stand on invoices.", default=None)
    tax_number: str | None = said(f"{_TAX_NUMBER}.", default=None)
    bank_details: str | None = said(f"{_BANK}.", default=None)
    due_days: int = said(f"{_DUE}.", default=14)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendLegalEntityInput:
    """What changes about who invoices; what is not given stays as it is."""

    legal_entity_id: strawberry.ID = said("Which legal entity.")
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    address: AddressInput | None = said("Its address, as a whole; null clears it.", default=strawberry.UNSET)
    tax_number: str | None = said(f"{_TAX_NUMBER}; null clears it.", default=strawberry.UNSET)
    bank_details: str | None = said(f"{_BANK}; null clears them.", default=strawberry.UNSET)
    due_days: int | None = said(f"{_DUE}. It cannot be cleared.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class LegalEntityAdded:
    """Somebody else can invoice; say with `amendLocation` for which locations."""

    legal_entity: LegalEntity = said("The legal entity as it is now.")


@payload(Role.MANAGER)
class LegalEntityAmended:
    """What was given is written, and stands on the next invoices. Those that are issued stay as they are."""

    legal_entity: LegalEntity = said("The legal entity as it is now.")


@strawberry.type
class LegalEntityMutations:
    """Adding and amending who invoices."""

    @mutation(Deed.ADD_LEGAL_ENTITY, LegalEntityAdded)
    async def add_legal_entity(self, info: Info, input: AddLegalEntityInput) -> object:
        """Add somebody who invoices. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        entity = NewLegalEntity(
            name=input.name,
            number_prefix=input.number_prefix or "",
            address=address(input.address or AddressInput()),
            tax_number=input.tax_number or "",
            bank_details=input.bank_details or "",
            due_days=input.due_days,
        )
        added = await legal_entities.add(viewer, entity, key=input.idempotency_key, now=info.context.now)
        return answered(LegalEntityAdded, legal_entity=legal_entities.one(viewer, added))

    @mutation(Deed.AMEND_LEGAL_ENTITY, LegalEntityAmended)
    async def amend_legal_entity(self, info: Info, input: AmendLegalEntityInput) -> object:
        """Change what is known of who invoices. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        changes = LegalEntityChanges(
            name=changed(input.name, null=""),
            address=changed(input.address, address, null=Address()),
            tax_number=changed(input.tax_number, null=""),
            bank_details=changed(input.bank_details, null=""),
            due_days=changed_not_cleared(input.due_days, "dueDays"),
        )
        entity_id = key("LegalEntity", input.legal_entity_id)
        amended = await legal_entities.amend(
            viewer, entity_id, changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(LegalEntityAmended, legal_entity=legal_entities.one(viewer, amended))
