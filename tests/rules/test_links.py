"""A link to a paper opens that one, until it ends, and cannot be made by anybody else."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from models.row import uuid7
from resolvers import links
from resolvers.links import Link, LinkBroken, LinkEnded
from tests.doorkeeper import MINUTE, RULES, VAULT
from tests.world import NOW
from vetdesk.vault import SecretVault

TOKEN, OTHER = "q3Vw0b8RrT2kYcFf1uJx9A", "q3Vw0b8RrT2kYcFf1uJx9B"
HOME = "https://vet.example"


def link(token=TOKEN, now=NOW):
    url, ends_at = links.sealed(f"{HOME}/certificates/{token}/pdf", token, vault=VAULT, rules=RULES, now=now)
    return Link(url, ends_at, uuid7())


def given(made):
    asked = parse_qs(urlsplit(made.url).query)
    return {"until": asked["until"][0], "seal": asked["seal"][0]}


def opens(token=TOKEN, *, now=NOW, vault=VAULT, **said):
    links.must_open(token, **{**given(link()), **said}, vault=vault, now=now)
    return True


def test_a_link_is_good_for_a_quarter_of_an_hour():
    made = link()
    assert made.url.startswith(f"{HOME}/certificates/{TOKEN}/pdf?until=")
    assert made.ends_at == NOW + 15 * MINUTE
    assert opens()
    assert opens(now=made.ends_at - timedelta(seconds=1))
    for late in (made.ends_at, NOW + timedelta(days=400)):
        with pytest.raises(LinkEnded):
            opens(now=late)


@pytest.mark.parametrize(
    "said",
    [
        {"token": OTHER},
        {"until": str(int((NOW + timedelta(days=1)).timestamp()))},
        {"until": ""},
        {"until": "for ever"},
        {"until": "٣"},
        {"seal": ""},
        {"seal": "0" * 64},
        {"seal": "ünsinn 🐶 \udcff"},
        {"seal": given(link(OTHER))["seal"]},
    ],
    ids=str,
)
def test_a_link_that_was_changed_or_made_by_somebody_else_opens_nothing(said):
    with pytest.raises(LinkBroken):
        opens(**said)


def test_the_seal_of_another_practice_opens_nothing_here():
    with pytest.raises(LinkBroken):
        opens(vault=SecretVault("the secret of another practice, long"))


def test_a_seal_upon_nonsense_is_not_to_be_had():
    # Neither of a moment and a token that run into each other.
    made = given(link(f"1 {TOKEN}"))
    with pytest.raises(LinkBroken):
        opens(until=f"{made['until']} 1", seal=made["seal"])
