"""Certificates on the web: a page for whoever holds one, and the paper for whoever has a link to it."""

from vetdesk.certificates.door import CertificateDoor

__all__ = ["CertificateDoor"]
