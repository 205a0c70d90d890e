"""Who sees which rows: a table of every model and every role, in which every row has a forbidden twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tortoise.models import Model

import models
from models import sql
from models.ownership import Right
from models.refusal import NotFound
from models.role import Role
from resolvers import access
from resolvers.access import ALL, ROWS, Rule
from resolvers.viewer import Viewer
from tests.lines import some_lines
from tests.rows_of_letter_texts import TEXTS, texts
from tests.rows_of_money import MONEY, money_of
from tests.rows_of_reminder_rules import RULES, rules_of
from tests.rows_of_reminding import REMINDING, reminding_of
from tests.world import (
    EVERY_RIGHT,
    FROM_EIGHT,
    NOW,
    TODAY,
    UNTIL_SIX,
    a_booking,
    a_certificate,
    a_letter,
    a_member,
    a_nurse,
    a_pet,
    a_prescription,
    a_record,
    a_vaccination,
    a_world,
    an_import,
    an_owner,
    an_ownership,
    what_the_practice_keeps,
)

STAFF = ("RECEPTIONIST", "NURSE", "VET", "MANAGER")
EVERYONE = (*STAFF, "OWNER", "CO_OWNER", "FORMER_OWNER", "WITHOUT_VIEW", "STRANGER", "ROLELESS", "ANYONE")
OWNERS = ("OWNER", "CO_OWNER", "FORMER_OWNER", "WITHOUT_VIEW", "STRANGER")
SIGNED_IN = (*STAFF, *OWNERS)
DESK = ("RECEPTIONIST", "MANAGER")
HERS = (*STAFF, "OWNER", "CO_OWNER")
STRANGERS = (*STAFF, "STRANGER")

TABLE: dict[type[Model], dict[str, tuple[str, ...]]] = {
    models.Practice: {"ours": SIGNED_IN},
    models.Location: {"ours": SIGNED_IN},
    models.OpeningHours: {"ours": SIGNED_IN},
    models.Service: {"online": SIGNED_IN, "at the desk": STAFF},
    models.Staff: {"the vet": SIGNED_IN},
    models.StaffRole: {"the vet's": STAFF},
    models.ServiceStaff: {"the vet's": STAFF},
    models.ServiceRoom: {"the room's": STAFF},
    models.Room: {"ours": STAFF},
    models.WorkingHours: {"the vet's": STAFF},
    models.HoursException: {"the vet's": STAFF},
    models.Client: {"hers": (*STAFF, "OWNER"), "a stranger's": STRANGERS},
    models.ClientEmail: {"hers": (*STAFF, "OWNER"), "a stranger's": STRANGERS},
    models.ClientPhone: {"hers": (*STAFF, "OWNER"), "a stranger's": STRANGERS},
    models.Pet: {"hers": HERS, "a stranger's": STRANGERS},
    models.Ownership: {"hers": HERS, "a former one": STAFF, "a stranger's": STRANGERS},
    models.Death: {"hers": HERS, "a stranger's": STRANGERS},
    models.Appointment: {"hers": HERS, "a stranger's": STRANGERS},
    models.HistoryEntry: {
        "hers": HERS,
        "a signed note": HERS,
        "a draft": STAFF,
        "in a draft": STAFF,
        "of the practice": STAFF,
        "a stranger's": STRANGERS,
    },
    models.Visit: {"hers": STAFF, "a stranger's": STAFF},
    models.NoteTemplate: {"ours": STAFF},
    models.Note: {"hers": HERS, "a draft": STAFF, "an error": STAFF, "a stranger's": STRANGERS},
    models.NoteRevision: {"hers": STAFF, "a stranger's": STAFF},
    models.Addendum: {"hers": HERS, "of an error": STAFF, "a stranger's": STRANGERS},
    models.Vital: {"hers": STAFF},
    models.DiagnosisTerm: {"ours": STAFF},
    models.Problem: {"hers": STAFF},
    models.Diagnosis: {"hers": STAFF},
    models.Procedure: {"hers": STAFF},
    models.Treatment: {"hers": STAFF},
    models.TreatmentPlan: {"for home": HERS, "for here": STAFF, "a stranger's": STRANGERS},
    models.TreatmentStep: {"for home": HERS, "for here": STAFF, "a stranger's": STRANGERS},
    models.Prescription: {
        "hers": HERS,
        "after the visit": HERS,
        "in a draft": STAFF,
        "an error": STAFF,
        "a stranger's": STRANGERS,
    },
    models.PrescriptionRepeat: {"hers": HERS, "in a draft": STAFF, "of an error": STAFF, "a stranger's": STRANGERS},
    models.Allergy: {"hers": STAFF},
    models.RecordImport: {"hers": STAFF},
    models.ImportedLine: {"hers": STAFF},
    models.Document: {"shared": HERS, "not shared": STAFF, "an error": STAFF, "a stranger's": STRANGERS},
    models.RecordReading: {"of hers": ("MANAGER",)},
    models.Vaccine: {"ours": STAFF},
    models.VaccinationProtocol: {"ours": STAFF},
    models.Vaccination: {"hers": HERS, "voided": STAFF, "a stranger's": STRANGERS},
    models.VaccinationDue: {"hers": HERS, "a stranger's": STRANGERS},
    models.Certificate: {
        "hers": (*STAFF, "OWNER"),
        "the co-owner's": (*STAFF, "CO_OWNER"),
        "a former owner's": STAFF,
        "hers without view": STAFF,
        "a stranger's": STRANGERS,
    },
    **MONEY,
    **RULES,
    **TEXTS,
    **REMINDING,
    models.Account: {"hers": ("OWNER",), "the vet's": ("VET",), "a newcomer's": DESK},
    models.Session: {"hers": ("OWNER",), "the vet's": ("VET",)},
}
NOBODYS = {table for name in models.__all__ if issubclass(table := getattr(models, name), Model) and table not in ROWS}


async def prepared():
    """The rows of the table by model and name, and a viewer for each column."""
    world = await a_world()
    desk_only = await models.Service.create(name="Surgery", fold="surgery", lasts_minutes=60)
    stranger, newcomer = await an_owner(), await an_owner(is_linked=False)
    co_owner, former, without_view = await an_owner(), await an_owner(), await an_owner()
    theirs = await a_pet(stranger)
    await an_ownership(world.pet, co_owner, share=0)
    ended = await an_ownership(world.pet, former, share=0)
    ended.ends_on = TODAY
    await ended.save()
    await an_ownership(world.pet, without_view, rights=EVERY_RIGHT - {Right.VIEW}, share=0)
    nurse, roleless = await a_nurse(), await a_member(None, at=None)
    visit = await a_booking(world.pet)
    strange_visit = await a_booking(theirs, starts_at=NOW + timedelta(hours=3))
    await a_letter(visit)
    away = await models.HoursException.create(
        staff_id=world.vet.id, starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=10)
    )
    await models.Practice.all().update(shares_notes=True)
    hers, wrong, strange = await a_record(world.pet), await a_record(world.pet), await a_record(theirs)
    for row in (wrong.note, wrong.prescription, wrong.document):
        await type(row).filter(id=row.id).update(errored_at=NOW, errored_because="Another pet.")
    drafted = await some_lines(world.pet)
    await what_the_practice_keeps(world.pet)
    line_from_elsewhere = await an_import(world.pet)
    strange_death = await models.Death.create(pet_id=theirs.id, died_on=TODAY, recorded_at=NOW)
    for owner in (world.owner, stranger):
        if not await models.ClientPhone.filter(client_id=owner.id).exists():
            await models.ClientPhone.create(client_id=owner.id, as_given="030 1", position=0)
    money = await money_of(hers.visit, strange.visit, world.owner, former, stranger)
    doses = await _doses(world.pet, theirs, co_owner, former, without_view)
    assert (FROM_EIGHT, UNTIL_SIX) == (480, 1080)

    async def first(model, **of):
        return await model.filter(**of).first()

    rows = {
        models.Practice: {"ours": world.practice},
        models.Location: {"ours": world.location},
        models.OpeningHours: {"ours": await first(models.OpeningHours)},
        models.Service: {"online": world.service, "at the desk": desk_only},
        models.Staff: {"the vet": world.vet.staff},
        models.StaffRole: {"the vet's": await first(models.StaffRole, staff_id=world.vet.id)},
        models.ServiceStaff: {"the vet's": await first(models.ServiceStaff, staff_id=world.vet.id)},
        models.ServiceRoom: {"the room's": await first(models.ServiceRoom)},
        models.Room: {"ours": world.room},
        models.WorkingHours: {"the vet's": await first(models.WorkingHours, staff_id=world.vet.id)},
        models.HoursException: {"the vet's": away},
        models.Client: {"hers": world.owner.client, "a stranger's": stranger.client},
        models.ClientEmail: {
            "hers": await first(models.ClientEmail, client_id=world.owner.id),
            "a stranger's": await first(models.ClientEmail, client_id=stranger.id),
        },
        models.ClientPhone: {
            "hers": await first(models.ClientPhone, client_id=world.owner.id),
            "a stranger's": await first(models.ClientPhone, client_id=stranger.id),
        },
        models.Pet: {"hers": world.pet, "a stranger's": theirs},
        models.Ownership: {
            "hers": await first(models.Ownership, client_id=world.owner.id),
            "a former one": ended,
            "a stranger's": await first(models.Ownership, client_id=stranger.id),
        },
        models.Death: {"hers": await first(models.Death, pet_id=world.pet.id), "a stranger's": strange_death},
        models.Appointment: {"hers": visit, "a stranger's": strange_visit},
        models.HistoryEntry: {
            "hers": await first(models.HistoryEntry, id=visit.id),
            "a signed note": await first(models.HistoryEntry, id=hers.note.id),
            "a draft": await first(models.HistoryEntry, id=hers.draft.id),
            "in a draft": await first(models.HistoryEntry, id=drafted.prescription.id),
            "of the practice": await first(models.HistoryEntry, id=hers.weight.id),
            "a stranger's": await first(models.HistoryEntry, id=strange_visit.id),
        },
        models.Visit: {"hers": hers.visit, "a stranger's": strange.visit},
        models.NoteTemplate: {"ours": await first(models.NoteTemplate)},
        models.Note: {
            "hers": hers.note,
            "a draft": hers.draft,
            "an error": wrong.note,
            "a stranger's": strange.note,
        },
        models.NoteRevision: {"hers": hers.revision, "a stranger's": strange.revision},
        models.Addendum: {"hers": hers.addendum, "of an error": wrong.addendum, "a stranger's": strange.addendum},
        models.Vital: {"hers": hers.weight},
        models.DiagnosisTerm: {"ours": await first(models.DiagnosisTerm)},
        models.Problem: {"hers": hers.problem},
        models.Diagnosis: {"hers": hers.diagnosis},
        models.Procedure: {"hers": hers.procedure},
        models.Treatment: {"hers": hers.treatment},
        models.TreatmentPlan: {"for home": hers.home_care, "for here": hers.plan, "a stranger's": strange.home_care},
        models.TreatmentStep: {
            "for home": hers.home_care_step,
            "for here": hers.step,
            "a stranger's": strange.home_care_step,
        },
        models.Prescription: {
            "hers": hers.prescription,
            "after the visit": await a_prescription(hers.draft),
            "in a draft": drafted.prescription,
            "an error": wrong.prescription,
            "a stranger's": strange.prescription,
        },
        models.PrescriptionRepeat: {
            "hers": hers.repeat,
            "in a draft": await models.PrescriptionRepeat.create(
                prescription_id=drafted.prescription.id, number=1, given_at=NOW, given_by_id=world.vet.id
            ),
            "of an error": wrong.repeat,
            "a stranger's": strange.repeat,
        },
        models.Allergy: {"hers": hers.allergy},
        models.Document: {
            "shared": hers.document,
            "not shared": hers.letter,
            "an error": wrong.document,
            "a stranger's": strange.document,
        },
        models.RecordReading: {"of hers": await first(models.RecordReading)},
        **doses,
        **money,
        **await rules_of(world.service),
        **await texts(),
        **await reminding_of(world.pet, theirs, world.owner, co_owner, former, stranger),
        models.RecordImport: {"hers": await first(models.RecordImport, pet_id=world.pet.id)},
        models.ImportedLine: {"hers": line_from_elsewhere},
        models.Account: {
            "hers": world.owner.account,
            "the vet's": world.vet.account,
            "a newcomer's": newcomer.account,
        },
        models.Session: {
            "hers": await first(models.Session, account_id=world.owner.account.id),
            "the vet's": await first(models.Session, account_id=world.vet.account.id),
        },
    }
    viewers = {
        "RECEPTIONIST": world.receptionist.viewer,
        "NURSE": nurse.viewer,
        "VET": world.vet.viewer,
        "MANAGER": world.manager.viewer,
        "OWNER": world.owner.viewer,
        "CO_OWNER": co_owner.viewer,
        "FORMER_OWNER": former.viewer,
        "WITHOUT_VIEW": without_view.viewer,
        "STRANGER": stranger.viewer,
        "ROLELESS": roleless.viewer,
        "ANYONE": Viewer.anyone(),
    }
    return rows, viewers


async def _doses(hers, theirs, co_owner, former, without_view):
    """What was given and is due, and certificates that name one owner each."""
    dose, strange = await a_vaccination(hers), await a_vaccination(theirs)
    voided = await a_vaccination(hers, voided_at=NOW, voided_because="It was the cat.")
    due: Any = {
        "target": "RABIES",
        "due_on": TODAY,
        "earliest_on": TODAY,
        "reason": "BOOSTER",
        "sentence": "Due.",
        "worked_out_at": NOW,
    }

    async def naming(owner):
        return await a_certificate(await a_vaccination(hers), client_id=owner.id)

    return {
        models.Vaccine: {"ours": await models.Vaccine.first()},
        models.VaccinationProtocol: {"ours": await models.VaccinationProtocol.first()},
        models.Vaccination: {"hers": dose, "voided": voided, "a stranger's": strange},
        models.VaccinationDue: {
            "hers": await models.VaccinationDue.create(pet_id=hers.id, **due),
            "a stranger's": await models.VaccinationDue.create(pet_id=theirs.id, **due),
        },
        models.Certificate: {
            "hers": await a_certificate(dose),
            "the co-owner's": await naming(co_owner),
            "a former owner's": await naming(former),
            "hers without view": await naming(without_view),
            "a stranger's": await a_certificate(strange),
        },
    }


async def seen(viewer, model, row):
    found = access.rows(viewer, model, "{t}.id = ?", row.id)
    table = model._meta.db_table
    return bool(await sql.fetch(f"SELECT 1 AS here FROM {table} t WHERE {found.scope.format(t='t')}", found.values))


async def differences(rows, viewers, *tables):
    """Every place in which the table and the rules disagree; of some tables, or of all."""
    return [
        (model.__name__, name, who)
        for model, named in TABLE.items()
        if not tables or model in tables
        for name, who_sees in named.items()
        for who in EVERYONE
        if await seen(viewers[who], model, rows[model][name]) != (who in who_sees)
    ]


async def test_everybody_sees_what_the_table_says_and_nothing_else(database):
    rows, viewers = await prepared()
    assert await differences(rows, viewers) == []


async def test_whatever_the_table_says_holds_for_finding_one_row_too(database):
    rows, viewers = await prepared()
    for model, named in TABLE.items():
        for name, who_sees in named.items():
            for who in EVERYONE:
                row: Any = rows[model][name]
                if who in who_sees:
                    assert (await access.find(viewers[who], model, row.id)).pk == row.id
                else:
                    with pytest.raises(NotFound):
                        await access.find(viewers[who], model, row.id)


async def test_taking_away_or_widening_any_rule_is_noticed(database, monkeypatch):
    rows, viewers = await prepared()
    for model, rule in ROWS.items():
        for part in ("staff", "owner", "reception", "manager"):
            said = getattr(rule, part)
            for other in {Rule().staff, ALL} - {said}:
                monkeypatch.setattr(access, "ROWS", {**ROWS, model: replace(rule, **{part: other})})
                noticed = await differences(rows, viewers, model)
                harmless = part in ("reception", "manager") and said == Rule().staff and rule.staff == ALL
                assert bool(noticed) != harmless, (model.__name__, part, other)


async def test_a_table_without_a_rule_is_nobodys(database):
    _, viewers = await prepared()
    assert {
        "BusyTime",
        "Event",
        "EventDetail",
        "IdempotencyKey",
        "MailDomain",
        "ReminderProgress",
        "SignInCode",
        "SigningKey",
        "Throttle",
    } <= {table.__name__ for table in NOBODYS}
    for model in NOBODYS:
        for who in EVERYONE:
            assert access.sight(viewers[who], model, "t")[0] == access.NOTHING, (model.__name__, who)
    assert Role.SYSTEM in Viewer.system("a test").roles


def test_the_table_names_every_model_that_has_a_rule():
    assert set(TABLE) == set(ROWS)


async def test_notes_are_for_owners_only_where_the_practice_shares_them(database):
    rows, viewers = await prepared()
    await models.Practice.all().update(shares_notes=False)

    for model, name in ((models.Note, "hers"), (models.Addendum, "hers"), (models.HistoryEntry, "a signed note")):
        assert not await seen(viewers["OWNER"], model, rows[model][name])
        assert await seen(viewers["VET"], model, rows[model][name])
