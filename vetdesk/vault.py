"""The vault: what must not be readable in the database is sealed under the secret of the practice."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "1."
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """Something in the database was sealed under another secret, or was tampered with."""


class SecretVault:
    """Seals with AES-256-GCM and digests with HMAC-SHA-256, each under a key of its own drawn from the secret.

    Source: NIST SP 800-38D (GCM, a random nonce of 96 bits), RFC 5869 (HKDF).
    """

    def __init__(self, secret: str) -> None:
        self._seals = AESGCM(_drawn(secret, "vetdesk seal 1"))
        self._digests = _drawn(secret, "vetdesk digest 1")

    def seal(self, text: str) -> str:
        """The text, sealed; the same text never looks the same twice."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._seals.encrypt(nonce, text.encode(), None)
        return _VERSION + base64.urlsafe_b64encode(sealed).decode()

    def unseal(self, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            SealBroken: it was sealed under another secret, or changed since.
        """
        try:
            if not sealed.startswith(_VERSION):
                raise SealBroken("This was not sealed by us.")
            raw = base64.b64decode(sealed.removeprefix(_VERSION), altchars=b"-_", validate=True)
            return self._seals.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise SealBroken(
                "The database was sealed with another VETDESK_SECRET. Start with the secret it was made with."
            ) from None

    def digest(self, purpose: str, text: str) -> str:
        """64 hex digits that prove knowledge of the text, and differ by purpose."""
        message = purpose.encode() + b"\x00" + text.encode("utf-8", "surrogatepass")
        return hmac.new(self._digests, message, hashlib.sha256).hexdigest()


def _drawn(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())
