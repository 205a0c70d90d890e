"""Card payments: an owner pays in two steps, and the provider says what came of it.

    starting    what is to be paid, kept before the provider is asked
    steps       each step of a payment on our side, one transaction each
    following   brings a payment to what the provider says, whoever asks
    deciding    the owner's own words: she has confirmed, or she gives it up
    refunding   brings a refund to what the provider says
    disputing   what a bank takes back, and what became of it
    notices     what the provider tells us by itself
    due         asks the provider about whatever is not settled yet

No call to the provider is made inside a transaction: what is meant is kept first, then the call is made, then its
outcome is kept. Each step can be repeated, and nothing is concluded from silence.
"""

from resolvers.card_payments.deciding import cancel, confirm
from resolvers.card_payments.due import Followed, follow_due, waiting
from resolvers.card_payments.following import follow
from resolvers.card_payments.notices import Notice, keep
from resolvers.card_payments.refunding import follow as follow_refund
from resolvers.card_payments.starting import Started, start

__all__ = [
    "Followed",
    "Notice",
    "Started",
    "cancel",
    "confirm",
    "follow",
    "follow_due",
    "follow_refund",
    "keep",
    "start",
    "waiting",
]
