"""The practice: one database is one practice."""

from __future__ import annotations

from tortoise import fields

from models.row import Instant, Row, no_instant_yet


class Practice(Row):
    """The practice itself: there is never a second row.

    `shares_notes` says whether owners see signed notes; `locks_after_hours` how long after its end the record of a
    visit locks itself (null: never); `stale_weight_days` how old a weight may be that a dose is reckoned from;
    `most_discount` how many percent the front desk may give without a manager; `letters_from` and `letters_until` between
    which minutes of the day letters go out that nobody waits for. The logo itself is a row of its own
    (`PracticeLogo`); `logo_changed_at` is null while there is none.
    """

    name = fields.TextField()
    language = fields.CharField(max_length=8, default="en")
    is_the_only_one = fields.BooleanField(default=True, unique=True)
    created_at = Instant()
    shares_notes = fields.BooleanField(default=False, db_default=False)
    locks_after_hours = fields.SmallIntField(null=True, default=24, db_default=24)
    stale_weight_days = fields.SmallIntField(default=30, db_default=30)
    logo_changed_at = no_instant_yet()
    most_discount = fields.SmallIntField(default=10, db_default=10)
    letters_from = fields.SmallIntField(default=480, db_default=480)
    letters_until = fields.SmallIntField(default=1200, db_default=1200)

    class Meta:
        table = "practice"
