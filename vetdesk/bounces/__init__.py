"""Bounces: mails that say that a letter of ours did not arrive.

reading     what such a mail says, as far as it can be told safely
taking      keeps it, whichever way it came
door        takes one that is posted to us
mailbox     fetches those that lie in a mailbox
"""

from vetdesk.bounces.door import BounceDoor
from vetdesk.bounces.mailbox import BounceMailbox, MailboxUnavailable, fetch_all

__all__ = ["BounceDoor", "BounceMailbox", "MailboxUnavailable", "fetch_all"]
