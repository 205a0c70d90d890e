"""What people type: text, contacts, codes and hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.code import country, currency, language, zone
from models.contact import Address, email, email_fold, phone
from models.refusal import InvalidInput
from models.stretch import Stretch, must_be_apart
from models.text import line, named, prose

HERE = ("here",)


def is_refused(check, typed, path=HERE, **more):
    with pytest.raises(InvalidInput) as refused:
        check(typed, path=HERE, **more)
    return refused.value.path == path


# Text


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800"], ids=ascii)
def test_control_characters_and_half_characters_are_refused(character):
    for check in (line, named, prose):
        assert is_refused(check, f"a{character}b")


def test_only_prose_has_lines_and_tabs():
    assert prose("a\r\nb\tc\n", path=HERE) == "a\nb\tc"
    for check in (line, named):
        assert is_refused(check, "a\nb")
        assert is_refused(check, "a\tb")


def test_a_line_may_be_empty_and_a_name_may_not():
    assert line("  ", path=HERE) == ""
    assert is_refused(named, "  ")


def test_text_has_a_longest_length():
    assert line("x" * 200, path=HERE) == "x" * 200
    assert is_refused(line, "x" * 201)
    assert is_refused(prose, "x" * 5001)
    assert is_refused(line, "x" * 10_000_000)
    assert line(" " * 10_000 + "x", path=HERE) == "x"


@pytest.mark.parametrize("text", ["🐶", "👩‍👩‍👧", "李明", "Đặng Thị", "עברית", "O'Brien"])
def test_every_script_and_emoji_are_kept(text):
    assert named(text, path=HERE) == text


@given(st.text())
def test_what_is_kept_can_be_kept_by_every_database(text):
    try:
        kept = prose(text, path=HERE)
    except InvalidInput:
        return
    assert "\x00" not in kept
    kept.encode()


# Contacts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna.Berg@HOME.example ", "Anna.Berg@home.example"),
        ("anna+vet@home.example", "anna+vet@home.example"),
        ("anna@bücher.example", "anna@bücher.example"),
        ("anna@xn--bcher-kva.example", "anna@bücher.example"),
    ],
)
def test_an_address_is_kept_as_it_is_written_to(typed, kept):
    assert email(typed, path=HERE) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@home.example",
        "anna@home",
        "anna@@home.example",
        "anna @home.example",
        "anna@home..example",
        "Anna <anna@home.example>",
        "anna@home.example\nBcc: all@home.example",
        "a" * 65 + "@home.example",
        "a@" + "b" * 1_000_000 + ".example",
        "anna@[127.0.0.1]",
        "anna@localhost",
    ],
)
def test_what_is_no_address_is_refused(typed):
    assert is_refused(email, typed)


def test_addresses_compare_without_case_and_with_every_accent():
    assert email_fold("ANNA@Home.Example") == email_fold("anna@home.example")
    assert email_fold("josé@home.example") != email_fold("jose@home.example")
    assert email_fold("jose\u0301@home.example") == email_fold("josé@home.example")


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 (0)30 901820", "GB", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+442079460018", None, "+442079460018"),
        ("030 901820", None, None),  # of which country?
        ("+1 555 555 0100", "US", None),  # nobody's
        ("123 at the bar", "DE", None),
        ("9" * 60, "DE", None),
    ],
)
def test_a_phone_is_kept_as_given_and_in_full_when_it_is_real(typed, region, e164):
    kept = phone(typed, region=region, path=HERE)

    assert (kept.as_given, kept.e164) == (typed, e164)


def test_a_phone_is_found_however_it_is_said():
    assert phone("+49 30/901820", region=None, path=HERE).spellings == ("+49 30/901820", "+4930901820", "030 901820")
    assert phone("ask for 123", region="DE", path=HERE).spellings == ("ask for 123",)


@pytest.mark.parametrize("typed", ["", "none", "12", "9" * 61, "٠٣٠٩٠١٨٢٠", "030\x00901820"])
def test_what_is_no_phone_is_refused(typed):
    assert is_refused(phone, typed, region="DE")


@given(st.text(max_size=60))
def test_whatever_is_typed_as_a_phone_is_kept_or_refused(typed):
    try:
        kept = phone(typed, region="DE", path=HERE)
    except InvalidInput:
        return
    assert kept.e164 is None or kept.e164.startswith("+")
    assert kept.spellings


def test_an_address_is_checked_part_by_part():
    whole = Address(" Hauptstr. 5 ", "10827", "Berlin", "de").checked(path=HERE)

    assert whole == Address("Hauptstr. 5", "10827", "Berlin", "DE")
    for part, wrong in (
        ("street", Address(street="a\nb")),
        ("postalCode", Address(postal_code="1" * 21)),
        ("city", Address(city="x" * 201)),
        ("country", Address(country="Germany")),
    ):
        with pytest.raises(InvalidInput) as refused:
            wrong.checked(path=HERE)
        assert refused.value.path == ("here", part)


# Codes


def test_codes_of_the_world_are_kept_in_their_usual_case():
    assert language(" de ", path=HERE) == "de"
    assert language("pt-BR", path=HERE) == "pt-BR"
    assert country(" gb ", path=HERE) == "GB"
    assert country("", path=HERE) == ""
    assert currency("eur", path=HERE) == "EUR"
    assert zone(" America/Argentina/Buenos_Aires ", path=HERE) == "America/Argentina/Buenos_Aires"
    assert zone("UTC", path=HERE) == "UTC"


@pytest.mark.parametrize(
    ("check", "typed"),
    [
        *((language, typed) for typed in ("", "english", "xx", "DE", "de_DE", "../de", "root", "de\x00")),
        *((country, typed) for typed in ("ZZ", "EU", "XA", "DEU", "D", "12", "日本")),
        *((currency, typed) for typed in ("", "EU", "XXX", "XTS", "XAU", "ABC", "€")),
        *(
            (zone, typed)
            for typed in ("", "Berlin", "Europe", "europe/berlin", "../UTC", "/etc/localtime", "localtime")
        ),
        (zone, "Europe/Berlin\x00"),
        (zone, "x" * 1_000_000),
    ],
)
def test_what_is_no_code_is_refused(check, typed):
    assert is_refused(check, typed)


# Hours of a weekday


@pytest.mark.parametrize(
    ("stretch", "fault"),
    [
        (Stretch(0, 0, 60), "weekday"),
        (Stretch(8, 0, 60), "weekday"),
        (Stretch(1, -1, 60), "from"),
        (Stretch(1, 1440, 1440), "from"),
        (Stretch(1, 60, 60), "until"),
        (Stretch(1, 60, 59), "until"),
        (Stretch(1, 60, 1441), "until"),
    ],
)
def test_what_is_no_stretch_of_a_day_is_refused(stretch, fault):
    with pytest.raises(InvalidInput) as refused:
        stretch.must_make_sense(path=HERE)
    assert refused.value.path == ("here", fault)


def test_a_stretch_may_be_a_whole_day_or_a_minute():
    Stretch(1, 0, 1440).must_make_sense()
    Stretch(7, 1439, 1440).must_make_sense()


def test_stretches_may_touch_and_not_overlap():
    must_be_apart([Stretch(1, 60, 120), Stretch(1, 0, 60), Stretch(2, 60, 120)], path=HERE)
    with pytest.raises(InvalidInput) as refused:
        must_be_apart([Stretch(1, 60, 120), Stretch(2, 0, 60), Stretch(1, 0, 600)], path=HERE)
    assert refused.value.path == ("here", "0")
