"""What a client wants to hear from the practice."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow
from graph.types.reminder_enums import ConsentSource, Purpose


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description="Whether a client wants letters by e-mail for one purpose, and how we know.",
)
class ContactPreference:
    """Whether a client wants letters for one purpose."""

    purpose: Purpose = strawberry.field(description="For what.")
    is_wanted: bool = strawberry.field(
        description="Whether letters are sent. Until somebody says otherwise, those about visits are, and no others."
    )
    source: ConsentSource | None = strawberry.field(description="How we know; null when nobody has said anything.")
    since: datetime | None = strawberry.field(description="Since when; null when nobody has said anything.")
