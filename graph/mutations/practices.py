"""What the practice decides about its records, its papers, its bills and its letters."""

from __future__ import annotations

import base64
import binascii

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.inputs import changed, changed_not_cleared
from graph.scalars import WallTime
from graph.types.practice import Practice
from models.refusal import InvalidInput
from models.role import Role
from resolvers import practices
from resolvers.access import Deed
from resolvers.practices import BillingSettings, RecordSettings, ReminderSettings


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


@deed_input(Role.MANAGER)
class SetPracticeLogoInput:
    """The picture at the head of every paper."""

    file: str | None = said(
        "The file as base64 (RFC 4648, with padding): a PNG of at most 1200 by 1200 pixels that is not interlaced, or an"
        " SVG of shapes and colours, without texts, styles, pictures, scripts or anything from elsewhere; at most 128 KiB"
        " before base64. Null takes the logo away."
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class PracticeLogoSet:
    """Whatever is printed from now on has this logo. A certificate that was printed before stays as it is."""

    practice: Practice = said("The practice as it is now.")


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


@deed_input(Role.MANAGER)
class AmendReminderSettingsInput:
    """What changes about when letters go out that nobody waits for; what is not given stays as it is."""

    letters_from: WallTime | None = said(
        "From when on, on the clock of the reader; an hour before `lettersUntil` at the latest. It cannot be cleared.",
        default=strawberry.UNSET,
    )
    letters_until: WallTime | None = said(
        "Until when, on that clock: `24:00` at the latest. It cannot be cleared.", default=strawberry.UNSET
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class ReminderSettingsAmended:
    """What was given holds at once, for letters that wait as well."""

    practice: Practice = said("The practice as it is now.")


@strawberry.type
class PracticeMutations:
    """What the practice decides about its records, its papers, its bills and its letters."""

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

    @mutation(Deed.SET_PRACTICE_LOGO, PracticeLogoSet)
    async def set_practice_logo(self, info: Info, input: SetPracticeLogoInput) -> object:
        """Give the papers of the practice a logo, another one, or none. Only somebody who manages the whole practice may.

        What is no part of the picture (texts, profiles, what a drawing program noted down) is not kept.
        """
        viewer = info.context.viewer
        file = None if input.file is None else _file(input.file)
        await practices.set_logo(viewer, file, key=input.idempotency_key, now=info.context.now)
        return answered(PracticeLogoSet, practice=practices.ours(viewer))

    @mutation(Deed.AMEND_BILLING_SETTINGS, BillingSettingsAmended)
    async def amend_billing_settings(self, info: Info, input: AmendBillingSettingsInput) -> object:
        """Change how bills are made. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        settings = BillingSettings(changed_not_cleared(input.most_discount_percent, "mostDiscountPercent"))
        await practices.amend_billing(viewer, settings, key=input.idempotency_key, now=info.context.now)
        return answered(BillingSettingsAmended, practice=practices.ours(viewer))

    @mutation(Deed.AMEND_REMINDER_SETTINGS, ReminderSettingsAmended)
    async def amend_reminder_settings(self, info: Info, input: AmendReminderSettingsInput) -> object:
        """Change when letters go out that nobody waits for. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        settings = ReminderSettings(
            letters_from=changed_not_cleared(input.letters_from, "lettersFrom"),
            letters_until=changed_not_cleared(input.letters_until, "lettersUntil"),
        )
        await practices.amend_reminders(viewer, settings, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderSettingsAmended, practice=practices.ours(viewer))


def _file(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as broken:
        raise InvalidInput("This file did not arrive whole. Please choose it again.", path=("file",)) from broken
