"""Marked: every text in every row of a database holds something that stands nowhere else, so that it is known when seen.

What cannot be written holds what it held, if that is like nothing else. A text for which neither is so has to be named
here, with the reason: a new column is marked without anybody thinking of it, or stops the test that asks for it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from itertools import count, product
from typing import Any

from tortoise import fields
from tortoise.fields.relational import RelationalField
from tortoise.models import Model

import models
from models import sql
from models.vaccination_protocol import SPANS
from tests.thaw import thawed

# What means nothing to anybody, or the same of everybody.
PLAIN: dict[tuple[type[Model], str], str] = {
    (models.Account, "audience"): "a closed set of words",
    (models.Location, "zone"): "a clock that has to be known",
    (models.Service, "species"): "a closed set of words",
    (models.Event, "changed"): "names of columns",
    (models.Event, "system_reason"): "the machinery's own words",
    (models.IdempotencyKey, "deed"): "a closed set of words",
    (models.DeathEffect, "subject_table"): "a name of a table",
    (models.PracticeLogo, "content"): "a picture",
    (models.CertificateFile, "content"): "a paper, which its hash tells from any other",
    (models.PaperFile, "content"): "a paper, which its hash tells from any other",
    (models.PaperFile, "kind"): "the program's own word",
    (models.ImportedLine, "details"): "JSON, whose words stand in the other columns as well",
    (models.RecordImport, "details"): "JSON, whose words stand in the other columns as well",
    (models.RecordImport, "left_out"): "JSON",
}
PLAIN |= {
    (models.Vaccine, "species"): "a closed set of words",
    (models.Vaccine, "targets"): "a closed set of words",
    (models.Pet, "lifestyle"): "a closed set of words",
    (models.NumberSeries, "name"): "the program's own word",
    (models.Certificate, "facts"): "texts in one, of which the crawl makes marks of its own",
}
_OF_A_RULE = dict.fromkeys(("species", "targets"), "a closed set of words") | {"steps": "numbers", "called": "JSON"}
PLAIN |= {(models.ReminderRuleVersion, name): why for name, why in _OF_A_RULE.items()}
# Money is told in a currency that there is.
_IN_MONEY = (
    models.Price, models.Invoice, models.CreditNote, models.Payment, models.Refund, models.Dispute, models.ClientAccount,
    models.LedgerEntry,
)  # fmt: skip
PLAIN |= dict.fromkeys([(model, "currency") for model in _IN_MONEY], "a closed set of words")
_NAMED = ((models.Invoice, "names"), (models.CreditNote, "names"))
PLAIN |= dict.fromkeys(_NAMED, "texts in one, of which the crawl makes marks of its own")
# They ship with the program, and stay the same when a test is over.
_SHIPPED = ("code", "name", "fold", "species", "targets", "jurisdiction", "lifestyles", *SPANS, "source")
PLAIN |= dict.fromkeys([(models.VaccinationProtocol, name) for name in _SHIPPED], "the same in every practice")
# Where nothing can be written, or nothing would work any more; it is long and stands nowhere else.
AS_IT_IS = {
    (models.SigningKey, "kid"),
    (models.SigningKey, "public_jwk"),
    (models.SigningKey, "sealed_private"),
    (models.Event, "detail_hash"),
    (models.Throttle, "key"),
    (models.CertificateFile, "sha256"),
    (models.PaperFile, "sha256"),
}
# What is nothing until a step is taken, and stays nothing until then; or from then on.
NONE_YET = {(models.Invoice, "number"), (models.Payment, "number"), (models.Message, "secret")}
# A kind of column that is not here counts as a text.
_NO_TEXT = (
    fields.UUIDField,
    fields.IntField,
    fields.BooleanField,
    fields.FloatField,
    fields.DateField,
    fields.DatetimeField,
    RelationalField,
)
_LEAST = 10
"""From so many characters on, a marker is looked for anywhere; a shorter one stands alone between quotes."""


@dataclass(frozen=True)
class Mark:
    """What is told of one column of one row."""

    model: type[Model]
    id: Any
    column: str
    text: str

    def is_in(self, answer: str) -> bool:
        return (self.text if len(self.text) >= _LEAST else f'"{self.text}"') in answer

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.column} of {self.id}: {self.text}"


def tables() -> list[type[Model]]:
    """Every table there is."""
    every = [getattr(models, name) for name in models.__all__]
    return [each for each in every if isinstance(each, type) and issubclass(each, Model)]


def texts(model: type[Model]) -> dict[str, Any]:
    """Every column of a table in which somebody could have written something."""
    return {
        name: column
        for name, column in model._meta.fields_map.items()
        if not isinstance(column, _NO_TEXT) and not hasattr(column, "enum_type")
    }


async def marked() -> list[Mark]:
    """Mark every text of every row there is; what is kept as it is gives way for that long."""
    async with thawed():
        return await _marked()


async def _marked() -> list[Mark]:
    made: list[Mark] = []
    for model in tables():
        columns = {name: of for name, of in texts(model).items() if (model, name) not in PLAIN}
        rows = await model.all()
        assert rows, f"There is no {model.__name__}: what it holds would never be looked for."
        for row in rows:
            written: dict[str, Any] = {}
            for name, column in columns.items():
                if (model, name) in AS_IT_IS:
                    mark = getattr(row, name)
                    if mark is None:
                        continue
                    assert len(mark) >= _LEAST, f"{model.__name__}.{name} is like any other."
                elif (model, name) in NONE_YET and getattr(row, name) is None:
                    continue
                else:
                    mark = _marker(column)
                    written[name] = [mark] if isinstance(getattr(row, name), list) else mark
                made.append(Mark(model, row.pk, name, mark))
            await _write(model, row, written)
    every = {(model, name) for model in tables() for name in texts(model)} - set(PLAIN)
    assert every == {(mark.model, mark.column) for mark in made}
    return made


async def _write(model: type[Model], row: Model, written: dict[str, Any]) -> None:
    if not written:
        return
    meta = model._meta
    said = ", ".join(f"{meta.fields_db_projection[name]} = ?" for name in written)
    values = [meta.fields_map[name].to_db_value(value, row) for name, value in written.items()]
    changed = await sql.execute(f"UPDATE {meta.db_table} SET {said} WHERE {meta.db_pk_column} = ?", [*values, row.pk])
    assert changed == 1, model


_FORMS = {"microchip": "99{:013}", "e164": "+49301{:06}", "phone_e164": "+49301{:06}"}
_numbers = count(10_000)
_words = {size: map("".join, product(string.ascii_uppercase, repeat=size)) for size in (2, 3)}


def _marker(column: Any) -> str:
    """A text that fits into the column and has never been given before."""
    size = getattr(column, "max_length", None) or 100
    if size < 4:
        return f"{next(_words[size])}"
    number = next(_numbers)
    name = column.model_field_name
    if name in _FORMS:
        return _FORMS[name].format(number)
    if size < _LEAST:
        return f"q{number}"
    return f"q{number}mark{number}"
