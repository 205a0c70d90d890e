"""What every test may ask for: a database of its own, on the kind of database this run is about."""

from __future__ import annotations

import gc
import json
import os
from collections import Counter
from pathlib import Path
from typing import cast

import hypothesis
import pytest

from tests.databases import Databases, Dialect
from tests.nursery import nursery
from vetdesk.database import connect

# The same examples on every machine, and no verdict by the clock.
hypothesis.settings.register_profile("vetdesk", derandomize=True, deadline=None)
hypothesis.settings.load_profile("vetdesk")

ROWS = {"database", "migrated_database", "empty_database"}
DIALECT = cast("Dialect", os.environ.get("VETDESK_TEST_DATABASE", "sqlite"))


class Run:
    """What this run is about, and what came of it."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.outcomes: dict[str, str] = {}
        self.row_tests: set[str] = set()

    def note(self, report: pytest.TestReport) -> None:
        """Take in one phase of one test; the worst phase counts."""
        outcome = report.outcome
        if outcome == "passed" and report.when != "call":
            return
        if self.outcomes.get(report.nodeid) != "failed":
            self.outcomes[report.nodeid] = outcome
        if outcome != "skipped" and ("rows", True) in report.user_properties:
            self.row_tests.add(report.nodeid)

    def write(self, path: Path) -> None:
        """Write what came of it, for `tests.both`."""
        totals = Counter(self.outcomes.values())
        path.write_text(json.dumps({"row_tests": sorted(self.row_tests), **totals}))


_RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    if DIALECT not in ("sqlite", "postgres"):
        raise pytest.UsageError(f"VETDESK_TEST_DATABASE is {DIALECT}; it must be sqlite or postgres.")
    started = getattr(config, "workerinput", {}).get("databases")
    databases = Databases(DIALECT, started)
    config.stash[_RUN] = Run(databases)
    if started is None:
        databases.start()
        config.pluginmanager.register(_Reporter(config.stash[_RUN]), "vetdesk-reporter")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    node.workerinput["databases"] = node.config.stash[_RUN].databases._started


def pytest_unconfigure(config: pytest.Config) -> None:
    nursery.close()
    run = config.stash.get(_RUN, None)
    if run is None:
        return
    run.databases.close()
    if hasattr(config, "workerinput"):
        return
    run.databases.stop()
    if path := os.environ.get("VETDESK_TEST_RESULT"):
        run.write(Path(path))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark row tests, and leave out what this database cannot tell."""
    only_rows = bool(os.environ.get("VETDESK_TEST_ONLY_ROWS"))
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        only_on = item.get_closest_marker("only_on")
        rows = only_on is None and not ROWS.isdisjoint(getattr(item, "fixturenames", ()))
        if rows:
            item.add_marker("rows")
            item.user_properties.append(("rows", True))
        wanted = only_on.args == (DIALECT,) if only_on else rows or not only_rows
        (kept if wanted else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there now stays until the end: whoever looks for garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # the same is spared a server, see vetdesk/serving.py


class _Reporter:
    """Hears every report once: in the controlling process, or in the only one."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.run.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.run.outcomes[report.nodeid] = "failed"


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Databases:
    """Makes databases beyond the one a test is given."""
    return pytestconfig.stash[_RUN].databases


@pytest.fixture
async def database(anyio_backend, databases: Databases):
    """A migrated database without rows, and the models connected to it."""
    async with databases.migrated() as made, connect(made.url):
        yield made


@pytest.fixture
async def migrated_database(anyio_backend, databases: Databases):
    """A database with every table and no row; nothing is connected to it."""
    async with databases.migrated() as made:
        yield made


@pytest.fixture
async def empty_database(anyio_backend, databases: Databases):
    """A database without tables; nothing is connected to it."""
    async with databases.empty() as made:
        yield made


@pytest.fixture
def server_log(databases: Databases):
    """Tells what the database server wrote since the test began."""
    before = len(databases.server_log())
    return lambda: databases.server_log()[before:]
