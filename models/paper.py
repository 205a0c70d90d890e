"""Papers: what is printed on the paper of the practice for somebody to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.logo import Logo


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes, at the head of every paper; what is not known is empty. `address` is a line for each line."""

    practice: str
    location: str
    address: Sequence[str]
    phone: str
    email: str = ""
    logo: Logo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper, ready to be printed: all its text is in its language already.

    `template` names what it is set with. `labels` are the words that stand on every such paper, `facts` what this one
    says; `code` is what its QR code holds, "" for none. It is dated as it says, so equal papers give equal bytes.
    """

    template: str
    language: str
    letterhead: Letterhead
    labels: Mapping[str, str]
    facts: Mapping[str, Any]
    dated: datetime
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What stands in a letter: a referral, or how to care for a pet at home.

    `kind` says above the title what it is. `about` is pairs of a label and a value, such as ("Animal", "Biscuit, Border
    Terrier"), shown above the text; empty values are left out. `signature` is the lines under which somebody signs.
    `mark` stands large across a paper that does not count, and `mark_in_words` says why; both are "" where it counts.
    """

    kind: str
    title: str
    written_on: str
    addressee: Sequence[str]
    about: Sequence[tuple[str, str]]
    paragraphs: Sequence[str]
    signature: Sequence[str]
    mark: str = ""
    mark_in_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step of a plan: what, by when, and in words what came of it, "" while it is open."""

    what: str
    due_on: str
    outcome: str
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What stands in a treatment plan; see `LetterFacts` for what both have. `notice` says that it has ended."""

    kind: str
    title: str
    about: Sequence[tuple[str, str]]
    goal: str
    notice: str
    steps: Sequence[PlannedStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class SumLine:
    """A line of a table of sums: what it is about, below that `note` in small letters, and a text for each column."""

    what: str
    note: str = ""
    cells: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SumTable:
    """A table of sums. Of `columns` the first is as wide as can be, the others hold the cells of the lines.

    `totals` are pairs of a label and a sum, below the last line and nowhere else; the last of them is what counts.
    """

    columns: Sequence[str]
    lines: Sequence[SumLine]
    totals: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFacts:
    """What stands on a paper of money: an invoice, a credit note, a receipt, a statement.

    `about` is pairs of a label and a value; `notices` are sentences above the tables, `closing` those below. `seller` is
    the lines of who invoices, takes or states, and `seller_about` what else has to be known of them.
    """

    title: str
    addressee: Sequence[str]
    about: Sequence[tuple[str, str]]
    notices: Sequence[str]
    tables: Sequence[SumTable]
    closing: Sequence[str]
    seller: Sequence[str]
    seller_about: Sequence[tuple[str, str]]
