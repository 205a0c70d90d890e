"""Made at once: on SQLite, what a test begins with is written without the way to another thread and back, row by row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from vetdesk.database import at_once

Given = ParamSpec("Given")
Made = TypeVar("Made")


def made_at_once(make: Callable[Given, Awaitable[Made]]) -> Callable[Given, Awaitable[Made]]:
    """The same rows, for which nobody else gets a turn; what is then tried goes the way of a server."""

    @wraps(make)
    async def made(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with at_once():
            return await make(*args, **kwargs)

    return made
