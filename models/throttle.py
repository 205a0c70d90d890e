"""Throttles: how often something may be tried."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Throttle(Model):
    """How far ahead of the clock the attempts under one key have run, in seconds since 1970."""

    key = fields.CharField(max_length=200, primary_key=True, generated=False)
    ahead_until = fields.FloatField()

    class Meta:
        table = "throttle"
