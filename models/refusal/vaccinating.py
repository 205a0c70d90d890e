"""What can be wrong with a vaccination, and with the paper about it."""

from __future__ import annotations

from models.refusal.base import Refusal


class AlreadyVoided(Refusal):
    """What was named has been voided."""

    code = "ALREADY_VOIDED"
    sentence = "This has been voided and no longer counts. Please write it down anew."


class AlreadyCertified(Refusal):
    """A certificate that stands says what this vaccination is."""

    code = "ALREADY_CERTIFIED"
    sentence = "There is a certificate of this vaccination. Please void the certificate first."


class LicenceNeeded(Refusal):
    """Nobody knows the licence number of the vet who would sign."""

    code = "LICENCE_NEEDED"
    sentence = "A certificate names the licence of the vet. Please ask a manager to enter your licence number first."
