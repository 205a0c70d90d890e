"""Records: every row there is at one moment, which all oracles of that moment share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import models
from models import Certificate
from resolvers import pet_records, reminder_forecasts, trail
from resolvers.pet_records import Told
from resolvers.ports import Envelope, Vault
from resolvers.reminder_forecasts import Outlook
from resolvers.viewer import Viewer
from tests.oracle import letter_texts
from tests.oracle.free_times import Diary
from tests.oracle.kinds import KINDS
from tests.oracle.sight import Rows
from tests.world import NOW
from vetdesk.open_vet_format import record_format

_PRINTED = (
    (models.Document, "documents"),
    (models.TreatmentPlan, "treatment-plans"),
    (models.Invoice, "invoices"),
    (models.CreditNote, "credit-notes"),
    (models.Payment, "receipts"),
)


class Records:
    """Every row, as instances of the models; `cursor` is where the stream of changes stands.

    `links` are the addresses of all that is printed, by their keys. `told` is what the staff are told of the whole record
    of one pet, by its key, and `told_owners` what each of its owners is, by hers as well: a text, which no oracle can make;
    nor can it make `letters`, how a letter about each of some appointments would look. `outlooks` are what each reminder
    rule would do, by its key.
    """

    def __init__(
        self,
        rows: Rows,
        cursor: str,
        links: dict[UUID, Any],
        told: dict[UUID, Told],
        told_owners: dict[tuple[UUID, UUID], Told],
        outlooks: dict[UUID, Outlook],
        letters: dict[UUID, Envelope],
        vault: Vault,
    ) -> None:
        self.outlooks = outlooks
        self.rows = rows
        self._vault = vault
        self.cursor = cursor
        self.links = links
        self.told = told
        self.told_owners = told_owners
        self.letters = letters
        self.diary = Diary(rows)
        self._by_key = {model: {row.id: row for row in held} for model, held in rows.items()}

    @classmethod
    async def read(cls, vault: Vault) -> Records:
        """Everything there is now."""
        rows = {model: await model.all() for model in dict.fromkeys(KINDS.values())}
        links = {each.id: _link(f"certificates/{each.token}", "/pdf", each.token, vault) for each in rows[Certificate]}
        for model, kind in _PRINTED:
            links |= {
                each.id: _link(f"papers/{kind}/{each.id}", "", f"{kind}/{each.id}", vault)
                for each in rows[model]
                if not (isinstance(each, models.Invoice | models.Payment) and each.number is None)
            }
        pets = sorted({each.pet_id for each in rows[models.ImportedLine]})[:1]
        nobody, records = Viewer.system("the oracle"), record_format()
        told = {each: await pet_records.told(nobody, each, records=records, now=NOW) for each in pets}
        told_owners = {
            (each.client_id, each.pet_id): await pet_records.told(
                Viewer(client_id=each.client_id), each.pet_id, records=records, now=NOW
            )
            for each in rows[models.Ownership]
            if each.pet_id in pets and each.ends_on is None and each.may_view
        }
        outlooks = {
            each.id: await reminder_forecasts.of_rule(nobody, each.id, now=NOW) for each in rows[models.ReminderRule]
        }
        looked_at = await letter_texts.letters(rows)
        place = trail.cursor(await trail.latest(), vault)
        return cls(rows, place, links, told, told_owners, outlooks, looked_at, vault)

    def sealed(self, text: str) -> str:
        """The seal of a link."""
        return self._vault.digest("paper link", text)

    def one(self, model: Any, key: UUID | None) -> Any | None:
        """The row with this key."""
        return self._by_key[model].get(key)


def _link(where: str, beyond: str, sealed: str, vault: Vault) -> dict[str, Any]:
    """Where a paper can be had for the next quarter of an hour."""
    ends_at = NOW + timedelta(minutes=15)
    until = int(ends_at.timestamp())
    page = f"http://127.0.0.1:8000/{where}"
    seal = vault.digest("paper link", f"{until} {sealed}")
    return {"url": f"{page}{beyond}?until={until}&seal={seal}", "endsAt": ends_at, "verifyUrl": page}
