"""Searches: whether a client is meant by what somebody typed, found by looking at every name, address and number."""

from __future__ import annotations

import re

from models.row import folded


def means(text: str, names: list[str], emails: list[str], phones: list[str]) -> bool:
    """Whether each word begins a word of a name, begins an e-mail address, or stands in a phone number."""
    words = _words(text)
    if not 2 <= len(" ".join(text.split())) <= 100 or len(words) > 8:
        return False
    return all(_finds(word, names, emails, phones) for word in words)


def _finds(word: str, names: list[str], emails: list[str], phones: list[str]) -> bool:
    asked = re.findall(r"\w+", folded(word))
    held = [each for name in names for each in re.findall(r"\w+", folded(name))]
    if asked and all(any(each.startswith(part) for each in held) for part in asked):
        return True
    if asked and any(folded(each).startswith(folded(word)) for each in emails):
        return True
    digits = "".join(re.findall(r"[0-9]", word))
    if len(digits) > 8:
        digits = digits.removeprefix("00")
    return len(digits) >= 4 and any(digits in re.sub(r"[^0-9]", "", each) for each in phones)


def _words(text: str) -> list[str]:
    """The words of a text, of which a number that was typed in groups is one."""
    words: list[str] = []
    rest = text.split()
    while rest:
        length = 1
        if re.match(r"[+(]?[0-9]", rest[0]):
            of_number = next(
                (at for at, each in enumerate(rest) if not re.fullmatch(r"[0-9()/.+\-]+", each)), len(rest)
            )
            length = max([at + 1 for at in range(of_number) if re.search(r"[0-9)]$", rest[at])], default=1)
        words.append(" ".join(rest[:length]))
        rest = rest[length:]
    return words
