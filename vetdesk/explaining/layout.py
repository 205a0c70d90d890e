"""Layout: a statement as people write it, a line for each clause; nothing but its spaces is changed."""

from __future__ import annotations

import re

# A quoted text, or a place at which a line may begin or end.
_PLACES = re.compile(
    r"'(?:[^']|'')*'|\((?=SELECT\b)|[()]|, |"
    r"(?<!\S)(?:WITH|SELECT|FROM|LEFT JOIN|(?<!LEFT )JOIN|WHERE|GROUP BY|ORDER BY|LIMIT|OFFSET|UNION ALL)\b"
)
_INDENT = "  "
_LONGEST = 96


def lines(text: str) -> list[str]:
    """The statement in lines; what is selected within parentheses stands further in."""
    return _Page().written(" ".join(text.split()))


class _Page:
    """A page on which one statement is written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._open: list[bool] = []  # of each open parenthesis, whether a statement stands in it

    def written(self, text: str) -> list[str]:
        """The statement in lines."""
        done = 0
        for place in _PLACES.finditer(text):
            self._line += text[done : place.start()]
            self._write(place.group(), selects=text.startswith("SELECT", place.end()))
            done = place.end()
        return [*self._lines, self._line + text[done:]]

    def _write(self, found: str, *, selects: bool) -> None:
        if found == "(":
            self._line += "("
            self._open.append(selects)
            if selects:
                self._break()
        elif found == ")":
            if self._open and self._open.pop():
                self._break()
            self._line += ")"
        elif found == ", ":
            self._line += ", "
            if self._is_at_clauses and len(self._line) > _LONGEST:
                self._break(further=1)
        else:
            if self._is_at_clauses and not found.startswith("'"):
                self._break()
            self._line += found

    @property
    def _is_at_clauses(self) -> bool:
        return not self._open or self._open[-1]

    def _break(self, *, further: int = 0) -> None:
        if self._line.strip():
            self._lines.append(self._line.rstrip())
        self._line = _INDENT * (sum(self._open) + further)
