"""What mail servers write when a letter did not arrive is read as far as it can be told safely."""

from uuid import UUID

import pytest

from resolvers.bounces import Returned
from tests.returned import HOST, a_report, an_answer, an_older_report
from vetdesk.bounces.reading import MOST_BYTES, NotReadable, read

LETTER = UUID("01a20330-2058-7e10-b324-bbd2c7d9c682")
OLGA = "olga@home.example"


def test_a_report_says_which_letter_did_not_reach_whom_and_why():
    words = "550 5.1.1 <olga@home.example> User unknown"
    assert read(a_report(LETTER), HOST) == [Returned(LETTER, OLGA, "5.1.1", words, is_over=True)]


def test_a_report_may_quote_the_headers_alone():
    assert [one.message_id for one in read(a_report(LETTER, original="text/rfc822-headers"), HOST)] == [LETTER]


def test_a_letter_that_is_only_late_is_not_over():
    [late] = read(a_report(LETTER, action="delayed", status="4.4.1", said="smtp; Connection timed out"), HOST)
    assert (late.is_over, late.status, late.words) == (False, "4.4.1", "Connection timed out")


def test_a_server_that_gives_up_after_days_is_over_with_it():
    [over] = read(a_report(LETTER, status="4.4.7"), HOST)
    assert (over.is_over, over.status) == (True, "4.4.7")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "failed; maybe"])
def test_what_arrived_is_nothing_that_came_back(action):
    assert read(a_report(LETTER, action=action), HOST) == []


def test_an_address_that_was_forwarded_is_named_twice():
    more = f"\nFinal-Recipient: rfc822; olga@work.example\nOriginal-Recipient: rfc822; {OLGA}\nAction: failed\nStatus: 5.2.1\n"
    told = read(a_report(LETTER, more=more), HOST)
    assert {(one.address, one.status) for one in told} == {
        (OLGA, "5.1.1"),
        (OLGA, "5.2.1"),
        ("olga@work.example", "5.2.1"),
    }


def test_what_older_servers_write_is_read_but_gives_no_status():
    [returned] = read(an_older_report(LETTER), HOST)
    assert (returned.message_id, returned.address, returned.status, returned.is_over) == (LETTER, OLGA, "", True)


@pytest.mark.parametrize(
    "raw",
    [
        an_answer(LETTER),
        a_report(LETTER, host="other.example"),
        a_report("not-one-of-ours"),
        a_report(LETTER).replace(b"Message-ID", b"X-Message"),
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x",
    ],
)
def test_what_names_no_letter_of_ours_says_nothing(raw):
    assert read(raw, HOST) == []


def test_a_host_is_one_in_any_case():
    assert len(read(a_report(LETTER, host="VET.Example"), HOST)) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"x" * (MOST_BYTES + 1),
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 60 + b"--x--",
    ],
    ids=["too large", "too deep", "too many parts"],
)
def test_what_nobody_could_read_is_refused(raw):
    with pytest.raises(NotReadable):
        read(raw, HOST)


def test_headers_of_bytes_and_lines_beyond_reason_are_read():
    raw = (
        a_report(LETTER)
        .replace(b"User unknown", b"\xff\xfe\xe4 unbekannt")
        .replace(b"Subject: Rex", b"Subject: " + b"x" * 5000)
    )
    [returned] = read(raw, HOST)
    assert returned.address == OLGA


def test_one_mail_says_something_of_a_few_addresses_only():
    more = "".join(f"\nFinal-Recipient: rfc822; {n}@home.example\nAction: failed\nStatus: 5.1.1\n" for n in range(30))
    assert len(read(a_report(LETTER, more=more), HOST)) == 20


def parts_within_parts(many: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (one, one) for one in range(many))


@pytest.mark.parametrize("raw", [parts_within_parts(100), parts_within_parts(10) + b"\n" * 200_000, b"\r" * 200_000])
def test_a_mail_that_would_take_minutes_to_read_is_not_begun_with(raw, monkeypatch):
    monkeypatch.setattr("email.message_from_bytes", None)
    with pytest.raises(NotReadable, match="too many lines or parts"):
        read(raw, HOST)
