"""Records: every row there is at one moment, which all oracles of that moment share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import models
from models import Certificate
from resolvers import pet_records, trail
from resolvers.pet_records import Told
from resolvers.ports import Vault
from resolvers.viewer import Viewer
from tests.oracle.free_times import Diary
from tests.oracle.kinds import KINDS
from tests.oracle.sight import Rows
from tests.world import NOW
from vetdesk.open_vet_format import record_format


class Records:
    """Every row, as instances of the models; `cursor` is where the stream of changes stands.

    `links` are the addresses of the certificates, by their keys. `told` is what the staff are told of the whole record
    of one pet, by its key: a text, which no oracle can make.
    """

    def __init__(self, rows: Rows, cursor: str, links: dict[UUID, Any], told: dict[UUID, Told], vault: Vault) -> None:
        self.rows = rows
        self._vault = vault
        self.cursor = cursor
        self.links = links
        self.told = told
        self.diary = Diary(rows)
        self._by_key = {model: {row.id: row for row in held} for model, held in rows.items()}

    @classmethod
    async def read(cls, vault: Vault) -> Records:
        """Everything there is now."""
        rows = {model: await model.all() for model in dict.fromkeys(KINDS.values())}
        links = {each.id: _link(each.token, vault) for each in rows[Certificate]}
        pets = sorted({each.pet_id for each in rows[models.ImportedLine]})[:1]
        nobody, records = Viewer.system("the oracle"), record_format()
        told = {each: await pet_records.told(nobody, each, records=records, now=NOW) for each in pets}
        return cls(rows, trail.cursor(await trail.latest(), vault), links, told, vault)

    def sealed(self, text: str) -> str:
        """The seal of a link."""
        return self._vault.digest("certificate link", text)

    def one(self, model: Any, key: UUID | None) -> Any | None:
        """The row with this key."""
        return self._by_key[model].get(key)


def _link(token: str, vault: Vault) -> dict[str, Any]:
    """Where a certificate can be had for the next quarter of an hour."""
    ends_at = NOW + timedelta(minutes=15)
    until = int(ends_at.timestamp())
    page = f"http://127.0.0.1:8000/certificates/{token}"
    seal = vault.digest("certificate link", f"{until} {token}")
    return {"url": f"{page}/pdf?until={until}&seal={seal}", "endsAt": ends_at, "verifyUrl": page}
