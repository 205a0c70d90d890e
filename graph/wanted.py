"""Wanted: what somebody wants to hear of, as inputs say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.deeds import deed_input, said
from graph.inputs import few
from graph.roles import ANYONE, EVERYBODY
from graph.types.reminder_enums import Purpose
from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@deed_input(ANYONE, EVERYBODY)
class ContactPreferenceInput:
    """Whether somebody wants letters by e-mail for one purpose."""

    purpose: Purpose = said("For what.")
    is_wanted: bool = said("Whether letters for it are sent.")


def wanted(preferences: Sequence[ContactPreferenceInput] | None, path: str) -> Mapping[Purpose, bool]:
    """What is said of each purpose; what is not named is not said.

    Raises:
        InvalidInput: a purpose is named twice.
    """
    said_of = {one.purpose: one.is_wanted for one in few(preferences or (), len(Purpose), path)}
    if len(said_of) < len(preferences or ()):
        raise InvalidInput("Please name each purpose once.", path=(path,))
    return said_of
