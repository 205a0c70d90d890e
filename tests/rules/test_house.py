"""The house keeps its own rules: each "only" of its layout, looked up in the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("models", "resolvers", "graph", "vetdesk")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Every file of the packages, by its path from the root."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), parsed(path)


def uses(tree: ast.Module, *names: str) -> bool:
    """Whether the code says one of these dotted names."""
    return not _said(tree).isdisjoint(names)


@cache
def _said(tree: ast.Module) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)}


def imports(tree: ast.Module, module: str) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == module:
            return True
    return False


def where(test) -> set[str]:
    return {path for path, tree in sources() if test(tree)}


def test_only_settings_reads_the_environment():
    assert where(lambda tree: uses(tree, "os.environ", "os.getenv")) == {"vetdesk/settings.py"}


def test_only_period_reads_the_clock():
    clocks = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "time.time_ns", "datetime.datetime.now")
    assert where(lambda tree: uses(tree, *clocks)) == {"models/period.py"}


def test_only_the_edges_ask_period_for_the_time():
    asking = {path for path, tree in sources("models", "resolvers", "graph") if uses(tree, "period.now")}
    assert asking == set()


def test_only_access_looks_at_roles_to_decide():
    asking = {
        path
        for path, tree in sources("resolvers")
        if uses(tree, "viewer.roles", "viewer.everywhere", "viewer.at", "viewer.roles_at")
    }
    assert asking == {"resolvers/access.py"}


def test_only_access_makes_rows():
    def makes(tree):
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        return any(isinstance(call.func, ast.Name) and call.func.id == "Rows" for call in calls)

    # `rows` only narrows what `access` has made.
    assert where(makes) == {"resolvers/access.py", "resolvers/rows.py"}


def test_only_refusals_turns_refusals_into_data():
    told = {path for path, tree in sources("graph") if imports(tree, "models") and uses(tree, "facts.SlotTaken")}
    assert told == {"graph/refusals.py"}


def test_only_wiring_chooses_adapters():
    chosen = ("SecretVault", "Argon2Passwords", "AccessTokens", "SmtpMail", "OutboxFolder", "printer")

    def makes(tree):
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        return any(isinstance(call.func, ast.Name) and call.func.id in chosen for call in calls)

    assert where(makes) == {"vetdesk/wiring.py"}


def test_statuses_move_only_through_their_own_methods():
    def assigns(tree):
        targets = [t for node in ast.walk(tree) if isinstance(node, ast.Assign) for t in node.targets]
        return any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets)

    assert {path for path, tree in sources("models", "resolvers") if assigns(tree)} == {"models/appointment.py"}


def test_a_broad_except_stands_only_in_an_outermost_loop():
    def broad(tree):
        handlers = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
        said = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        others = {"suppress(Exception)", "isinstance(error, Exception)"} & said
        return bool(others) or any(kind is None or ast.unparse(kind) == "Exception" for kind in handlers)

    assert where(broad) == {
        "graph/endpoint.py",  # a request
        "graph/live/asking.py",  # an operation over a connection
        "graph/live/hub.py",  # an answer that is pushed
        "graph/reading/careful.py",  # a field of an answer, as the specification has it
        "graph/reading/executor.py",  # an answer that is made again with care
        "vetdesk/feed.py",  # reading on in the trail
        "vetdesk/reading_log.py",  # writing down who has read what
        "vetdesk/worker.py",  # a round of letters
    }


def test_no_table_is_described_with_a_semicolon():
    # Tortoise keeps the first line of a model as the comment of its table, and divides SQL at each semicolon.
    for path, tree in sources("models"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"Row", "Model"}:
                assert ";" not in (ast.get_docstring(node) or "").split("\n")[0], f"{path}: {node.name}"


def test_every_file_fits_one_sentence_and_four_hundred_lines():
    long = {
        path: lines
        for path, _ in sources()
        if "migrations" not in path and (lines := (ROOT / path).read_text(encoding="utf-8").count("\n")) > 400
    }
    assert long == {}
    silent = {path for path, tree in sources() if "migrations" not in path and not ast.get_docstring(tree)}
    assert silent == set()


def test_the_overview_of_reading_speaks_of_each_of_its_files():
    overview = parsed(ROOT / "graph/reading/__init__.py")
    said = set(re.findall(r"`(\w+)`|^    (\w+) ", ast.get_docstring(overview, clean=False) or "", re.MULTILINE))
    files = {Path(path).stem for path, _ in sources("graph/reading")} - {"__init__"}
    assert files - {name for names in said for name in names} == set()
