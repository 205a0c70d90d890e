"""Fitting: of each thing in a document, what the format allows is kept, and the rest is listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from vetdesk.open_vet_format.documents import Step, Unfit

_WHY = {
    "extra_forbidden": "The format has no such field.",
    "missing": "What belongs to it is missing.",
    "timezone_aware": "It says no time zone.",
}


def fitted(model: type[BaseModel], given: Any, path: tuple[Step, ...], unfit: Unfit) -> dict[str, Any] | None:
    """What of `given` is as the format has it; None when too little is left to mean anything.

    Whatever is wrong is taken out and looked at again, until nothing is: each round takes something away.
    """
    kept = given
    while isinstance(kept, dict):
        try:
            model.model_validate_json(json.dumps(kept), strict=True)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=True)
        else:
            return kept
        # What is missing may only be so in one reading of a field that can be read in several.
        wrong = [each for each in found if each["type"] != "missing"] or found
        if not _without(kept, wrong, path, unfit):
            return None
    unfit.note(path, given, "This is no object, from { to }.")
    return None


def _without(kept: dict[str, Any], wrong: list[Any], path: tuple[Step, ...], unfit: Unfit) -> bool:
    """Take out what is wrong; whether anything is left that could fit."""
    places = {_place(kept, each["loc"]): each for each in reversed(wrong)}
    if () in places:
        unfit.note(path, kept, _without_which(places[()]))
        return False
    for place in sorted(places, key=_last_first, reverse=True):
        holder = _at(kept, place[:-1])
        if holder is None or (isinstance(holder, dict) and place[-1] not in holder):
            continue  # it went with what it was in
        value = holder.pop(place[-1])
        if value is not None:
            unfit.note((*path, *place), value, _why(places[place]))
    return True


def _place(kept: Any, loc: tuple[Step, ...]) -> tuple[Step, ...]:
    """Where something is wrong, in what was given: of a field that is missing, what lacks it."""
    steps: list[Step] = []
    here = kept
    for step in loc:
        # Where a field can be read in several ways, the name of the way stands between the steps.
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        steps.append(step)
    return tuple(steps)


def _at(kept: Any, steps: tuple[Step, ...]) -> Any:
    for step in steps:
        if isinstance(kept, dict):
            kept = kept.get(str(step))
        elif isinstance(kept, list) and isinstance(step, int) and step < len(kept):
            kept = kept[step]
        else:
            return None
    return kept


def _last_first(place: tuple[Step, ...]) -> tuple[Any, ...]:
    return tuple((isinstance(step, int), step if isinstance(step, int) else 0, str(step)) for step in place)


def _why(error: Any) -> str:
    if error["type"] in _WHY:
        return _WHY[error["type"]]
    if error["type"] in ("enum", "literal_error"):
        return f"The format does not know this here; it knows {error['ctx']['expected']}."
    return "The format does not allow this here."


def _without_which(error: Any) -> str:
    if error["type"] == "missing":
        return f"It says no `{error['loc'][-1]}`, and means nothing without it."
    return "This is not as the format has it."
