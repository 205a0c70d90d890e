"""Messages: letters are written with the deed they tell about, and sent later, each of them once.

Sending is never part of a transaction. A letter is claimed for a while (`LEASE`), looked at again as things stand
now, and handed to the mail server, which is written down before it happens (`handed_at`). What the server says is
written down after. A process that dies before it handed the letter over lets its claim run out, and the letter is
tried again. One that was handed over and of which nobody knows the answer may have arrived: it is DOUBTFUL, shown to
the staff, and never sent again by itself. Codes and invitations are asked for by somebody who waits for them; in doubt
they are sent once more, with the same Message-ID, so that a mailbox can tell.
"""

from resolvers.messages.again import send_again
from resolvers.messages.claiming import LEASE
from resolvers.messages.counting import counted
from resolvers.messages.delivering import Delivered, deliver_due
from resolvers.messages.pacing import PAUSES, next_turn
from resolvers.messages.settling import BACK_OFF, MOST_ATTEMPTS
from resolvers.messages.writing import Recipient, waiting, withdraw_unsent, withheld

__all__ = [
    "BACK_OFF",
    "LEASE",
    "MOST_ATTEMPTS",
    "PAUSES",
    "Delivered",
    "Recipient",
    "counted",
    "deliver_due",
    "next_turn",
    "send_again",
    "waiting",
    "withdraw_unsent",
    "withheld",
]
