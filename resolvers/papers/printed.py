"""Printed papers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper: what it is called, the PDF, and the hash of that in hex digits."""

    name: str
    content: bytes
    sha256: str
