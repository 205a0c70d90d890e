"""Due dates: the guidelines' own rows, written by hand, each with where it stands; none of them was computed.

Days are counted on the calendar of 2026: a pet born on Thursday, 1 January 2026 is 8 weeks old on 26 February, 10 on 12 March,
12 on 26 March, 16 on 23 April, 20 on 21 May and 26 on 2 July.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from models.due_date import Animal, Dose, Due, Law, LegalStatus, Reason, due, legal_status
from models.pet import Lifestyle, Species
from models.shipped_rules import SHIPPED
from models.vaccination_rule import Evidence
from models.vaccine import Target

BORN = date(2026, 1, 1)
PUPPY = Animal(Species.DOG, BORN, known_since=BORN)
KITTEN = Animal(Species.CAT, BORN, known_since=BORN)
AMERICAN = replace(PUPPY, country="US")
NEW_YORKER = replace(PUPPY, country="US", region="US-NY")
GROWN = replace(PUPPY, born_on=date(2020, 1, 1))

ONE_YEAR, THREE_YEARS = 12, 36


def rules(*codes: str):
    """The rules with these codes and versions: `CORE_DOG_WSAVA/2`."""
    found = {f"{rule.code}/{rule.version}": rule for rule in SHIPPED}
    return [found[code] for code in codes]


def a_dose(text: str, lasts: int = ONE_YEAR, expires: str = "") -> Dose:
    return Dose(date.fromisoformat(text), lasts, date.fromisoformat(expires) if expires else None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a guideline: of whom, what was given when, and what the guideline then says."""

    says: str
    pet: Animal
    given: tuple[Dose, ...]
    due: str
    earliest: str
    reason: Reason


SERIES, BOOSTER, FIRST_BOOSTER = Reason.FIRST_SERIES, Reason.BOOSTER, Reason.FIRST_BOOSTER

# Source: WSAVA guidelines 2010, table 1 (PMC7166871): "Administer at 8-9 weeks of age, then every 3-4 weeks until 14-16 weeks of
# age"; over 16 weeks "one dose is considered protective"; "Revaccination (booster) at 1 year, then not more often than every 3
# years"; text: "a first booster 12 months after completion of the primary vaccination course"; "An adult dog that had received a
# complete course … but may not have been regularly vaccinated as an adult, requires only a single dose".
WSAVA_2010 = [
    Row("at 8-9 weeks", PUPPY, (), "2026-03-05", "2026-02-26", Reason.FIRST_DOSE),
    Row("then every 3-4 weeks", PUPPY, (a_dose("2026-02-26"),), "2026-03-26", "2026-03-19", SERIES),
    Row("every 3-4 weeks until 14-16 weeks", PUPPY, (a_dose("2026-02-26"), a_dose("2026-03-26")), "2026-04-23", "2026-04-16", SERIES),
    Row("booster 12 months after the course", PUPPY, (a_dose("2026-02-26"), a_dose("2026-03-26"), a_dose("2026-04-23")),
        "2027-04-23", "2027-04-23", FIRST_BOOSTER),
    Row("over 16 weeks one dose is protective", PUPPY, (a_dose("2026-05-21"),), "2027-05-21", "2027-05-21", FIRST_BOOSTER),
    Row("then not more often than every 3 years", PUPPY, (a_dose("2026-04-23"), a_dose("2027-04-23")),
        "2030-04-23", "2030-04-23", BOOSTER),
    Row("an overdue adult needs a single dose", GROWN, (a_dose("2020-05-01"), a_dose("2021-05-01"), a_dose("2026-09-15")),
        "2029-09-15", "2029-09-15", BOOSTER),
]  # fmt: skip

# Source: WSAVA guidelines 2024 as retold: from 6-8 weeks, every 2-4 weeks, until 16 weeks or older (Dardanup Veterinary Centre,
# voofla.com, 12 July 2024); "a booster at 26 weeks, and replaces the vaccine … at 12 months" (WSAVA congress 2017,
# wsava2017.net, page 308), "no more frequently than every 3 years" (the same page).
WSAVA_2024 = [
    Row("from 6-8 weeks", PUPPY, (), "2026-02-26", "2026-02-12", Reason.FIRST_DOSE),
    Row("a puppy at 8 weeks: every 2-4 weeks", PUPPY, (a_dose("2026-02-26"),), "2026-03-26", "2026-03-12", SERIES),
    Row("a puppy at 16 weeks: 26 weeks instead of 12 months", PUPPY, (a_dose("2026-02-26"), a_dose("2026-03-26"), a_dose("2026-04-23")),
        "2026-07-02", "2026-07-02", FIRST_BOOSTER),
    Row("until 16 weeks or older, not 15", PUPPY, (a_dose("2026-03-19"), a_dose("2026-04-16")), "2026-05-14", "2026-04-30", SERIES),
    Row("a late start needs two doses", PUPPY, (a_dose("2026-05-21"),), "2026-06-18", "2026-06-04", SERIES),
    Row("a late start, then at 26 weeks", PUPPY, (a_dose("2026-05-07"), a_dose("2026-05-28")), "2026-07-02", "2026-07-02", FIRST_BOOSTER),
    Row("a dose at 26 weeks: every 3 years", PUPPY, (a_dose("2026-04-23"), a_dose("2026-05-21"), a_dose("2026-07-02")),
        "2029-07-02", "2029-07-02", BOOSTER),
    Row("a grown dog's two doses are its booster", GROWN, (a_dose("2026-03-02"), a_dose("2026-03-30")),
        "2029-03-30", "2029-03-30", BOOSTER),
    Row("an overdue booster: one dose, then 3 years", PUPPY, (a_dose("2026-04-23"), a_dose("2026-05-21"), a_dose("2027-12-01")),
        "2030-12-01", "2030-12-01", BOOSTER),
    Row("sooner than two weeks does not count", PUPPY, (a_dose("2026-02-26"), a_dose("2026-03-05")), "2026-03-26", "2026-03-12", SERIES),
    Row("younger than 6 weeks does not count", PUPPY, (a_dose("2026-01-29"),), "2026-02-26", "2026-02-12", Reason.FIRST_DOSE),
]  # fmt: skip

# Source: 2022 AAHA canine vaccination guidelines, table 2, as retold (familypetshomevetcare.com): "6-8 weeks of age, then every 2-4
# weeks until 16 weeks of age (at least 3 vaccinations)"; over 16 weeks "2 doses, 2-4 weeks apart"; "1 year booster, then every 3 years".
AAHA = [
    Row("at least three", PUPPY, (a_dose("2026-04-02"), a_dose("2026-04-30")), "2026-05-28", "2026-05-14", SERIES),
    Row("a year after three", PUPPY, (a_dose("2026-02-26"), a_dose("2026-03-26"), a_dose("2026-04-23")),
        "2027-04-23", "2026-05-07", FIRST_BOOSTER),
    Row("over 16 weeks two doses", PUPPY, (a_dose("2026-05-21"), a_dose("2026-06-11")), "2027-06-11", "2026-06-25", FIRST_BOOSTER),
    Row("then every 3 years", PUPPY, (a_dose("2026-05-21"), a_dose("2026-06-11"), a_dose("2027-06-11")),
        "2030-06-11", "2027-06-25", BOOSTER),
]  # fmt: skip

# Source: WSAVA guidelines 2010, table 1, Leptospira: "Initial dose at 12-16 weeks of age or older … with a second dose 3-4 weeks
# later"; adults "Two doses 3-4 weeks apart, then annually or more often".
LEPTOSPIROSIS = [
    Row("at 12-16 weeks", PUPPY, (), "2026-04-23", "2026-03-26", Reason.FIRST_DOSE),
    Row("a second 3-4 weeks later", PUPPY, (a_dose("2026-03-26"),), "2026-04-23", "2026-04-16", SERIES),
    Row("also for adults", GROWN, (a_dose("2026-03-26"),), "2026-04-23", "2026-04-16", SERIES),
    Row("then annually", PUPPY, (a_dose("2026-03-26"), a_dose("2026-04-23")), "2027-04-23", "2026-05-14", BOOSTER),
]


@pytest.mark.parametrize(
    ("code", "target", "rows"),
    [
        ("CORE_DOG_WSAVA/1", Target.DISTEMPER, WSAVA_2010),
        ("CORE_DOG_WSAVA/2", Target.PARVOVIRUS, WSAVA_2024),
        ("CORE_DOG_AAHA/1", Target.ADENOVIRUS, AAHA),
        ("LEPTOSPIROSIS_DOG_WSAVA/1", Target.LEPTOSPIROSIS, LEPTOSPIROSIS),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
def test_the_rows_of_a_guideline(code, target, rows):
    for row in rows:
        found = due(row.pet, target, row.given, rules(code))
        assert found is not None
        said = (str(found.due_on), str(found.earliest_on), found.reason)
        assert said == (row.due, row.earliest, row.reason), row.says
        assert found.rule is rules(code)[0]


def rabies(pet: Animal, *given: Dose) -> Due:
    found = due(pet, Target.RABIES, given, [rule for rule in SHIPPED if rule.ships_active])
    assert found is not None
    return found


def law_of(found: Due) -> Law:
    assert found.law is not None
    return found.law


# Source: CDC, rabies vaccination (cdc.gov/rabies/specific_groups/veterinarians/vaccination.html), the words of the Compendium: "can be
# started at no sooner than three months of age"; "immunized within 28 days after initial vaccination"; "Regardless of the age of the
# animal at initial vaccination, a booster vaccination should be administered one year later"; "currently vaccinated immediately
# after a booster vaccination"; then "according to the labeled duration of the vaccine used". New York: Public Health Law § 2140 (1),
# "Active immunization shall begin fourteen days following primary vaccination".
@pytest.mark.parametrize(
    ("says", "pet", "given", "due_on", "immune_from", "immune_until"),
    [
        ("no sooner than three months", AMERICAN, (), "2026-04-01", None, None),
        ("28 days after the first", AMERICAN, (a_dose("2026-04-01"),), "2027-04-01", "2026-04-29", "2027-04-01"),
        ("a 3-year product first: due in 1 year", AMERICAN, (a_dose("2026-04-01", THREE_YEARS),),
         "2027-04-01", "2026-04-29", "2027-04-01"),
        ("a year later whatever the age", replace(GROWN, country="US"), (a_dose("2026-04-01", THREE_YEARS),),
         "2027-04-01", "2026-04-29", "2027-04-01"),
        ("at once after a booster, for 3 years", AMERICAN, (a_dose("2026-04-01"), a_dose("2027-04-01", THREE_YEARS)),
         "2030-04-01", "2027-04-01", "2030-04-01"),
        ("at once after a booster, for 1 year", AMERICAN, (a_dose("2026-04-01", THREE_YEARS), a_dose("2027-04-01", ONE_YEAR)),
         "2028-04-01", "2027-04-01", "2028-04-01"),
        ("an overdue one: at once too, by its label", AMERICAN, (a_dose("2026-04-01"), a_dose("2028-11-15", THREE_YEARS)),
         "2031-11-15", "2028-11-15", "2031-11-15"),
        ("New York: 14 days", NEW_YORKER, (a_dose("2026-04-01"),), "2027-04-01", "2026-04-15", "2027-04-01"),
        ("New York: immediately following a booster", NEW_YORKER, (a_dose("2026-04-01"), a_dose("2027-03-20", THREE_YEARS)),
         "2030-03-20", "2027-03-20", "2030-03-20"),
        ("New York: not from an expired package", NEW_YORKER, (a_dose("2026-04-01", expires="2026-03-31"),),
         "2026-04-01", None, None),
        ("on its last day a package is not expired", NEW_YORKER, (a_dose("2026-04-01", expires="2026-04-01"),),
         "2027-04-01", "2026-04-15", "2027-04-01"),
        ("younger than three months does not count", AMERICAN, (a_dose("2026-03-31"),), "2026-04-01", None, None),
        ("29 February: a year later is 28 February", replace(GROWN, country="US"), (a_dose("2024-02-29"),),
         "2025-02-28", "2024-03-28", "2025-02-28"),
        ("29 February: three years later too", replace(GROWN, country="US"), (a_dose("2023-02-01"), a_dose("2024-02-29", THREE_YEARS)),
         "2027-02-28", "2024-02-29", "2027-02-28"),
        ("29 February: four years later is 29 February", replace(GROWN, country="US"), (a_dose("2023-02-01"), a_dose("2024-02-29", 48)),
         "2028-02-29", "2024-02-29", "2028-02-29"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) and " " in value else "",
)  # fmt: skip
def test_rabies_is_due_by_the_guideline_and_counts_by_the_law(says, pet, given, due_on, immune_from, immune_until):
    found = rabies(pet, *given)
    law = law_of(found)
    assert str(found.due_on) == due_on, says
    assert tuple(each and str(each) for each in (law.immune_from, law.immune_until)) == (immune_from, immune_until), (
        says
    )


@pytest.mark.parametrize(
    ("pet", "given", "today", "status"),
    [
        (AMERICAN, (), "2026-05-02", LegalStatus.NEVER_VACCINATED),
        # New York Public Health Law § 2141 (1): "all initial vaccinations administered no later than four months after birth".
        (NEW_YORKER, (), "2026-05-01", LegalStatus.NOT_YET_REQUIRED),
        (NEW_YORKER, (), "2026-05-02", LegalStatus.NEVER_VACCINATED),
        (AMERICAN, ("2026-04-01",), "2026-04-28", LegalStatus.NOT_YET_IMMUNISED),
        (AMERICAN, ("2026-04-01",), "2026-04-29", LegalStatus.CURRENT),
        (NEW_YORKER, ("2026-04-01",), "2026-04-14", LegalStatus.NOT_YET_IMMUNISED),
        (NEW_YORKER, ("2026-04-01",), "2026-04-15", LegalStatus.CURRENT),
        (AMERICAN, ("2026-04-01",), "2027-04-01", LegalStatus.CURRENT),
        (AMERICAN, ("2026-04-01",), "2027-04-02", LegalStatus.EXPIRED),
        (AMERICAN, ("2026-04-01", "2028-11-15"), "2028-11-15", LegalStatus.CURRENT),
    ],
)
def test_what_the_law_makes_of_a_pet_on_a_day(pet, given, today, status):
    found = rabies(pet, *map(a_dose, given))
    assert legal_status(found.law, date.fromisoformat(today)) is status


def test_where_no_law_is_known_nothing_is_said_of_it():
    found = due(PUPPY, Target.PARVOVIRUS, [a_dose("2026-02-26")], rules("CORE_DOG_WSAVA/2"))
    assert found is not None
    assert found.law is None
    assert legal_status(found.law, BORN) is LegalStatus.NOT_REGULATED
    german = replace(PUPPY, country="DE", region="DE-BE")
    assert due(german, Target.RABIES, (), SHIPPED) is None


def test_a_dose_that_was_voided_or_moved_back_changes_the_date_as_if_it_had_been_so_always():
    both = rabies(AMERICAN, a_dose("2026-04-01"), a_dose("2027-04-01", THREE_YEARS))
    assert str(both.due_on) == "2030-04-01"
    without_the_booster = rabies(AMERICAN, a_dose("2026-04-01"))
    assert (str(without_the_booster.due_on), str(law_of(without_the_booster).immune_until)) == (
        "2027-04-01",
        "2027-04-01",
    )
    # Voiding the first makes a first dose of what was a booster: 28 days, and one year, whatever the product lasts.
    without_the_first = rabies(AMERICAN, a_dose("2027-04-01", THREE_YEARS))
    law = law_of(without_the_first)
    assert (str(without_the_first.due_on), str(law.immune_from)) == ("2028-04-01", "2027-04-29")
    # A dose given elsewhere long ago comes in later.
    backdated = rabies(AMERICAN, a_dose("2027-04-01", THREE_YEARS), a_dose("2026-06-10"))
    assert (str(backdated.due_on), str(law_of(backdated).immune_from)) == ("2030-04-01", "2027-04-01")


def test_the_order_in_which_doses_are_told_does_not_matter_and_two_of_one_day_are_one():
    one, two, three = a_dose("2026-02-26"), a_dose("2026-03-26"), a_dose("2026-04-23")
    wsava = rules("CORE_DOG_WSAVA/2")
    assert due(PUPPY, Target.DISTEMPER, (three, one, two), wsava) == due(
        PUPPY, Target.DISTEMPER, (one, two, three), wsava
    )
    twice = due(AMERICAN, Target.RABIES, (a_dose("2026-04-01"), a_dose("2026-04-01", THREE_YEARS)), SHIPPED)
    assert twice is not None
    assert (str(twice.due_on), twice.reason) == ("2027-04-01", Reason.FIRST_BOOSTER)


def test_of_a_pet_whose_age_nobody_knows_the_first_dose_is_due_now_and_it_counts_as_grown():
    stray = Animal(Species.DOG, None, known_since=date(2026, 3, 2))
    wsava = rules("CORE_DOG_WSAVA/2")
    first = due(stray, Target.DISTEMPER, (), wsava)
    assert first is not None
    assert (str(first.due_on), first.sentence) == (
        "2026-03-02",
        "No dose is known, nor the age: the first dose is due now.",
    )
    second = due(stray, Target.DISTEMPER, (a_dose("2026-03-02"),), wsava)
    assert second is not None
    assert (str(second.due_on), str(second.earliest_on)) == ("2026-03-30", "2026-03-16")
    then = due(stray, Target.DISTEMPER, (a_dose("2026-03-02"), a_dose("2026-03-30")), wsava)
    assert then is not None
    assert str(then.due_on) == "2029-03-30"


# Source: WSAVA 2024 as told by AVMA News, 13 May 2024: FeLV is core "for young cats and adult cats that have outdoor access or live
# with other cats that have outdoor access".
def test_feline_leukaemia_is_for_young_cats_and_for_those_that_go_outdoors():
    felv = rules("FELV_YOUNG_CAT_WSAVA/1", "FELV_OUTDOOR_CAT_WSAVA/1")
    indoors = due(KITTEN, Target.FELINE_LEUKEMIA, (), felv)
    assert indoors is not None
    assert (str(indoors.due_on), str(indoors.lapses_on)) == ("2026-02-26", "2027-01-01")
    both = (a_dose("2026-02-26"), a_dose("2026-03-26"))
    assert due(KITTEN, Target.FELINE_LEUKEMIA, both, felv) is None  # the next would be due after its first birthday
    for life in (Lifestyle.OUTDOOR, Lifestyle.WITH_OUTDOOR_PETS):
        outdoors = due(replace(KITTEN, lifestyles=frozenset({life})), Target.FELINE_LEUKEMIA, both, felv)
        assert outdoors is not None
        assert (str(outdoors.due_on), outdoors.lapses_on) == ("2027-03-26", None)
    assert due(replace(KITTEN, born_on=None), Target.FELINE_LEUKEMIA, (), felv) is None


def test_the_nearer_law_counts():
    def rule_of(pet: Animal, *given: Dose):
        rule = rabies(pet, *given).rule
        assert rule is not None
        return rule.code

    assert (rule_of(AMERICAN), rule_of(NEW_YORKER)) == ("RABIES_US", "RABIES_US_NY")
    assert rule_of(replace(AMERICAN, region="US-TX")) == "RABIES_US"
    # "Some cat vaccines can be given as early as two months" (CDC).
    cat = replace(KITTEN, country="US", region="US-NY")
    assert rule_of(cat) == "RABIES_US_NY_CAT"
    assert str(rabies(cat, a_dose("2026-03-01")).due_on) == "2027-03-01"


def test_without_a_protocol_the_label_of_the_product_counts():
    found = due(PUPPY, Target.BORDETELLA, [a_dose("2026-03-02", 12)], SHIPPED)
    assert found == Due(
        date(2027, 3, 2),
        date(2026, 3, 3),
        Reason.PRODUCT_LABEL,
        "No protocol is active for this, so the label of the product counts: it lasts 1 year.",
    )
    assert due(PUPPY, Target.BORDETELLA, (), SHIPPED) is None


def test_each_rule_says_where_it_comes_from_and_what_was_only_retold_ships_inactive():
    assert len({(rule.code, rule.version) for rule in SHIPPED}) == len(SHIPPED)
    for rule in SHIPPED:
        assert len(rule.source) > 100, rule.code
        if rule.evidence is Evidence.SECONDARY:
            assert not rule.ships_active, rule.code
            assert "ships inactive" in rule.source, rule.code
        if rule.ships_active:
            assert rule.version == max(each.version for each in SHIPPED if each.code == rule.code)
    assert {rule.code for rule in SHIPPED if rule.ships_active} == {
        "RABIES_US",
        "RABIES_US_CAT",
        "RABIES_US_NY",
        "RABIES_US_NY_CAT",
    }
