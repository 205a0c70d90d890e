"""The words of our papers are there in each language that we speak, and days and sums are written as its readers do."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

import resolvers.letters
from models import (
    ConsentSource,
    DocumentKind,
    PaymentMethod,
    PlanKind,
    PlanState,
    RuleKind,
    Sex,
    Species,
    StepState,
    Target,
    language,
)
from models.due_date import Reason
from models.ledger import STATED
from models.message import PURPOSES
from resolvers import wording

HERE = Path(wording.__file__).parent
TEMPLATES = Path(__file__).parents[2] / "vetdesk" / "printing" / "templates"


def words(spoken):
    sections = tomllib.loads((HERE / f"{spoken}.toml").read_text(encoding="utf-8"))
    return {(section, word): text for section, held in sections.items() for word, text in held.items()}


def filled(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_papers_and_letters_are_written_in_the_same_languages():
    assert {path.stem for path in HERE.glob("*.toml")} == set(language.SPOKEN)
    letters = Path(resolvers.letters.__file__).parent / "texts"
    assert {path.name for path in letters.iterdir() if path.is_dir()} == set(language.SPOKEN)


@pytest.mark.parametrize("spoken", language.SPOKEN[1:])
def test_each_language_has_the_same_words_which_are_filled_with_the_same(spoken):
    ours, english = words(spoken), words("en")
    assert ours.keys() == english.keys()
    assert {word: filled(text) for word, text in ours.items()} == {word: filled(text) for word, text in english.items()}
    assert {word for word, text in ours.items() if not text} == {("step", "OPEN")}


@pytest.mark.parametrize(
    ("section", "kinds"),
    [
        ("document", DocumentKind),
        ("plan", PlanKind),
        ("step", StepState),
        ("sex", Sex),
        ("species", Species),
        ("target", Target),
        ("method", PaymentMethod),
    ],
)
def test_there_is_a_word_for_each_of_a_kind(section, kinds):
    held = {word for of, word in words("en") if of == section}
    assert {kind.value for kind in kinds} <= held
    assert {state.value.lower() for state in PlanState} - {word for of, word in words("en") if of == "plan"} == {
        "active"
    }


def test_there_is_a_sentence_for_whatever_makes_something_due():
    held = {word for of, word in words("en") if of == "why"}
    assert held == {kind.value for kind in RuleKind if kind is not RuleKind.VACCINATION} | {why.value for why in Reason}


def test_a_letter_can_say_how_it_is_wanted_and_how_it_is_not_any_more():
    held = {word for of, word in words("en") if of == "letter"}
    assert {source.value for source in ConsentSource} - held == {"UNSUBSCRIBED"}
    assert {word for word in held if word.startswith("stop_")} == {f"stop_{each.value}" for each in PURPOSES.values()}


def test_there_is_a_word_for_each_entry_that_a_statement_shows():
    assert {word for of, word in words("en") if of == "entry"} == {kind.value for kind in STATED}


@pytest.mark.parametrize(
    ("template", "sections"),
    [("certificate", {"certificate"}), ("letter", set()), ("plan", {"plan"}), ("money", set()), ("look", set())],
)
def test_every_label_of_a_template_is_in_its_sections(template, sections):
    used = set(re.findall(r"\bsaid\.(\w+)", (TEMPLATES / f"{template}.typ").read_text(encoding="utf-8")))
    assert used <= {word for of, word in words("en") if of in sections | {"paper"}}


@pytest.mark.parametrize(
    ("tag", "country", "day", "months", "sum_"),
    [
        ("en", "", "November 2, 2026", "2 years, 3 months", "€1,234.50"),
        ("en", "GB", "2 November 2026", "2 years, 3 months", "€1,234.50"),
        ("en-US", "DE", "November 2, 2026", "2 years, 3 months", "€1,234.50"),
        ("de", "DE", "2. November 2026", "2 Jahre, 3 Monate", "1.234,50 €"),
        ("de", "GB", "2. November 2026", "2 Jahre, 3 Monate", "1.234,50 €"),
        ("de", "AT", "2. November 2026", "2 Jahre, 3 Monate", "€ 1.234,50"),
        ("es", "ES", "2 de noviembre de 2026", "2 años, 3 meses", "1.234,50 €"),
        ("es", "GB", "2 de noviembre de 2026", "2 años, 3 meses", "1.234,50 €"),
        ("es-MX", "ES", "2 de noviembre de 2026", "2 años, 3 meses", "EUR1,234.50"),
        ("fr-FR", "GB", "2 November 2026", "2 years, 3 months", "€1,234.50"),
        ("nonsense", "??", "November 2, 2026", "2 years, 3 months", "€1,234.50"),
    ],
)
def test_days_and_sums_are_written_as_the_reader_writes_them(tag, country, day, months, sum_):
    spoken = wording.of(tag, country)
    assert spoken.day("2026-11-02") == day
    assert spoken.months(27) == months
    assert spoken.money(123450, "EUR").replace("\xa0", " ") == sum_
    assert wording.of(spoken.tag).day("2026-11-02") == day


def test_a_sum_has_as_many_digits_as_its_currency():
    english = wording.of("en-US")
    assert english.money(1234, "JPY") == "¥1,234"
    assert english.money(1234, "KWD") == "KWD1.234"
    assert english.money(-5, "USD") == "-$0.05"


@pytest.mark.parametrize(
    ("tag", "rates", "pieces"),
    [
        ("en-GB", ["0%", "7.7%", "8.875%", "19%", "100%"], ["2", "0.125", "1,200.5"]),
        ("es-ES", ["0 %", "7,7 %", "8,875 %", "19 %", "100 %"], ["2", "0,125", "1.200,5"]),
        ("de-DE", ["0 %", "7,7 %", "8,875 %", "19 %", "100 %"], ["2", "0,125", "1.200,5"]),
    ],
)
def test_rates_and_pieces_have_as_many_decimals_as_they_need(tag, rates, pieces):
    spoken = wording.of(tag)
    told = [spoken.percent(rate).replace("\xa0", " ") for rate in (0, 7700, 8875, 19_000, 100_000)]
    assert told == rates
    assert [spoken.pieces(each) for each in (2000, 125, 1_200_500)] == pieces


def test_what_is_not_known_stays_empty_and_only_days_are_taken_for_days():
    german = wording.of("de")
    assert german.days({"given_on": "2026-03-02", "expires_on": "", "lot": "2026-03-02"}) == {
        "given_on": "2. März 2026",
        "expires_on": "",
    }
    assert (german.months(0), german.country("AT"), german.country("")) == ("", "Österreich", "")
