"""Sign-ins: who can be tried out in the demo practice."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "seven lazy hedgehogs"  # noqa: S105 - printed for everybody to read
"""The password of everybody on the team."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the staff who can sign in, by role."""

    role: str
    name: str
    email: str


STAFF = (
    SignIn("manager", "Helen Marsh", "helen@tworivers.example"),
    SignIn("receptionist", "Tobias Kern", "tobias@tworivers.example"),
    SignIn("nurse", "Aoife Brennan", "aoife@tworivers.example"),
    SignIn("vet", "Ruth Adeyemi", "ruth@tworivers.example"),
)
"""One of each role, the one who may do most first."""

OWNER = "olivia.bennett@post.example"
"""An owner with three pets, past visits and a coming one, an invoice that waits to be paid,
and a cat whose booster is due in 30 days."""
