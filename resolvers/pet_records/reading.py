"""Reading: every row of the record of a pet that the viewer may see, each table by one statement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tortoise.models import Model

from models import (
    Addendum,
    Allergy,
    Client,
    Diagnosis,
    Document,
    ImportedLine,
    Note,
    Ownership,
    Pet,
    Practice,
    Prescription,
    Problem,
    Procedure,
    RecordImport,
    Staff,
    Treatment,
    TreatmentPlan,
    Vaccination,
    Vaccine,
    Visit,
    Vital,
    sql,
)
from models.pet_record import LeftOut, Person
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Found:
    """The rows of one record, each table in the order of time, and what of them is left out so far.

    `tells_inside` says whether what is for the staff alone is told, or that there is such a thing.
    """

    pet: Pet
    visits: Sequence[Visit]
    notes: Sequence[Note]
    addenda: dict[UUID, list[Addendum]]
    vitals: Sequence[Vital]
    problems: Sequence[Problem]
    diagnoses: Sequence[Diagnosis]
    procedures: Sequence[Procedure]
    treatments: Sequence[Treatment]
    prescriptions: Sequence[Prescription]
    allergies: Sequence[Allergy]
    vaccinations: Sequence[Vaccination]
    vaccines: dict[UUID, Vaccine]
    documents: Sequence[Document]
    plans: Sequence[TreatmentPlan]
    imports: Sequence[RecordImport]
    imported: Sequence[ImportedLine]
    people: dict[UUID, Person]
    tells_inside: bool
    left_out: list[LeftOut] = field(default_factory=list)

    def leave(self, path: str, what: str, why: str) -> None:
        """List something that is not told."""
        self.left_out.append(LeftOut(path, what, why))

    def stands(self, row: Any, path: str, what: str) -> bool:
        """Whether a row still stands; one that was entered in error is listed."""
        if row.errored_at is None:
            return True
        self.leave(f"{path}/{row.id}", what, "It was entered in error.")
        return False


async def found(viewer: Viewer, pet: Pet) -> Found:
    """The rows of the record of this pet that the viewer may see."""
    of_pet = "{t}.pet_id = ?"

    async def of(model: type[M], *order: str, scope: str = of_pet) -> list[M]:
        return await _seen(viewer, model, scope, (pet.id,), order)

    addenda: dict[UUID, list[Addendum]] = defaultdict(list)
    in_its_notes = "EXISTS (SELECT 1 FROM note added WHERE added.id = {t}.note_id AND added.pet_id = ?)"
    for each in await of(Addendum, "at", scope=in_its_notes):
        addenda[each.note_id].append(each)
    practice = await _seen(viewer, Practice, access.ALL, (), ())
    return Found(
        pet=pet,
        visits=await of(Visit, "at"),
        notes=await of(Note, "at"),
        addenda=addenda,
        vitals=await of(Vital, "at"),
        problems=await of(Problem, "created_at"),
        diagnoses=await of(Diagnosis, "at"),
        procedures=await of(Procedure, "at"),
        treatments=await of(Treatment, "at"),
        prescriptions=await of(Prescription, "at"),
        allergies=await of(Allergy, "at"),
        vaccinations=await of(Vaccination, "given_on"),
        # Whoever sees a dose sees what it was.
        vaccines={each.id: each for each in await _seen(access.carried(viewer), Vaccine, _GIVEN, (pet.id,), ())},
        documents=await of(Document, "at"),
        plans=await of(TreatmentPlan, "created_at"),
        imports=await of(RecordImport, "imported_at"),
        imported=await of(ImportedLine, "at"),
        people=await _people(viewer, practice[0].name if practice else ""),
        tells_inside=not viewer.is_owner,
    )


_GIVEN = "EXISTS (SELECT 1 FROM vaccination dose WHERE dose.vaccine_id = {t}.id AND dose.pet_id = ?)"


async def owners(viewer: Viewer, pet: Pet) -> list[tuple[Client, str, str]]:
    """The clients who own the pet now and whom the viewer may see, each with e-mail and phone; who pays most first."""
    seen, values = access.sight(viewer, Client, "c")
    held, asked = access.sight(viewer, Ownership, "o")
    rows = await sql.fetch(
        "SELECT c.*, (SELECT e.address FROM client_email e WHERE e.client_id = c.id ORDER BY e.position LIMIT 1) AS mail, "
        "(SELECT p.as_given FROM client_phone p WHERE p.client_id = c.id ORDER BY p.position LIMIT 1) AS phone "
        "FROM ownership o JOIN client c ON c.id = o.client_id "
        f"WHERE o.pet_id = ? AND o.ends_on IS NULL AND ({seen}) AND ({held}) ORDER BY o.share DESC, o.id",
        (pet.id, *values, *asked),
    )
    told = []
    for row in map(dict, rows):
        email, phone = row.pop("mail") or "", row.pop("phone") or ""
        told.append((sql.loaded(Client, row), email, phone))
    return told


async def _people(viewer: Viewer, practice: str) -> dict[UUID, Person]:
    """The staff, by their keys; owners learn no more of them than the name."""
    staff = await _seen(viewer, Staff, access.ALL, (), ())
    return {
        each.id: Person(
            name=each.display_name, licence_number="" if viewer.is_owner else each.licence_number, practice=practice
        )
        for each in staff
    }


async def _seen(viewer: Viewer, model: type[M], scope: str, values: tuple[Any, ...], order: tuple[str, ...]) -> list[M]:
    rows = access.rows(viewer, model, scope, *values).sorted_by(*order)
    by = ", ".join(f"t.{each.column}" for each in rows.order)
    found = await sql.fetch(
        f"SELECT t.* FROM {model._meta.db_table} t WHERE {rows.scope.format(t='t')} ORDER BY {by}", rows.values
    )
    return [sql.loaded(model, row) for row in found]
