"""Payments by card: the client of the provider, the door for its notices, and a sandbox to try it all offline.

amounts     how the provider counts each currency
gateway     what fulfils the port: each call over HTTP, with its key
signing     how notices are signed, and how a signature is checked
door        takes in notices
sandbox/    a provider in the box: real HTTP both ways, no real money
"""

from vetdesk.payments.door import NoticeDoor
from vetdesk.payments.gateway import HttpGateway

__all__ = ["HttpGateway", "NoticeDoor"]
