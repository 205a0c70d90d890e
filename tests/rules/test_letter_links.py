"""Links in letters: each opens what it was made for, for whom it was made, and nothing else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from models.row import uuid7
from resolvers import letter_links
from resolvers.letter_links import BookLink, LinkBroken, VisitLink
from tests.doorkeeper import VAULT
from vetdesk.vault import SecretVault

APPOINTMENT, CLIENT, MESSAGE, REMINDER = (UUID(int=number) for number in (11, 22, 33, 44))
MONDAY_AT_TEN = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)
URL = "https://practice.test"


def a_token(url):
    return url.rsplit("/", 1)[1]


def to_visit(vault=VAULT):
    return a_token(letter_links.visit(APPOINTMENT, CLIENT, MONDAY_AT_TEN, vault=vault, public_url=URL))


def to_book(vault=VAULT):
    return a_token(letter_links.book(REMINDER, CLIENT, vault=vault, public_url=URL))


def to_unsubscribe(vault=VAULT):
    return a_token(letter_links.unsubscribe(MESSAGE, vault=vault, public_url=URL))


OPENED = (
    (to_visit, letter_links.opened_visit, VisitLink(APPOINTMENT, CLIENT, MONDAY_AT_TEN)),
    (to_book, letter_links.opened_book, BookLink(REMINDER, CLIENT)),
    (to_unsubscribe, letter_links.opened_unsubscribe, MESSAGE),
)


def test_each_link_has_an_address_of_its_own():
    assert letter_links.visit(APPOINTMENT, CLIENT, MONDAY_AT_TEN, vault=VAULT, public_url=URL) == (
        f"{URL}/visits/{to_visit()}"
    )
    assert letter_links.book(REMINDER, CLIENT, vault=VAULT, public_url=URL) == f"{URL}/book/{to_book()}"
    assert letter_links.unsubscribe(MESSAGE, vault=VAULT, public_url=URL) == f"{URL}/unsubscribe/{to_unsubscribe()}"


@pytest.mark.parametrize(("made", "opened", "held"), OPENED)
def test_a_link_holds_what_it_was_made_for(made, opened, held):
    assert opened(made(), vault=VAULT) == held


@pytest.mark.parametrize(("made", "opened", "held"), OPENED)
def test_a_link_made_for_something_else_opens_nothing(made, opened, held):
    for other, _, of_other in OPENED:
        if of_other != held:
            with pytest.raises(LinkBroken):
                opened(other(), vault=VAULT)


@pytest.mark.parametrize(("made", "opened", "held"), OPENED)
def test_a_link_changed_in_any_letter_is_broken(made, opened, held):
    token = made()
    for place, letter in enumerate(token):
        for other in {"A", "b", "-", "9"} - {letter}:
            with pytest.raises(LinkBroken):
                opened(token[:place] + other + token[place + 1 :], vault=VAULT)


@pytest.mark.parametrize(("made", "opened", "held"), OPENED)
def test_a_link_is_written_in_one_way_only(made, opened, held):
    token = made()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [token[:-1] + letter for letter in last if letter != token[-1]]
    for other in (*others, token + "=", token + "==", token + "A", token[:-1], " " + token, token + "\n", "", "ü" * 80):
        with pytest.raises(LinkBroken):
            opened(other, vault=VAULT)


@pytest.mark.parametrize(("made", "opened", "held"), OPENED)
def test_a_link_of_another_practice_is_broken(made, opened, held):
    with pytest.raises(LinkBroken):
        opened(made(vault=SecretVault("the secret of another practice, long")), vault=VAULT)


@pytest.mark.parametrize("opened", [opened for _, opened, _ in OPENED])
def test_what_is_too_long_is_not_a_link(opened):
    with pytest.raises(LinkBroken):
        opened("A" * 1_000_000, vault=VAULT)


def test_no_link_ends_in_a_mark_that_a_mail_program_would_leave_out():
    for _ in range(200):
        for url in (
            letter_links.visit(uuid7(), uuid7(), MONDAY_AT_TEN, vault=VAULT, public_url=URL),
            letter_links.book(uuid7(), uuid7(), vault=VAULT, public_url=URL),
            letter_links.unsubscribe(uuid7(), vault=VAULT, public_url=URL),
        ):
            assert url[-1].isalnum(), url
