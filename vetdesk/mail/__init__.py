"""Mail: letters go to a mail server, or into a folder when there is none.

server      where a mail server is, and a connection to it
sending     hands letters to it, and tells what came of each
outbox      writes them into a folder
letters     a letter as it is sent
"""

from vetdesk.mail.letters import letter_as_sent, sender_address
from vetdesk.mail.outbox import OutboxFolder
from vetdesk.mail.sending import SmtpMail
from vetdesk.mail.server import Server

__all__ = ["OutboxFolder", "Server", "SmtpMail", "letter_as_sent", "sender_address"]
