"""The words by which reception finds a client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.client import WordKind, name_words, search_words
from models.row import folded


@pytest.mark.parametrize(
    ("text", "fold"),
    [
        ("Müller", "muller"),
        ("  Anna   LENA ", "anna lena"),
        ("Straße", "strasse"),
        ("ÅNGSTRÖM", "angstrom"),
        ("İstanbul", "istanbul"),
        ("ﬁsh", "fish"),
        ("李明", "李明"),
        ("O'Brien", "o'brien"),
    ],
)
def test_a_fold_has_no_case_no_accents_and_single_spaces(text, fold):
    assert folded(text) == fold


@given(st.text(max_size=40))
def test_a_fold_is_folded_already(text):
    assert folded(folded(text)) == folded(text)


def test_a_name_is_split_at_everything_but_letters_and_digits():
    assert name_words("Müller-Lüdenscheidt, O'Brien 3rd") == ["muller", "ludenscheidt", "o", "brien", "3rd"]
    assert name_words(" -- 🐶 ") == []


def test_a_client_is_found_by_names_addresses_and_the_endings_of_phones():
    words = search_words(["Anna Lena", "Berg"], ["Anna@Home.example"], ["+49 30 901"])

    assert words == {
        (WordKind.NAME, "anna"),
        (WordKind.NAME, "lena"),
        (WordKind.NAME, "berg"),
        (WordKind.EMAIL, "anna@home.example"),
        (WordKind.PHONE, "4930901"),
        (WordKind.PHONE, "930901"),
        (WordKind.PHONE, "30901"),
        (WordKind.PHONE, "0901"),
    }


def test_a_short_number_is_no_way_to_find_anybody():
    assert search_words([], [], ["123", "no number"]) == set()


@given(st.text("0123456789 +()-", min_size=4, max_size=20), st.data())
def test_any_four_digits_that_stand_together_begin_a_word(phone, data):
    digits = "".join(one for one in phone if one.isdigit())
    words = [word for _, word in search_words([], [], [phone])]

    for start in range(len(digits) - 3):
        end = data.draw(st.integers(start + 4, len(digits)))
        assert any(word.startswith(digits[start:end]) for word in words)
