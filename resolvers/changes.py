"""Changes: what an amendment says, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tortoise.models import Model


class Unset(Enum):
    """The mark of what was not given."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(slots=True)
class Change:
    """What was changed, before and after, by name."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, before: Any, after: Any) -> bool:
        """Take in one value; whether it has changed."""
        if before == after:
            return False
        self.before[name], self.after[name] = before, after
        return True

    def __bool__(self) -> bool:
        return bool(self.after)


def given(changes: Any) -> dict[str, Any]:
    """What an amendment says, by name."""
    return {one.name: value for one in fields(changes) if (value := getattr(changes, one.name)) is not UNSET}


def plain(value: Any) -> Any:
    """An input as plain values in a fixed order, so that the same request always looks the same."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(one) for name, one in given(value).items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(plain(one)) for one in value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


async def write(row: Model, values: Mapping[str, Any]) -> Change:
    """Write those columns of the row that get another value, and no other."""
    change = Change()
    changed = [name for name, value in values.items() if change.note(name, getattr(row, name), value)]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        await row.save(update_fields=changed)
    return change
