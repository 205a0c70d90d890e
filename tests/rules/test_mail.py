"""Letters reach a real mail server, and what it says of them is understood."""

import asyncio
from dataclasses import replace

import pytest

from resolvers.ports import MailRefused
from tests.postmaster import LETTER, NOW, SENDER, Postmaster, a_mail, a_server, no_matter, refusal
from vetdesk.mail import letter_as_sent, sender_address
from vetdesk.settings import SettingsError

pytestmark = pytest.mark.anyio


async def test_a_letter_arrives_with_its_headers_as_text_and_html():
    postmaster = Postmaster()
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await mail.send(LETTER, no_matter) == "2.0.0 queued as 4711"
    [(sender, to, message)] = postmaster.letters
    assert (sender, to) == ("praxis@vet.example", ["olga@home.example"])
    headers = {name: str(message[name]) for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")}
    assert headers == {
        "From": "Höhenpraxis <praxis@vet.example>",
        "To": "olga@home.example",
        "Subject": "Gebucht: Maja 🐈 für März",
        "Message-ID": "<0190@vet.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert message["Date"].datetime == NOW
    assert message["Content-Language"] == "de"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), text.get_content().replace("\r\n", "\n")) == ("text/plain", LETTER.text)
    assert (html.get_content_type(), html.get_content().replace("\r\n", "\n")) == ("text/html", LETTER.html)


async def test_several_letters_share_one_connection():
    postmaster = Postmaster()
    async with a_server(postmaster) as port, a_mail(port) as mail:
        await asyncio.gather(
            *(mail.send(replace(LETTER, to_address=f"{n}@home.example"), no_matter) for n in range(10))
        )
        await mail.close()
        await mail.send(LETTER, no_matter)
    assert len(postmaster.letters) == 11
    assert len(postmaster.sessions) == 2


async def test_an_address_that_is_refused_for_good_is_told_from_one_that_is_refused_for_now():
    postmaster = Postmaster(
        refused={"gone@home.example": "550 5.1.1 No such mailbox", "grey@home.example": "451 4.7.1 Greylisted"}
    )
    async with a_server(postmaster) as port, a_mail(port) as mail:
        gone, grey = (replace(LETTER, to_address=f"{name}@home.example") for name in ("gone", "grey"))
        assert await refusal(mail, gone) == ("550 5.1.1 No such mailbox", True)
        assert await refusal(mail, grey) == ("451 4.7.1 Greylisted", False)
        await mail.send(LETTER, no_matter)
    assert [to for _, to, _ in postmaster.letters] == [["olga@home.example"]]


@pytest.mark.parametrize(
    ("answer", "for_good"), [("552 5.3.4 Too big", True), ("452 4.2.2 Mailbox full", False), ("421 Closing", False)]
)
async def test_words_may_be_refused_too(answer, for_good):
    postmaster = Postmaster(data_answer=answer)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await refusal(mail) == (answer, for_good)
        postmaster.data_answer = None
        await mail.send(LETTER, no_matter)


async def test_a_server_that_does_not_want_us_is_no_fault_of_the_letter():
    postmaster = Postmaster(sender_answer="550 5.7.1 Sender not allowed")
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await refusal(mail) == ("550 5.7.1 Sender not allowed", False)


async def test_a_server_that_is_not_there_makes_the_letter_wait():
    async with a_server(Postmaster()) as port:
        pass
    async with a_mail(port) as mail:
        answer, for_good = await refusal(mail)
    assert "refused" in answer.lower() or "connect" in answer.lower()
    assert not for_good


async def test_a_server_that_does_not_answer_in_time_makes_the_letter_wait():
    postmaster = Postmaster(silent=True)
    async with a_server(postmaster) as port, a_mail(port, timeout=0.2) as mail:
        answer, for_good = await refusal(mail)
        assert ("imed out" in answer, for_good) == (True, False)
        postmaster.silent = False
        # On a connection of its own: the old one might still answer the old question.
        await mail.send(LETTER, no_matter)
    assert len(postmaster.letters) == 1


async def test_a_port_that_greets_nobody_makes_the_letter_wait():
    greeted = []
    server = await asyncio.start_server(lambda reader, writer: greeted.append(writer), "127.0.0.1", 0)
    async with a_mail(server.sockets[0].getsockname()[1], timeout=0.2) as mail:
        answer, for_good = await refusal(mail)
    assert ("imed out" in answer, for_good) == (True, False)
    greeted[0].close()
    server.close()
    await server.wait_closed()


async def test_a_server_that_restarts_is_found_again():
    before, after = Postmaster(), Postmaster()
    async with a_server(before) as port, a_mail(port) as mail:
        await mail.send(LETTER, no_matter)
    async with a_server(after, port=port):
        await mail.send(LETTER, no_matter)
        await mail.close()
    assert (len(before.letters), len(after.letters)) == (1, 1)


async def test_a_server_that_has_had_enough_of_a_connection_gets_another():
    postmaster = Postmaster(reset_answer="421 4.4.2 Idle for too long")
    async with a_server(postmaster) as port, a_mail(port) as mail:
        await mail.send(LETTER, no_matter)
        await mail.send(LETTER, no_matter)
    assert (len(postmaster.letters), len(postmaster.sessions)) == (2, 2)


async def test_a_letter_that_is_cancelled_leaves_a_mail_that_works():
    postmaster = Postmaster(silent=True)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        sending = asyncio.create_task(mail.send(LETTER, no_matter))
        await postmaster.asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        postmaster.silent = False
        await mail.send(LETTER, no_matter)
    assert len(postmaster.letters) == 1


async def test_an_address_beyond_ascii_goes_where_the_server_can_take_it():
    postmaster = Postmaster()
    async with a_server(postmaster, enable_SMTPUTF8=True) as port, a_mail(port) as mail:
        await mail.send(replace(LETTER, to_address="jörg@münchen.example"), no_matter)
    [(_, to, _)] = postmaster.letters
    assert to == ["jörg@xn--mnchen-3ya.example"]
    async with a_server(postmaster, enable_SMTPUTF8=False) as port, a_mail(port) as mail:
        await mail.send(replace(LETTER, to_address="joerg@münchen.example"), no_matter)
        _, for_good = await refusal(mail, replace(LETTER, to_address="jörg@münchen.example"))
    assert for_good


@pytest.mark.parametrize("sender", ["", "Vetdesk", "Vetdesk <a@b@c>", "a b <>"])
def test_a_sender_without_an_address_is_refused(sender):
    with pytest.raises(SettingsError, match=r"^VETDESK_MAIL_FROM cannot be used"):
        sender_address(sender)


@pytest.mark.parametrize(
    "address",
    ["", "olga", "olga@", "@home.example", "a@home.example, b@home.example", "a@home.example\nBcc: b@c.example"],
)
def test_only_exactly_one_address_is_written_to(address):
    with pytest.raises(MailRefused) as refused:
        letter_as_sent(replace(LETTER, to_address=address), sender_address(SENDER), NOW, "8bit")
    assert (refused.value.answer, refused.value.for_good) == ("This is not an e-mail address.", True)


def test_a_subject_stays_one_line():
    letter = replace(LETTER, subject="Rex\r\nBcc: everybody@home.example")
    message = letter_as_sent(letter, sender_address(SENDER), NOW, "8bit")
    assert message["Subject"] == "Rex Bcc: everybody@home.example"
    assert message["Bcc"] is None


async def test_a_letter_that_can_be_ended_says_how_with_one_click():
    postmaster = Postmaster()
    async with a_server(postmaster) as port, a_mail(port) as mail:
        await mail.send(replace(LETTER, unsubscribe_url="https://vet.example/unsubscribe/k"), no_matter)
        await mail.send(replace(LETTER, unsubscribe_url="http://127.0.0.1:8000/unsubscribe/k"), no_matter)
    ending, at_home = [message for _, _, message in postmaster.letters]
    assert ending["List-Unsubscribe"] == "<https://vet.example/unsubscribe/k>"
    assert ending["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (at_home["List-Unsubscribe"], at_home["List-Unsubscribe-Post"]) == (None, None)


async def test_a_letter_comes_back_to_where_the_practice_says():
    postmaster = Postmaster()
    async with a_server(postmaster) as port, a_mail(port, return_to="bounces@vet.example") as mail:
        await mail.send(LETTER, no_matter)
    [(sender, _, message)] = postmaster.letters
    assert (sender, message["From"].addresses[0].addr_spec) == ("bounces@vet.example", "praxis@vet.example")


async def test_a_letter_is_handed_over_after_its_address_was_taken_and_before_its_words():
    postmaster, steps = Postmaster(refused={"gone@home.example": "550 5.1.1 No such mailbox"}), []

    async def handing_over():
        steps.append(len(postmaster.letters))

    async with a_server(postmaster) as port, a_mail(port) as mail:
        with pytest.raises(MailRefused) as refused:
            await mail.send(replace(LETTER, to_address="gone@home.example"), handing_over)
        assert (steps, refused.value.of_recipient) == ([], True)
        await mail.send(LETTER, handing_over)
    assert (steps, len(postmaster.letters)) == ([0], 1)


async def test_whoever_does_not_want_it_handed_over_keeps_it_from_being_sent():
    postmaster = Postmaster()

    async def refuses():
        raise LookupError

    async with a_server(postmaster) as port, a_mail(port) as mail:
        with pytest.raises(LookupError):
            await mail.send(LETTER, refuses)
        assert postmaster.letters == []
        await mail.send(LETTER, no_matter)
    assert len(postmaster.letters) == 1
