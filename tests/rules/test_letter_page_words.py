"""The pages behind links in letters say the same in every language."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models import Purpose, language
from vetdesk.letter_pages import words

HERE = Path(words.__file__).parent
WRITTEN = sorted(path.stem for path in HERE.glob("*.toml"))
BERLIN = ZoneInfo("Europe/Berlin")


def said_in(tag):
    return tomllib.loads((HERE / f"{tag}.toml").read_text(encoding="utf-8"))


def marks(text):
    return sorted(re.findall(r"\{[a-z]+\}", text))


def test_we_write_in_every_language_that_we_speak():
    assert set(language.SPOKEN) <= set(WRITTEN)


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_language_has_the_same_sentences_with_the_same_facts(tag):
    english, other = said_in("en"), said_in(tag)
    assert {name: list(section) for name, section in other.items()} == {
        name: list(section) for name, section in english.items()
    }
    for name, section in english.items():
        for word, text in section.items():
            assert marks(other[name][word]) == marks(text), (name, word)
            assert other[name][word].strip()


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_purpose_has_its_name(tag):
    assert set(said_in(tag)["purpose"]) == {purpose.value for purpose in Purpose}


def test_a_moment_is_written_as_people_there_write_it():
    at = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert words.of("en", "GB").moment(at, BERLIN) == "Tuesday, 3 March 2026, 10:00 (Central European Standard Time)"
    assert words.of("de", "DE").moment(at, BERLIN) == "Dienstag, 3. März 2026, 10:00 (Mitteleuropäische Normalzeit)"
    assert words.of("de", "DE").clock(at, BERLIN) == "Mitteleuropäische Normalzeit"


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("de-AT,de;q=0.9", "de-AT"),
        ("fr, de;q=0.2", "de"),
        ("", "en"),
        ("*", "en"),
        (";;,,,", "en"),
        ("x," * 500 + "de", "en"),
    ],
)
def test_the_first_language_that_we_speak_is_taken(accepted, tag):
    assert language.preferred(accepted) == tag
