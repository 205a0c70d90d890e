"""A nursery: a process that has read the whole program once, and of which every `vetdesk …` of the tests is a fork.

To start Python and to read all modules takes a second of processor each time, and is the same each time. So one process
for each worker of the tests does it, before there is any thread, loop, connection or setting, and forks when it is asked
to. What is forked goes the way of `python -m vetdesk` from its first line: it has the environment, the folder, the
standard streams and the signals that it would have had, and ends as it would have ended. It is not a child of the tests,
so the nursery tells them how it ended; and it ends with the nursery, which ends with the tests.

How the nursery is asked: one message for each start, which is JSON and four open files: where to tell the process id and
at last the exit code, and the three standard streams.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from tests.postgres import end_with_parent

ROOT = Path(__file__).parent.parent
_BORN_SECONDS = 60
_LONGEST_MESSAGE = 1 << 17
_NUMBER = struct.Struct("=i")


class Started(Protocol):
    """A process that was started, however that was: what the tests need of `subprocess.Popen`."""

    pid: int
    returncode: int | None

    def send_signal(self, how: int) -> None: ...
    def kill(self) -> None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...


def start(
    *words: str, environment: dict[str, str], streams: tuple[int, int, int], own_session: bool = False
) -> Started:
    """`vetdesk …`, from the nursery; the streams are what it will have as its standard input, output and error."""
    if sys.platform != "linux" or "COVERAGE_PROCESS_CONFIG" in os.environ:
        return start_plainly(*words, environment=environment, streams=streams, own_session=own_session)
    asked = {"words": words, "environment": environment, "own_session": own_session}
    return Forked(nursery.line(), asked, streams)


def start_plainly(
    *words: str, environment: dict[str, str], streams: tuple[int, int, int], own_session: bool = False
) -> Started:
    """`python -m vetdesk …`, started as an operator starts it."""
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        [sys.executable, "-m", "vetdesk", *words],
        cwd=ROOT,
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=own_session,
    )


class Forked:
    """A process that was forked from the nursery, and may be treated as one that was started plainly."""

    def __init__(self, line: socket.socket, asked: dict[str, Any], streams: tuple[int, int, int]) -> None:
        self.returncode: int | None = None
        self._told, tells = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with tells:
            socket.send_fds(line, [json.dumps(asked).encode()], [tells.fileno(), *streams])
        self._told.settimeout(_BORN_SECONDS)
        self.pid: int = self._number()

    def send_signal(self, how: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)

    def kill(self) -> None:
        """End it, and let it have no say in that."""
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code, or minus the signal that ended it."""
        if self.returncode is None:
            ready, _, _ = select.select([self._told], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("vetdesk", timeout or 0)
            self.returncode = self._number()
            self._told.close()
        return self.returncode

    def _number(self) -> int:
        told = self._told.recv(_NUMBER.size)
        if not told:
            raise RuntimeError("The nursery has ended; its last words are above.")
        number: int = _NUMBER.unpack(told)[0]
        return number


class _Nursery:
    """The nursery of this process, once somebody asks for one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def line(self) -> socket.socket:
        """Where it is asked."""
        if self._line is None:
            self._process, self._line = _a_nursery()
        return self._line

    def close(self) -> None:
        """End it, and whatever it has forked."""
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.wait()
            self._process = self._line = None


nursery = _Nursery()


def _a_nursery() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(its.fileno())],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("VETDESK_")},
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return process, ours


# ------------------------------------------------------------------------------------- within the nursery


def main(line: socket.socket) -> None:
    """Fork whatever is asked for until nobody is left to ask. In a fork this returns, and what it is to be begins."""
    _read_the_program()
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which stop what they started
    wakes, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([line.fileno(), wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
            _tell_who_ended(running)
        if line.fileno() not in ready:
            continue
        message, files, _, _ = socket.recv_fds(line, _LONGEST_MESSAGE, 4)
        if not message:
            os._exit(0)  # whoever still runs is ended by the system
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, interrupted)
            for each in (line, *running.values()):
                each.close()
            for number in (wakes, woken, files[0]):
                os.close(number)
            _become(json.loads(message), files[1:])
            return
        running[pid] = socket.socket(fileno=files[0])
        for stream in files[1:]:
            os.close(stream)
        running[pid].send(_NUMBER.pack(pid))


def _read_the_program() -> None:
    """Import whatever a process of the tests may need, but not `vetdesk.cli`: it looks at the terminal it is for."""

    import vetdesk.serving
    import vetdesk.watching.following  # noqa: F401  read, so that it is there

    gc.collect()
    gc.freeze()


def _tell_who_ended(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as tells, contextlib.suppress(OSError):
            tells.send(_NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    """Take over what a process is given by whoever starts it."""
    end_with_parent(signal.SIGKILL)
    if asked["own_session"]:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    # As Python makes them at its start: a terminal is written to line by line, anything else when there is enough.
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  for as long as the process lasts
    sys.stdout = _writer(1, "strict", unbuffered=unbuffered)
    sys.stderr = _writer(2, "backslashreplace", unbuffered=unbuffered)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]
    sys.argv = ["vetdesk", *asked["words"]]


def _writer(number: int, errors: str, *, unbuffered: bool) -> io.TextIOWrapper:
    raw = open(number, "wb", buffering=0 if unbuffered else -1, closefd=False)  # noqa: SIM115  as above
    by_the_line = os.isatty(number) or errors == "backslashreplace"
    return io.TextIOWrapper(raw, errors=errors, line_buffering=by_the_line, write_through=unbuffered)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _line:
        main(_line)
    runpy.run_module("vetdesk", run_name="__main__", alter_sys=True)
