"""Drawing: an explanation as a tree: the cost, what each field reads, and each statement as it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from graph.ids import opened
from graph.reading.explain import MEANT
from graph.reading.explained import Root, Shows, Shut, Step
from graph.reading.steps import PARENTS
from vetdesk.explaining.asking import sentence_of
from vetdesk.explaining.layout import lines
from vetdesk.watching.plain import plain

if TYPE_CHECKING:
    from vetdesk.explaining.asking import Explanation

_HOW_MANY = {
    Shows.ONE: "one {kind}, from {table}",
    Shows.LIST: "a list of {kind}, from {table}",
    Shows.PAGE: "a page of {kind}, from {table}",
    Shows.PICKED: "{kind} by key, from {table}, read once for all that name them",
}
_NOT_MEANT = "; which rows, and in which order, is known when it is run"
_NOT_DONE = {"mutation": "; it is not done", "subscription": "; nothing is watched"}
_WIDEST = 10_000
_BELOW = {
    Shows.LIST: "a list of {kind} for each row above, from {table}",
    Shows.PAGE: "a page of {kind} for each row above, from {table}",
}


def draw(told: Explanation, out: Console) -> None:
    """Print the explanation."""
    # As wide as it is: a statement that is broken by the width of a terminal cannot be copied.
    wide = Console(file=out.file, width=_WIDEST, force_terminal=out.is_terminal, no_color=out.no_color)
    cost = told.cost
    head = Text.assemble(("cost ", "bold"), f"{cost['requested']} of at most {cost['limit']}")
    _print(head, wide)
    _print(
        Text(f"{told.kind}, at the {told.audience.value} door, as {told.role.value}{_NOT_DONE.get(told.kind, '')}"),
        wide,
    )
    if told.invented:
        names = ", ".join(f"${plain(name)}" for name in told.invented)
        _print(Text(f"made up, since --variables does not give it: {names}", style="yellow"), wide)
    for root in told.roots:
        _print(Text(""), wide)
        _print(_root(root, told), wide)


def _print(what: Any, out: Console) -> None:
    out.print(what, soft_wrap=True, highlight=False, markup=False)


def _root(root: Root, told: Explanation) -> Tree:
    names = _names(root, told)
    asked = told.asked[root.field]
    if len(root.steps) == 1 and not (root.shut or root.errors or asked):
        step, is_meant = root.steps[0]
        return _step(step, _HOW_MANY[step.shows], names, "" if is_meant else _NOT_MEANT)
    tree = Tree(Text(plain(root.field), style="bold"))
    for shut in root.shut:
        tree.add(_closed(shut))
    for error in root.errors:
        tree.add(Text(sentence_of(error), style="bold red"))
    if asked:
        branch = tree.add(Text("asks by itself, before rows are read"))
        for text in asked:
            branch.add(_statement(text))
    for step, is_meant in root.steps:
        tree.add(_step(step, _HOW_MANY[step.shows], names, "" if is_meant else _NOT_MEANT))
    if not (root.steps or root.shut or root.errors):
        tree.add(Text("reads no rows"))
    return tree


def _step(step: Step, words: str, names: Mapping[Any, str], more: str = "") -> Tree:
    title = Text.assemble(
        (plain(step.field), "bold"), ": ", words.format(kind=step.kind, table=step.table), more, _page(step)
    )
    tree = Tree(title)
    if step.refused is not None:
        tree.add(Text(sentence_of(step.refused), style="bold red"))
    if step.columns:
        tree.add(Text(f"columns {', '.join(step.columns)}"))
    for join in step.joins:
        way = "carried by its row" if join.is_carried else f"guarded by the rule for {join.table}"
        tree.add(Text(f"join {join.alias} = {join.table} by {join.column}, {way}"))
    for each in step.computed:
        tree.add(Text(f"computed {plain(each.field)} of {', '.join(each.columns)}"))
    if step.asked:
        tree.add(Text(f"asked once for all rows: {', '.join(map(plain, step.asked))}"))
    for shut in step.shut:
        tree.add(_closed(shut))
    if not step.statements and step.refused is None:
        tree.add(Text("read by the statement above"))
    for text, values in step.statements:
        tree.add(_statement(text, list(_said(text, values, step, names))))
    for below in step.below:
        tree.add(_step(below, _BELOW[below.shows], names))
    return tree


def _page(step: Step) -> str:
    if step.page is None:
        return ""
    way = "last" if step.page.goes_back else "first"
    told = [f"{way} {step.page.size}"]
    if step.page.beyond is not None:
        told.append(f"{'before' if step.page.goes_back else 'after'} a cursor")
    told += ["with their total"] if step.total else []
    told += ["with cursors"] if step.cursors else []
    return f" ({', '.join(told)})"


def _closed(shut: Shut) -> Text:
    return Text(f"closed {plain(shut.field)}: FORBIDDEN, only for {', '.join(sorted(shut.roles))}", style="yellow")


def _statement(text: str, values: list[str] | None = None) -> Text:
    drawn = Text()
    for number, line in enumerate(lines(text)):
        drawn.append(f"{chr(10) if number else ''}{line}", style="cyan")
    for number, value in enumerate(values or (), 1):
        drawn.append(f"\n  {'$' if '$1' in text else '?'}{number} = {value}", style="dim")
    return drawn


# The values


_MARK = re.compile(r"\?|\$\d+")


def _names(root: Root, told: Explanation) -> dict[Any, str]:
    """What each value that we know stands for."""
    viewer = told.viewer
    known: dict[Any, str] = {}
    for name, value in root.given.items():
        key = opened(value) if isinstance(value, str) else None
        for each in (value, key[1] if key else None):
            if isinstance(each, str | int | float) or hasattr(each, "bytes") or hasattr(each, "isoformat"):
                known[each] = f"`{name}`"
    ours = {
        viewer.account_id: "the viewer's account",
        viewer.client_id: "the viewer's client",
        viewer.staff_id: "the viewer's staff",
    }
    known |= {told.now: "now", PARENTS[0]: "the key of the row above", MEANT: "the key of the row that is meant"}
    known |= {value: words for value, words in ours.items() if value is not None}
    # As SQLite takes them.
    return known | {str(key): words for key, words in known.items() if hasattr(key, "bytes")}


def _said(text: str, values: tuple[Any, ...], step: Step, names: Mapping[Any, str]) -> Iterator[str]:
    sizes = set(_sizes(step))
    for mark, value in zip(_MARK.finditer(text), values, strict=True):
        before, after = text[: mark.start()], text[mark.end() :]
        is_shown = after.startswith(") shown") or before.endswith("shown WHERE place <= ")
        is_limit = before.endswith(("LIMIT ", "place <= "))
        if is_limit and is_shown and value in sizes:
            yield f"{value}, the page"
        elif is_limit and value - 1 in sizes:
            yield f"{value}, the page and one more"
        elif str(PARENTS[1]) in str(value):
            yield "the keys of the rows above"
        else:
            known = _known(value, names)
            yield known if known is not None else repr(value) if isinstance(value, str) else str(value)


def _sizes(step: Step) -> Iterator[int]:
    """Of the page that is asked for here, and of all below, for they may be asked for by the same statement."""
    if step.page is not None:
        yield step.page.size
    for below in step.below:
        yield from _sizes(below)


def _known(value: Any, names: Mapping[Any, str]) -> str | None:
    # 1 and True are one key, and no name is worth guessing for a number.
    return None if isinstance(value, bool | int | list) else names.get(value)
