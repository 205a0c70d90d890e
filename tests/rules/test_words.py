"""Words: what is written in a record, as it is searched."""

from __future__ import annotations

from models.words import LONGEST_WORD, MOST_CHARACTERS, search_words


def test_words_are_folded_and_stand_once_with_one_space_between_them():
    assert search_words("Große Wunde,  2. Verband", "", "gross — WUNDE!") == "grosse wunde 2 verband gross"


def test_words_hold_letters_and_digits_alone():
    assert search_words('T=38.5°C; q8h/p.o. O\'Malley_x 10% "a":* (b|c) -d \0') == "t 38 5 c q8h p o malley x 10 a b d"
    assert search_words("猫 Кошка ½ ﬁn \u210cund") == "猫 кошка 1 2 fin hund"
    assert search_words("", " ", "!?") == ""


def test_a_long_word_is_cut():
    assert search_words("x" * 500) == "x" * LONGEST_WORD


def test_of_a_text_without_end_the_beginning_is_found():
    said = search_words(" ".join(f"word{number}" for number in range(10_000)))
    assert MOST_CHARACTERS - 10 < len(said) <= MOST_CHARACTERS
    assert said.startswith("word0 word1 ")
    assert not said.endswith(" ")
