"""The practice's own words hold placeholders and marks that the letter knows, and nothing else of a template."""

from __future__ import annotations

import pytest

from models import Letter
from models.refusal import InvalidInput
from resolvers.letters import own

CARE, BOOKED = Letter.CARE_REMINDER, Letter.APPOINTMENT_BOOKED


def refusal(subject="Hello", body="[due]", letter=CARE, *, of_a_rule=False):
    with pytest.raises(InvalidInput) as refused:
        own.words(letter, subject, body, of_a_rule=of_a_rule)
    return refused.value


def body(text, **more):
    return refusal(body=f"Hello,\n\n{text}\n\n[due]", **more).message


def test_a_text_is_filled_and_keeps_its_line_breaks():
    words = own.words(
        BOOKED,
        "{{ pet }} on {{day}}",
        "Dear {{ client }},\n  we see {{ pet }}\tsoon: 100 % { sure } [perhaps].  \n \n\n[visit]\n\n[links]\n\nBye\n",
        of_a_rule=False,
    )
    subject, paragraphs = words.filled({"pet": "{{ client }}", "day": "Monday", "client": "[visit]"})
    assert subject == "{{ client }} on Monday"
    assert paragraphs == [
        ("", "Dear [visit],\nwe see {{ client }}\tsoon: 100 % { sure } [perhaps]."),
        ("visit", ""),
        ("links", ""),
        ("", "Bye"),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{% if client %}x{% endif %}", "{%"),
        ("{% raw %}{{ pets }}{% endraw %}", "{%"),
        ("{% include 'letter.html' %}", "{%"),
        ("{% set pets = 1 %}", "{%"),
        ("{# remark #}", "{#"),
        ("{{- pets -}}", "{{-"),
        ("{{ pets|upper }}", "{{ pets|upper }}"),
        ("{{ pets.__class__ }}", "{{ pets.__class__ }}"),
        ("{{ pets['x'] }}", "{{ pets['x'] }}"),
        ("{{ pets() }}", "{{ pets() }}"),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        ("{{ 'pets' }}", "{{ 'pets' }}"),
        ("{{ true }}", "{{ true }}"),
        ("{{ none }}", "{{ none }}"),
        ("{{ pets, client }}", "{{ pets, client }}"),
        ("{{ pets if client else phone }}", "{{ pets if client else phone }}"),
        ("{{ not pets }}", "{{ not pets }}"),
        ("{{ }}", "{{  }}"),
        ("{{ " + "(" * 2000 + "pets" + ")" * 2000 + " }}", "{{ ((("),
        ("{{ pets", "{{"),
        ("{{\npets }}", "{{ \npets }}"),
        ("{{ {{ pets }} }}", "{{"),
    ],
)
def test_anything_else_of_a_template_is_refused_with_its_line(text, named):
    said = body(text)
    assert said.startswith("Line 3: ")
    assert named in said


@pytest.mark.parametrize("name", ["pet", "practise", "self", "loop", "range", "cycler", "namespace", "what", "código"])
def test_a_placeholder_that_the_letter_does_not_know_is_refused_with_those_it_knows(name):
    assert body(f"one\n{{{{ {name} }}}}") == (
        f"Line 4: {{{{ {name} }}}} is not known here. Known are {{{{ practice }}}}, {{{{ client }}}}, {{{{ pets }}}}, {{{{ phone }}}}."
    )


def test_words_for_one_rule_may_say_what_is_due():
    own.words(CARE, "{{ what }}", "[due]", of_a_rule=True)
    assert "{{ what }}" in body("{{ whatever }}", of_a_rule=True)


def test_a_subject_is_looked_at_as_well():
    refused = refusal("Hello {{ pet }}")
    assert (refused.path, refused.message[:26]) == (("subject",), "Line 1: {{ pet }} is not k")
    assert refusal("{% if x %}").path == ("subject",)
    assert refusal("").path == refusal("x" * 151).path == refusal("a\nb").path == ("subject",)


def test_a_text_is_neither_empty_nor_too_long():
    assert refusal(body="").path == ("body",)
    assert refusal(body="x" * 5001 + "\n\n[due]").path == ("body",)
    assert refusal(body="a\x00b\n\n[due]").path == ("body",)


@pytest.mark.parametrize(("letter", "mark"), [(letter, own.marks(letter)[0]) for letter in sorted(own.EDITABLE)])
def test_without_its_mark_nobody_would_read_what_a_letter_is_about(letter, mark):
    assert refusal(body="Hello,\n\nsee you.", letter=letter).message == (
        f"Please put [{mark}] into the text, alone between empty lines: without it nobody reads what it is about."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See [due] here.", "Line 3: [due] must stand alone between empty lines."),
        ("one\n[due]", "Line 4: [due] must stand alone between empty lines."),
        ("[due]", "Line 5: [due] stands there twice. Please leave one out."),
        ("[visit]", "Line 3: [visit] is not known here. Known are [due]."),
        ("[deu]", "Line 3: [deu] is not known here. Known are [due]."),
    ],
)
def test_a_mark_stands_once_and_alone(text, said):
    assert body(text) == said


def test_a_visit_that_is_over_has_no_links():
    assert refusal(letter=Letter.APPOINTMENT_CANCELLED, body="[visit]\n\n[links]").message == (
        "Line 3: [links] is not known here. Known are [visit]."
    )
    own.words(Letter.COMING_VISIT, "Soon", "[visit]\n\n[links]", of_a_rule=False)


@pytest.mark.parametrize("letter", [Letter.SIGN_IN_CODE, Letter.INVITATION])
def test_codes_and_invitations_are_always_in_our_words(letter):
    refused = refusal(letter=letter)
    assert (refused.path, refused.message) == (
        ("letter",), "This letter is always written in our words. Please choose another one.",
    )  # fmt: skip
