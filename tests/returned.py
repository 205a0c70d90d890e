"""Mails that say that a letter of ours did not arrive, as servers write them."""

from __future__ import annotations

from uuid import UUID

HOST = "vet.example"


def a_report(
    message_id: UUID | str,
    address: str = "olga@home.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <olga@home.example> User unknown",
    host: str = HOST,
    original: str = "message/rfc822",
    more: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464), as Postfix sends it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mail.example (Mail Delivery System)
To: practice@vet.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0100

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.home.example
Diagnostic-Code: {said}
{more}
--B1
Content-Type: {original}

Message-ID: <{message_id}@{host}>
From: practice@vet.example
To: {address}
Subject: Rex

Dear Olga

--B1--
""".replace("\n", "\r\n").encode()


def an_older_report(message_id: UUID | str, address: str = "olga@home.example") -> bytes:
    """What servers say that write no report, as Exim did."""
    return f"""From: Mail Delivery System <Mailer-Daemon@mail.example>
To: practice@vet.example
X-Failed-Recipients: {address}
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its recipients.

  {address}
    550 No such user

------ This is a copy of your message, including all the headers. ------

Message-ID: <{message_id}@{HOST}>
To: {address}
Subject: Rex
""".encode()


def an_answer(message_id: UUID | str) -> bytes:
    """What Olga writes back."""
    return f"""From: Olga <olga@home.example>
To: practice@vet.example
Subject: Re: Rex
In-Reply-To: <{message_id}@{HOST}>
Message-ID: <{message_id}@{HOST}>

Message-ID: <{message_id}@{HOST}>
Thank you!
""".encode()
