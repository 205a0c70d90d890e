"""`python -m tests.both [--coverage] [what pytest takes]`: the whole suite on SQLite and, beside it, on PostgreSQL.

On PostgreSQL only the tests that touch rows run, for the others do not know the difference. The run fails when a
test fails, and when a test that touches rows ran on one database and not on the other. The last line is the total.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.postgres import end_with_parent

ROOT = Path(__file__).resolve().parent.parent


@dataclass(eq=False)
class Run:
    """One run of pytest in a process group of its own, on one database."""

    dialect: str
    folder: Path
    arguments: list[str]
    coverage: bool
    started: float = field(default_factory=time.monotonic)
    lasted: float = 0.0
    process: subprocess.Popen[str] = field(init=False)
    printer: threading.Thread = field(init=False)

    def start(self) -> None:
        """Start it; its output comes through line by line, each marked with the database."""
        # Two workers each, so that a core has work while a test waits for its database; coverage sees one process only.
        # Whoever is done first takes over half of what the other still has to do, so that both end together.
        alone = self.coverage or any(one.startswith("-n") for one in self.arguments)
        workers = [] if alone else ["-n", "2", "--dist", "worksteal"]
        pytest = ["-m", "pytest", "-q", "-o", f"cache_dir=.pytest_cache/{self.dialect}", *workers, *self.arguments]
        command = [sys.executable, *(["-m", "coverage", "run"] if self.coverage else []), *pytest]
        environment = os.environ | {
            "PYTHONUNBUFFERED": "1",
            # What is read of the tests is kept, wherever this runs: reading it anew takes each process six seconds.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "read"),
            "VETDESK_TEST_DATABASE": self.dialect,
            "VETDESK_TEST_ONLY_ROWS": "1" if self.dialect == "postgres" else "",
            "VETDESK_TEST_RESULT": str(self._result_file),
        }
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGKILL),  # noqa: PLW1509  one call, no locks
        )
        self.printer = threading.Thread(target=self._print, daemon=True)
        self.printer.start()

    def finish(self) -> None:
        """Wait for its end, then end whatever it left running."""
        self.process.wait()
        self.lasted = time.monotonic() - self.started
        self.end(signal.SIGKILL)
        self.printer.join(5)

    def end(self, how: signal.Signals) -> None:
        """Signal the whole group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, how)

    def totals(self) -> Totals:
        """What came of it; a run that ended badly without saying why counts as one failure more."""
        try:
            result = json.loads(self._result_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            result = {}
        failed = result.get("failed", 0)
        # 5 means that no test was chosen, which is fine when the arguments choose tests that touch no rows.
        if self.process.returncode not in (0, 5) and not failed:
            failed = 1
        return Totals(
            result.get("passed", 0),
            failed,
            result.get("skipped", 0),
            frozenset(result.get("row_tests", ())),
        )

    @property
    def _result_file(self) -> Path:
        return self.folder / f"{self.dialect}.json"

    def _print(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            print(f"{self.dialect:>8} │ {line}", end="", flush=True)


@dataclass(frozen=True)
class Totals:
    """How many tests passed, failed and were skipped, and which of those that ran touched rows."""

    passed: int
    failed: int
    skipped: int
    row_tests: frozenset[str]

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    """Run both and say what came of it; 0 when everything passed on both."""
    coverage = "--coverage" in arguments
    arguments = [argument for argument in arguments if argument != "--coverage"]
    if coverage:
        _coverage("erase")
    # The one who asks us to stop should find nothing still running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A shell starts its background jobs deaf to Ctrl-C, and they would pass that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="both"))
    runs = [Run(dialect, folder, arguments, coverage) for dialect in ("sqlite", "postgres")]
    try:
        _run(runs)
        if coverage:
            _coverage("combine", "--quiet")
            _coverage("report")
        return _conclude({run: run.totals() for run in runs})
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(runs: list[Run]) -> None:
    started: list[Run] = []
    try:
        for run in runs:
            run.start()
            started.append(run)
        for run in runs:
            run.finish()
    except BaseException:
        _stop(started)
        raise


def _stop(runs: list[Run]) -> None:
    """Ask both groups to stop, as Ctrl-C would, and make them when they take too long."""
    for run in runs:
        run.end(signal.SIGINT)
    until = time.monotonic() + 5
    for run in runs:
        with suppress(subprocess.TimeoutExpired):
            run.process.wait(max(0.1, until - time.monotonic()))
        run.end(signal.SIGKILL)


def _conclude(results: dict[Run, Totals]) -> int:
    print()
    for run, totals in results.items():
        print(f"{run.dialect:>8} │ {totals}, {len(totals.row_tests)} of them touched rows, in {run.lasted:.0f} s")
    sqlite, postgres = (totals.row_tests for totals in results.values())
    for dialect, missing in (("PostgreSQL", sqlite - postgres), ("SQLite", postgres - sqlite)):
        if missing:
            print(f"Not run on {dialect}, though they touch rows: {', '.join(sorted(missing))}")
    uneven = bool(sqlite ^ postgres)
    total = Totals(
        sum(totals.passed for totals in results.values()),
        # Rows tried on one database only are a failure of the suite, and must show in the total.
        sum(totals.failed for totals in results.values()) + uneven,
        sum(totals.skipped for totals in results.values()),
        frozenset(),
    )
    print(total)
    return 1 if total.failed or not total.passed else 0


def _coverage(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
