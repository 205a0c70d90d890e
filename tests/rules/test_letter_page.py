"""The page of a letter can be read by everybody: its colours stand out, and it grows with the reader's letters."""

from __future__ import annotations

import re
from pathlib import Path

import resolvers.letters

PAGE = (Path(resolvers.letters.__file__).parent / "texts" / "letter.html").read_text(encoding="utf-8")
ENOUGH = 4.5
"""How many times lighter than its ink a page is at least. Source: WCAG 2.2, 1.4.3."""


def light(colour):
    """The relative luminance of a colour. Source: WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_ink_stands_out_from_the_paper():
    [paper] = set(re.findall(r"background:(#[0-9a-f]{6})", PAGE))
    inks = set(re.findall(r"(?<![-\w])color:(#[0-9a-f]{6})", PAGE))
    assert len(inks) == 3
    assert {ink: (light(paper) + 0.05) / (light(ink) + 0.05) >= ENOUGH for ink in inks} == dict.fromkeys(inks, True)


def test_a_table_has_heads_for_its_rows_and_nothing_has_a_width_of_its_own():
    assert PAGE.count("<table") == 2
    assert PAGE.count("<th ") == PAGE.count('<th scope="row"') == 2
    assert "<caption" in PAGE
    assert not re.search(r"(?<!-)(?:width|height):\d+px", PAGE)
    assert 'content="width=device-width, initial-scale=1"' in PAGE
    assert not re.search(r"<(?:img|script|link|style|iframe)\b", PAGE)
