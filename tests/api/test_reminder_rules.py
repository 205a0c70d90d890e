"""Reminder rules through the contract: kept by managers, read by the staff, tried out, and counted."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from models import ReminderReason, ReminderState, RuleKind, Target, VaccinationDue
from models.due_date import Reason
from tests.api.deed import done, refused
from tests.doors import Program, id_of
from tests.world import (
    NOW,
    TODAY,
    a_client,
    a_consent,
    a_location,
    a_pet,
    a_reminder,
    a_rule,
    a_rule_version,
    a_service,
    a_world,
    how_many_rows,
)

VERSION = """number species fromAgeMonths untilAgeMonths targets everyMonths firstAgeMonths called { language name } steps
  location { name } services { name } madeAt madeBy { displayName }"""
RULE = f"rule {{ id name kind isOn switchedAt createdAt versionNumber version {{ {VERSION} }} versions {{ number }} }}"
FORECAST = """query ($ruleId: ID, $input: ReminderRuleInput) { reminderRuleForecast(ruleId: $ruleId, input: $input) {
  petCount petsByLetter petsWithoutConsent petsWithoutAddress petsUndeliverable overdue dueWithin30Days dueWithin90Days
  dueWithin365Days booked lettersOnFirstDay
  examples { pet { name } dueOn because told { displayName } toCall { displayName emails { address } } } } }"""
FIGURES = """query ($from: Date!, $to: Date!, $place: ID) { reminderFigures(from: $from, to: $to, locationId: $place) {
  rule { name version { number } } month due reminded booked done } }"""
DAY = timedelta(days=1)


async def test_a_manager_adds_a_rule_amends_it_and_switches_it_on_and_off(database):
    world, program = await a_world(), Program()
    boss, check, teeth = world.manager.viewer, await a_service("Check"), await a_service("Teeth")
    place = id_of(world.location)
    added = await done(
        program,
        boss,
        "addReminderRule",
        f"ReminderRuleAdded {{ {RULE} }}",
        name="Yearly check",
        kind="SERVICE_INTERVAL",
        species=["CAT", "DOG"],
        fromAgeMonths=12,
        everyMonths=12,
        firstAgeMonths=12,
        called=[{"language": "en", "name": "yearly check"}, {"language": "de", "name": "Jahrescheck"}],
        steps=[-14, 0],
        locationId=place,
        serviceIds=[id_of(teeth), id_of(check)],
    )
    rule = added["rule"]
    first = {
        "number": 1,
        "species": ["DOG", "CAT"],
        "fromAgeMonths": 12,
        "untilAgeMonths": None,
        "targets": [],
        "everyMonths": 12,
        "firstAgeMonths": 12,
        "called": [{"language": "de", "name": "Jahrescheck"}, {"language": "en", "name": "yearly check"}],
        "steps": [-14, 0],
        "location": {"name": world.location.name},
        "services": [{"name": "Teeth"}, {"name": "Check"}],
        "madeAt": "2026-03-02T08:00:00Z",
        "madeBy": {"displayName": world.manager.staff.display_name},
    }
    expected = {
        "id": rule["id"],
        "name": "Yearly check",
        "kind": "SERVICE_INTERVAL",
        "isOn": False,
        "switchedAt": None,
        "createdAt": "2026-03-02T08:00:00Z",
        "versionNumber": 1,
        "version": first,
        "versions": [{"number": 1}],
    }
    assert rule == expected

    amend = partial(done, program, boss, "amendReminderRule", f"ReminderRuleAmended {{ {RULE} }}", ruleId=rule["id"])
    nothing: Any = {"species": None, "fromAgeMonths": None, "called": None, "locationId": None}
    changed: Any = {"serviceIds": [id_of(check)], "steps": [0], "untilAgeMonths": 120}
    amended = (await amend(**nothing, **changed))["rule"]
    second = {**first, **nothing, "species": [], "called": [], "location": None, "number": 2, "steps": [0]}
    del second["locationId"]
    second |= {"untilAgeMonths": 120, "services": [{"name": "Check"}]}
    assert amended == {
        **expected,
        "versionNumber": 2,
        "version": second,
        "versions": [{"number": 2}, {"number": 1}],
    }
    assert (await amend(steps=[0], idempotencyKey="k2"))["rule"] == amended
    on = await done(program, boss, "switchReminderRuleOn", f"ReminderRuleSwitchedOn {{ {RULE} }}", ruleId=rule["id"])
    assert on["rule"] == {**amended, "isOn": True, "switchedAt": "2026-03-02T08:00:00Z"}
    off = await done(program, boss, "switchReminderRuleOff", f"ReminderRuleSwitchedOff {{ {RULE} }}", ruleId=rule["id"])
    assert off["rule"]["isOn"] is False


async def test_what_makes_no_sense_is_refused_at_the_input_at_fault(database):
    world, program = await a_world(), Program()
    boss, quiet, rule = world.manager.viewer, await a_service("Quiet", is_farewell=True), await a_rule()
    closed, rule_id = await a_location("Hill", closed_on=TODAY), id_of(rule)
    for deed, given, told in (
        ("add", {"steps": [0, 1]}, ("InvalidInput", ["steps"])),
        ("add", {"steps": list(range(0, 30, 3))}, ("InvalidInput", ["steps"])),
        ("add", {"everyMonths": 12}, ("InvalidInput", ["everyMonths"])),
        ("add", {"serviceIds": [id_of(quiet)]}, ("InvalidInput", ["serviceIds"])),
        ("add", {"serviceIds": ["nonsense"]}, ("NotFound", ["serviceIds"])),
        ("add", {"locationId": id_of(quiet)}, ("NotFound", ["locationId"])),
        ("add", {"locationId": id_of(closed)}, ("LocationClosed", ["locationId"])),
        ("add", {"called": [{"language": "tlh", "name": "cha'par"}]}, ("InvalidInput", ["called"])),
        ("amend", {"steps": None}, ("InvalidInput", ["steps"])),
        ("amend", {"name": None}, ("InvalidInput", ["name"])),
        ("amend", {"locationId": "nonsense"}, ("NotFound", ["locationId"])),
        ("amend", {"ruleId": id_of(quiet)}, ("NotFound", ["ruleId"])),
        ("switchOn", {"ruleId": "nonsense"}, ("NotFound", ["ruleId"])),
        ("switchOff", {"ruleId": "nonsense"}, ("NotFound", ["ruleId"])),
    ):
        name, payload = _DEEDS[deed]
        base: Any = {"name": "Doses", "kind": "VACCINATION", "steps": [0]} if deed == "add" else {"ruleId": rule_id}
        assert await refused(program, boss, name, f"{payload} {{ rule {{ id }} }}", **{**base, **given}) == told, given


_DEEDS = {
    "add": ("addReminderRule", "ReminderRuleAdded"),
    "amend": ("amendReminderRule", "ReminderRuleAmended"),
    "switchOn": ("switchReminderRuleOn", "ReminderRuleSwitchedOn"),
    "switchOff": ("switchReminderRuleOff", "ReminderRuleSwitchedOff"),
}


async def test_the_staff_read_every_rule_by_name_with_as_many_statements_for_twenty_as_for_one(database):
    world, program, counts, told = await a_world(), Program(), [], []
    document = f"{{ reminderRules {{ id name isOn version {{ {VERSION} rule {{ name }} }} versions {{ number }} }} }}"
    vet = world.vet.viewer
    for more in (1, 19):
        for number in range(more):
            rule = await a_rule(f"{'Ä' if number % 2 else 'b'} {more} {number}", services=(world.service,))
            await a_rule_version(rule, steps=[number], services=(world.service,))
        await program.ask(vet, document)
        answer = await program.ask(vet, document)
        told = answer.data["reminderRules"]
        assert len(told) == (1 if more == 1 else 20)
        counts.append(answer.statements.count)
    assert counts[0] == counts[1] <= 5
    named = [each["name"] for each in told]
    assert named == sorted(named, key=lambda name: name.casefold().replace("ä", "a"))
    assert {each["version"]["number"] for each in told} == {1}
    one = told[0]
    document = "query ($id: ID!) { reminderRule(id: $id) { name } node(id: $id) { ... on ReminderRule { name } } }"
    answer = await program.ask(vet, document, id=one["id"])
    assert answer.data == {"reminderRule": {"name": one["name"]}, "node": {"name": one["name"]}}
    assert (await program.ask(vet, document, id="nonsense")).data == {"reminderRule": None, "node": None}


async def test_owners_know_nothing_of_rules(database):
    world, program = await a_world(), Program()
    for field in ("reminderRules { id }", 'reminderFigures(from: "2026-01-01", to: "2026-01-01") { due }'):
        answer = await program.ask(world.owner.viewer, f"{{ {field} }}")
        assert answer.status == 400
    assert "ReminderRule" not in program.operations["owner"].view.graphql.type_map


async def some_doses(world: Any) -> None:
    """One dose each for a pet of somebody who wants letters, and of somebody who has said nothing."""
    olga, nora = await a_client("Olga Stern"), await a_client("Nora Lund")
    await a_consent(olga)
    for days, owner in ((5, olga), (100, nora)):
        pet = await a_pet(owner, name=f"Pet of {owner.given_name}")
        on: Any = {"due_on": TODAY + days * DAY, "earliest_on": TODAY, "worked_out_at": NOW}
        await VaccinationDue.create(
            pet_id=pet.id, target=Target.RABIES, reason=Reason.BOOSTER, sentence="The booster.", **on
        )


async def test_a_manager_asks_what_a_rule_would_do_and_nothing_is_written(database):
    world, program = await a_world(), Program()
    await some_doses(world)
    rule = await a_rule(is_on=False)
    said: Any = {"kind": "VACCINATION", "steps": [-30, -7, 0, 14]}
    boss = world.manager.viewer
    await program.ask(boss, FORECAST, input=said)
    before = await how_many_rows()

    answer = await program.ask(boss, FORECAST, input=said)

    expected = {
        "petCount": 2,
        "petsByLetter": 1,
        "petsWithoutConsent": 1,
        "petsWithoutAddress": 0,
        "petsUndeliverable": 0,
        "overdue": 0,
        "dueWithin30Days": 1,
        "dueWithin90Days": 1,
        "dueWithin365Days": 2,
        "booked": 0,
        "lettersOnFirstDay": 1,
        "examples": [
            {
                "pet": {"name": "Pet of Olga"},
                "dueOn": "2026-03-07",
                "because": "The booster.",
                "told": [{"displayName": "Olga Stern"}],
                "toCall": [],
            },
            {
                "pet": {"name": "Pet of Nora"},
                "dueOn": "2026-06-10",
                "because": "The booster.",
                "told": [],
                "toCall": [{"displayName": "Nora Lund", "emails": [{"address": "nora.lund@home.example"}]}],
            },
        ],
    }
    assert answer.data["reminderRuleForecast"] == expected
    assert answer.statements.count <= 20
    assert (await program.ask(boss, FORECAST, ruleId=id_of(rule))).data["reminderRuleForecast"] == expected
    assert await how_many_rows() == before


async def test_a_forecast_of_nothing_or_of_nonsense_is_refused(database):
    world, program = await a_world(), Program()
    boss, rule = world.manager.viewer, await a_rule()
    said: Any = {"kind": "VACCINATION", "steps": [0]}
    for given, code in (
        ({}, "BAD_INPUT"),
        ({"input": said, "ruleId": id_of(rule)}, "BAD_INPUT"),
        ({"input": {**said, "steps": [0, 1]}}, "INVALID_INPUT"),
        ({"input": {**said, "kind": "AGE"}}, "INVALID_INPUT"),
    ):
        assert (await program.ask(boss, FORECAST, **given)).code == code
    for given in ({"ruleId": "nonsense"}, {"input": {**said, "serviceIds": ["nonsense"]}}):
        answer = await program.ask(boss, FORECAST, **given)
        assert answer.body == {"data": {"reminderRuleForecast": None}, **_extensions(answer)}
    assert (await program.ask(world.vet.viewer, FORECAST, input=said)).code == "FORBIDDEN"


def _extensions(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.body.items() if name == "extensions"}


async def test_the_staff_read_figures_by_month_and_the_rules_of_all_of_them_at_once(database):
    world, program = await a_world(), Program()
    for number in range(12):
        rule = await a_rule(f"Rule {number:02}", RuleKind.VACCINATION)
        due_on = TODAY.replace(month=1 + number)
        booked: Any = {"booked_at": NOW, "state": ReminderState.COMPLETED, "reason": ReminderReason.DONE}
        await a_reminder(world.pet, rule, due_on=due_on, **(booked | {"done_on": due_on} if number % 2 else {}))

    def ask(first: str, last: str, **more: Any) -> Any:
        return program.ask(world.vet.viewer, FIGURES, **{"from": first, "to": last, **more})

    await ask("2026-01-31", "2026-12-31")
    few, answer = await ask("2026-01-31", "2026-01-01"), await ask("2026-01-31", "2026-12-31")
    assert few.statements.count == answer.statements.count <= 4
    found = answer.data["reminderFigures"]
    assert len(found) == 12
    version = {"number": 1}
    assert found[0] == {
        "rule": {"name": "Rule 00", "version": version}, "month": "2026-01-01", "due": 1, "reminded": 0, "booked": 0,
        "done": 0,
    }  # fmt: skip
    assert found[11] == {
        "rule": {"name": "Rule 11", "version": version}, "month": "2026-12-01", "due": 1, "reminded": 0, "booked": 1,
        "done": 1,
    }  # fmt: skip
    assert (await ask("2026-02-01", "2026-01-01")).code == "BAD_INPUT"
    assert (await ask("2026-01-01", "2026-01-01", place="x")).data == {"reminderFigures": None}


async def test_a_manager_says_when_letters_go_out(database):
    world, program = await a_world(), Program()
    payload = "ReminderSettingsAmended { practice { lettersFrom lettersUntil } }"
    amend = partial(done, program, world.manager.viewer, "amendReminderSettings", payload)
    assert (await amend(lettersFrom="07:30"))["practice"] == {"lettersFrom": "07:30", "lettersUntil": "20:00"}
    assert (await amend(lettersUntil="24:00", idempotencyKey="k2"))["practice"] == {
        "lettersFrom": "07:30",
        "lettersUntil": "24:00",
    }
    refuse = partial(refused, program, world.manager.viewer, "amendReminderSettings", payload)
    assert await refuse(lettersFrom=None, idempotencyKey="k3") == ("InvalidInput", ["lettersFrom"])
    assert await refuse(lettersUntil="08:29", idempotencyKey="9") == ("InvalidInput", ["lettersUntil"])
    seen = await program.ask(world.vet.viewer, "{ practice { lettersFrom lettersUntil } }")
    assert seen.data["practice"] == {"lettersFrom": "07:30", "lettersUntil": "24:00"}
    assert (await program.ask(world.owner.viewer, "{ practice { lettersFrom } }")).status == 400
