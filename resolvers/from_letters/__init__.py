"""From letters: what somebody does who holds a link from a letter and is not signed in, with the rights she has now.

Opening such a link changes nothing: mail programs and scanners open every link there is.
"""

from resolvers.from_letters import bookings, mailboxes, visits
from resolvers.from_letters.readers import House, Reader, Tries, house, reader

__all__ = ["House", "Reader", "Tries", "bookings", "house", "mailboxes", "reader", "visits"]
