"""The arguments of a list that is paged through."""

from __future__ import annotations

from typing import Annotated

import strawberry

First = Annotated[int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")]
After = Annotated[str | None, strawberry.argument(description="Those after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Those before this cursor.")]
