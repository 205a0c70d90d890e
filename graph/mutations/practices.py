"""What the practice decides about its records and bills."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.inputs import changed, changed_not_cleared
from graph.types.practice import Practice
from models.role import Role
from resolvers import practices
from resolvers.access import Deed
from resolvers.practices import BillingSettings, RecordSettings


@deed_input(Role.MANAGER)
class AmendRecordSettingsInput:
    """What changes about how records are kept; what is not given stays as it is."""

    shares_notes: bool | None = said(
        "Whether owners read the signed notes of their pets, those from before as well. It cannot be cleared.",
        default=strawberry.UNSET,
    )
    locks_after_hours: int | None = said(
        "How many hours after its end the record of a visit locks by itself, 1 to 720; null when none shall.",
        default=strawberry.UNSET,
    )
    stale_weight_days: int | None = said(
        "How many days old a weight may be from which a dose is reckoned, 1 to 366. It cannot be cleared.",
        default=strawberry.UNSET,
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class RecordSettingsAmended:
    """What was given holds at once."""

    practice: Practice = said("The practice as it is now.")


@deed_input(Role.MANAGER)
class AmendBillingSettingsInput:
    """What changes about how bills are made; what is not given stays as it is."""

    most_discount_percent: int | None = said(
        "How many percent the front desk may take off a price without a manager, 0 to 100. It cannot be cleared.",
        default=strawberry.UNSET,
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class BillingSettingsAmended:
    """What was given holds at once."""

    practice: Practice = said("The practice as it is now.")


@strawberry.type
class PracticeMutations:
    """What the practice decides about its records and bills."""

    @mutation(Deed.AMEND_RECORD_SETTINGS, RecordSettingsAmended)
    async def amend_record_settings(self, info: Info, input: AmendRecordSettingsInput) -> object:
        """Change how records are kept. Only somebody who manages the whole practice may.

        A record that is locked stays locked.
        """
        viewer = info.context.viewer
        settings = RecordSettings(
            shares_notes=changed_not_cleared(input.shares_notes, "sharesNotes"),
            locks_after_hours=changed(input.locks_after_hours, null=None),
            stale_weight_days=changed_not_cleared(input.stale_weight_days, "staleWeightDays"),
        )
        await practices.amend_records(viewer, settings, key=input.idempotency_key, now=info.context.now)
        return answered(RecordSettingsAmended, practice=practices.ours(viewer))

    @mutation(Deed.AMEND_BILLING_SETTINGS, BillingSettingsAmended)
    async def amend_billing_settings(self, info: Info, input: AmendBillingSettingsInput) -> object:
        """Change how bills are made. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        settings = BillingSettings(changed_not_cleared(input.most_discount_percent, "mostDiscountPercent"))
        await practices.amend_billing(viewer, settings, key=input.idempotency_key, now=info.context.now)
        return answered(BillingSettingsAmended, practice=practices.ours(viewer))
