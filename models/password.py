"""Passwords: what one must be like before it is kept as a hash."""

from __future__ import annotations

import re

from models.refusal import WeakPassword
from models.row import folded

SHORTEST = 12
LONGEST = 256

# What is tried first wherever twelve characters are asked for. Compared without case, spaces and digits at the end.
_COMMON = frozenset(
    """
    abcdefghijkl abcdefghijklm administrator changeme changemenow changemeplease correcthorsebatterystaple iloveyou
    iloveyoumore iloveyousomuch letmein letmeinnow letmeinplease passphrase password passwordpassword passwort
    passwortpasswort qwerty qwertyuiop qwertyuiopasdf qwertyuiopasdfgh qwertz qwertzuiop qwertzuiopue securepassword
    strongpassword superman temppassword veterinarian veterinary veterinarypractice vetdesk welcome welcomehome
    welcometo willkommen zaq1xsw2cde3 1qaz2wsx3edc 1q2w3e4r5t6y
    """.split()  # noqa: SIM905 - words are for reading
)
_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
_FEWEST_DIFFERENT = 5
_SHORTEST_NAME = 4


def must_be_strong(password: str, address: str) -> None:
    """Refuse a password that is easy to guess for whoever knows the address it belongs to.

    Source: NIST SP 800-63B 3.1.1.2: length counts, a list of common ones is checked, no mixture is demanded.

    Raises:
        WeakPassword: it has fewer than 12 or more than 256 characters, holds the name in the address, repeats itself,
            runs along the keyboard or the alphabet, or is among the most common.
    """
    # The length first: nothing below looks at more than 256 characters.
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(path=("password",))
    plain = folded(password).replace(" ", "")
    name = folded(address.partition("@")[0])
    if len(name) >= _SHORTEST_NAME and name in plain:
        raise WeakPassword("Please choose a password without your e-mail address in it.", path=("password",))
    if len(set(plain)) < _FEWEST_DIFFERENT or _repeats(plain) or _is_common(plain):
        raise WeakPassword(path=("password",))


def _repeats(plain: str) -> bool:
    """Whether it is one short piece over and over: `rexrexrexrex`."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 3 + 1))


def _is_common(plain: str) -> bool:
    bare = re.sub(r"[0-9\W_]+$", "", plain)
    if plain in _COMMON or bare in _COMMON:
        return True
    return any(plain in run or plain in run[::-1] for run in _RUNS)
