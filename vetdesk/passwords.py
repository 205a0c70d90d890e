"""Passwords: hashed slowly, in a few threads of their own, so that nobody else waits."""

from __future__ import annotations

import asyncio
import base64
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

LONGEST = 256
# Source: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB, two passes, one lane: about 30 ms.
_TIME_COST, _MEMORY_COST, _PARALLELISM = 2, 19_456, 1


class Argon2Passwords:
    """argon2id. `threads` hashes run at once and no more, each with 19 MiB; the others wait their turn.

    The threads are its own rather than counted turns in a shared pool: a request that is cancelled gives its turn
    back at once, while its hash still runs.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._hash = PasswordHash((Argon2Hasher(_TIME_COST, _MEMORY_COST, _PARALLELISM),))
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="passwords")
        self._nobodys = _hash_of_nothing()

    async def hashed(self, password: str) -> str:
        """The hash to keep."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hash.hash, _as_bytes(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; without a kept hash the answer is no, after the same time."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._matches, password, kept)

    def _matches(self, password: str, kept: str | None) -> bool:
        fits = len(password) <= LONGEST
        against = kept if kept is not None and fits else self._nobodys
        try:
            matches = self._hash.verify(_as_bytes(password[:LONGEST]), against)
        except UnknownHashError:
            return False
        return matches and fits and kept is not None


def _as_bytes(password: str) -> bytes:
    # One form for what different keyboards send for the same letters. Source: NIST SP 800-63B 3.1.1.2.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _hash_of_nothing() -> str:
    """A hash that no password has, and that takes as long to check as any other."""
    salt, digest = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_MEMORY_COST},t={_TIME_COST},p={_PARALLELISM}${salt}${digest}"
