"""Lines: what the oracle says of the lines of a record, as plainly as it can be said."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.oracle.pages import connection

if TYPE_CHECKING:
    from random import Random

    from tests.oracle.oracle import Oracle


def _prescriptions(oracle: Oracle, pet: Any, **page: Any) -> Any:
    things = [each for each in oracle.all("Prescription", "-at", pet_id=pet.id) if each.row.errored_at is None]
    return connection(things, ("at", "id"), is_down=True, **page)


def _vitals(oracle: Oracle, pet: Any, kind: str | None = None, to: str | None = None, **more: Any) -> Any:
    since = more.pop("from", None)  # it can name no parameter
    things = [each for each in oracle.all("Vital", "at", pet_id=pet.id) if each.row.errored_at is None]
    if kind is not None:
        things = [each for each in things if each.row.kind == kind]
    if since is not None:
        things = [each for each in things if each.row.at >= datetime.fromisoformat(since)]
    if to is not None:
        things = [each for each in things if each.row.at < datetime.fromisoformat(to)]
    return connection(things, ("at", "id"), **more)


def _problems(oracle: Oracle, pet: Any) -> Any:
    found = []
    for each in oracle.all("Problem", "state", "created_at", pet_id=pet.id):
        said = [one.row.errored_at for one in oracle.all("Diagnosis", problem_id=each.row.id)]
        if not said or None in said:
            found.append(each)
    return found


PAGES: dict[tuple[str, str], Any] = {("Pet", "prescriptions"): _prescriptions, ("Pet", "vitals"): _vitals}
"""The pages of a pet that hold lines."""
_KEPT_IN = {"WEIGHT": "KILOGRAM", "TEMPERATURE": "CELSIUS", "PULSE": "PER_MINUTE", "RESPIRATION": "PER_MINUTE"}


def _thousandth(column: str) -> Any:
    def said(_oracle: Oracle, row: Any) -> float | None:
        kept = getattr(row, column)
        return None if kept is None else float(Decimal(kept).scaleb(-3))

    return said


SPECIAL: dict[tuple[str, str], Any] = {
    ("Pet", "problems"): _problems,
    ("Vital", "value"): _thousandth("thousandths"),
    ("Vital", "valueUnit"): lambda _oracle, row: _KEPT_IN.get(row.kind, row.unit),
    ("Vital", "hasJumped"): lambda _oracle, row: row.change_percent is not None and not -20 <= row.change_percent <= 20,
    ("Prescription", "milligrams"): _thousandth("micrograms"),
    ("Prescription", "milligramsPerKilogram"): _thousandth("micrograms_per_kilogram"),
    ("Prescription", "weightKilograms"): _thousandth("weight_grams"),
}
"""The fields that are more than a column."""


def is_meant(search: str, term: Any) -> bool:
    """Whether somebody who types this looks for that term."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", search.casefold()) if each.isascii())
    words = re.findall(r"[a-z0-9]+", plain)[:8]
    return (
        bool(words) and term.is_in_use and all(word in term.fold or word.upper() == term.local_code for word in words)
    )


_MOMENTS = ("2026-02-27T00:00:00Z", "2026-03-01T08:00:00Z", "2026-03-02T07:00:00Z", "2026-03-05T00:00:00Z")
_KINDS = ("WEIGHT", "TEMPERATURE", "PULSE", None)


def a_period(chance: Random) -> dict[str, Any]:
    """What is measured, from when and until when."""
    given: dict[str, Any] = {"kind": chance.choice(_KINDS)} if chance.random() < 0.4 else {}
    for name in ("from", "to"):
        if chance.random() < 0.2:
            given[name] = chance.choice(_MOMENTS)
    return given


def a_search(chance: Random) -> dict[str, Any]:
    """What is typed to find a term."""
    words = ("sprain", "tail bro", "Broken-TAIL", "gout", "", "x", "lame")
    return {"search": chance.choice(words)} if chance.random() < 0.5 else {}
