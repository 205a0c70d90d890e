"""The page of a certificate says at a glance whether it stands, and runs and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from resolvers.verifications import Standing, Verified
from vetdesk.papers.page import POLICY, of_certificate, of_trouble, words_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENGLISH = words_for("")
REX = Verified(
    number="123",
    pet="Rex",
    species="Dog",
    product="Nobivac Rabies",
    given_on=date(2026, 11, 22),
    valid_until=date(2029, 11, 22),
    practice="High Street Vets",
    issued_on=date(2026, 11, 22),
    standing=Standing.STANDS,
)
VOIDED = replace(REX, standing=Standing.VOIDED, voided_on=date(2026, 12, 1))
REPLACED = replace(VOIDED, standing=Standing.REPLACED, replaced_by="124")


@pytest.mark.parametrize(
    ("found", "tone", "title", "sentence"),
    [
        (REX, "good", "This certificate is genuine and stands", "High Street Vets issued it."),
        (VOIDED, "bad", "This certificate is void", "The practice withdrew it on 1 December 2026."),
        (REPLACED, "bad", "This certificate was replaced", "Certificate 124 stands in its place."),
        (
            replace(REX, valid_until=date(2026, 11, 20)),
            "mind",
            "This certificate is genuine, but no longer valid",
            "The day until which it was valid has passed.",
        ),
    ],
    ids=["stands", "voided", "replaced", "over"],
)
def test_the_page_says_first_whether_it_stands(found, tone, title, sentence):
    html = of_certificate(found, ENGLISH, now=NOW).html
    assert f'<header class="{tone}">' in html
    assert f"<h1>{title}</h1>" in html
    assert sentence in html
    for each in ("123", "Rex", "Dog", "Nobivac Rabies", "22 November 2026", "High Street Vets"):
        assert f"<dd>{each}</dd>" in html


@pytest.mark.parametrize(
    ("accepted", "language", "title", "label", "day"),
    [
        ("de-AT,en;q=0.5", "de", "Diese Bescheinigung ist echt und gilt", "Ausgestellt am", "22. November 2026"),
        ("es-MX", "es", "Este certificado es auténtico y está vigente", "Expedido el", "22 de noviembre de 2026"),
        ("en-US", "en", "This certificate is genuine and stands", "Issued on", "November 22, 2026"),
        ("fr,*", "en", "This certificate is genuine and stands", "Issued on", "22 November 2026"),
    ],
)
def test_the_page_is_in_the_language_of_whoever_looks(accepted, language, title, label, day):
    html = of_certificate(REX, words_for(accepted), now=NOW).html
    assert f'<html lang="{language}">' in html
    assert f"<h1>{title}</h1>" in html
    assert f"<dt>{label}</dt><dd>{day}</dd>" in html


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_last_day_counts_wherever_it_still_is(hour):
    last = replace(REX, valid_until=date(2026, 11, 22))
    day = datetime(2026, 11, 22, hour, tzinfo=UTC)
    assert last.holds_at(day)
    assert last.holds_at(day + timedelta(hours=12))
    assert not last.holds_at(day + timedelta(hours=36))
    assert replace(last, valid_until=None).holds_at(day + timedelta(days=9999))
    assert not replace(last, standing=Standing.VOIDED).holds_at(day)


def test_what_is_not_known_has_no_line():
    assert "Valid until" not in of_certificate(replace(REX, valid_until=None), ENGLISH, now=NOW).html


def test_a_name_is_never_taken_for_markup():
    html = of_certificate(replace(REX, pet='<script>alert("x")</script>', practice="<b>&"), ENGLISH, now=NOW).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize("page", [of_certificate(REPLACED, ENGLISH, now=NOW), of_trouble("many", ENGLISH)])
def test_the_page_runs_nothing_and_its_one_style_is_named_by_its_hash(page):
    html = page.html
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{hashed}'" in POLICY
    assert POLICY.startswith("default-src 'none';")
    assert "unsafe" not in POLICY
    for each in ("<script", "style=", "://", "<img", "<link", "onload"):
        assert each not in html
    assert 'name="viewport"' in html
