"""`python -m tests.audit`: the npm original of the graphql-http audits, against a real server in a folder of its own.

With arguments the audits run against those addresses instead: `python -m tests.audit http://127.0.0.1:8000/staff/graphql`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PATHS = ("/staff/graphql", "/owner/graphql")
START_SECONDS = 90.0


def main(addresses: list[str]) -> int:
    """The number of addresses at which an audit fails."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            print(f"The audits need {tool}; `make test` runs the same ones without it.")
            return 1
    with tempfile.TemporaryDirectory(prefix="vetdesk-audit-") as folder:
        script = _installed(Path(folder))
        if addresses:
            return _failures(script, addresses)
        with _server(Path(folder)) as base:
            return _failures(script, [base + path for path in PATHS])


def _failures(script: Path, addresses: list[str]) -> int:
    return sum(subprocess.run(["node", script, address], check=False).returncode != 0 for address in addresses)


def _installed(folder: Path) -> Path:
    """The script, beside the packages that `package.json` names."""
    print("Fetching graphql-http …", flush=True)
    shutil.copy(HERE / "package.json", folder)
    quiet = ["--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--loglevel=error"]
    subprocess.run(["npm", "install", "--prefix", folder, *quiet], check=True, stdout=subprocess.DEVNULL)
    return Path(shutil.copy(HERE / "audit.mjs", folder))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A development server on a free port, with a migrated database and nothing in it; its address."""
    port = _free_port()
    here = {
        "VETDESK_MODE": "development",
        "VETDESK_PORT": str(port),
        "VETDESK_DATA_FOLDER": str(folder / "data"),
        "VETDESK_DATABASE_URL": f"sqlite:///{folder / 'data' / 'vetdesk.sqlite3'}",
        "VETDESK_SECRET": "only-for-the-audits-0123456789-0123456789",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VETDESK_")}
    environment = {**kept, **here}
    program = [sys.executable, "-m", "vetdesk"]
    (folder / "data").mkdir()
    subprocess.run([*program, "migrate"], check=True, env=environment, stdout=subprocess.DEVNULL)
    with (folder / "server.log").open("w+b") as output:
        process = subprocess.Popen([*program, "serve", "--no-worker"], env=environment, stdout=output, stderr=output)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(process, f"{base}/readyz", Path(output.name))
            yield base
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], address: str, output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"The server did not become ready:\n{output.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
