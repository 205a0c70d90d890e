"""Letters reach a real mail server, or lie in a folder; and what the server says is understood."""

import asyncio
import datetime as dt
import email
import email.policy
import re
import ssl
import stat
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import structlog
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resolvers.ports import Envelope, MailRefused
from vetdesk.mail import OutboxFolder, Server, SmtpMail, letter_as_sent, sender_address
from vetdesk.settings import SettingsError

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
SENDER = "Höhenpraxis <praxis@vet.example>"
LETTER = Envelope(
    to_address="olga@home.example",
    subject="Gebucht: Maja 🐈 für März",
    text="Guten Tag Olga,\n\n271828\n\nIhr Team\n",
    html="<!doctype html>\n<html lang='de'><p>Grüße</p></html>\n",
    language="de",
    message_id="<0190@vet.example>",
)


@dataclass
class Postmaster:
    """Decides what a real SMTP server answers, and keeps what it takes."""

    refused: dict[str, str] = field(default_factory=dict)
    sender_answer: str | None = None
    data_answer: str | None = None
    reset_answer: str = "250 OK"
    silent: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    sessions: set[int] = field(default_factory=set)
    letters: list[tuple[str, list[str], email.message.EmailMessage]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    allows_login: bool = True

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if self.silent:
            self.asked.set()
            await asyncio.Event().wait()
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        if self.data_answer:
            return self.data_answer
        self.sessions.add(session.peer[1])
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 2.0.0 queued as 4711"

    async def handle_RSET(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        return self.reset_answer

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=self.allows_login, handled=False)


@asynccontextmanager
async def a_server(postmaster, *, port=0, tls=None, **more):
    """A real SMTP server; the answer is its port."""
    open_sessions = set()

    def session():
        protocol = SMTP(postmaster, hostname="mail.example", authenticator=postmaster.login, **more)
        open_sessions.add(protocol)
        return protocol

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for protocol in open_sessions:
            if protocol.transport is not None:
                protocol.transport.close()
            if protocol._handler_coroutine is not None:
                protocol._handler_coroutine.cancel()
        await server.wait_closed()
        # Both ends hear of it.
        for _ in range(5):
            await asyncio.sleep(0)


@asynccontextmanager
async def a_mail(port, *, url="smtp://127.0.0.1:{port}", **more):
    mail = SmtpMail(Server.at(url.format(port=port)), sender=SENDER, now=lambda: NOW, **more)
    try:
        yield mail
    finally:
        await mail.close()


async def refusal(mail, letter=LETTER):
    with pytest.raises(MailRefused) as refused:
        await mail.send(letter)
    return refused.value.answer, refused.value.for_good


# A mail server


async def test_a_letter_arrives_with_its_headers_as_text_and_html():
    postmaster = Postmaster()
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await mail.send(LETTER) == "2.0.0 queued as 4711"
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
        await asyncio.gather(*(mail.send(replace(LETTER, to_address=f"{n}@home.example")) for n in range(10)))
        await mail.close()
        await mail.send(LETTER)
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
        await mail.send(LETTER)
    assert [to for _, to, _ in postmaster.letters] == [["olga@home.example"]]


@pytest.mark.parametrize(
    ("answer", "for_good"), [("552 5.3.4 Too big", True), ("452 4.2.2 Mailbox full", False), ("421 Closing", False)]
)
async def test_words_may_be_refused_too(answer, for_good):
    postmaster = Postmaster(data_answer=answer)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await refusal(mail) == (answer, for_good)
        postmaster.data_answer = None
        await mail.send(LETTER)


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
        await mail.send(LETTER)
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
        await mail.send(LETTER)
    async with a_server(after, port=port):
        await mail.send(LETTER)
        await mail.close()
    assert (len(before.letters), len(after.letters)) == (1, 1)


async def test_a_server_that_has_had_enough_of_a_connection_gets_another():
    postmaster = Postmaster(reset_answer="421 4.4.2 Idle for too long")
    async with a_server(postmaster) as port, a_mail(port) as mail:
        await mail.send(LETTER)
        await mail.send(LETTER)
    assert (len(postmaster.letters), len(postmaster.sessions)) == (2, 2)


async def test_a_letter_that_is_cancelled_leaves_a_mail_that_works():
    postmaster = Postmaster(silent=True)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        sending = asyncio.create_task(mail.send(LETTER))
        await postmaster.asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        postmaster.silent = False
        await mail.send(LETTER)
    assert len(postmaster.letters) == 1


async def test_an_address_beyond_ascii_goes_where_the_server_can_take_it():
    postmaster = Postmaster()
    async with a_server(postmaster, enable_SMTPUTF8=True) as port, a_mail(port) as mail:
        await mail.send(replace(LETTER, to_address="jörg@münchen.example"))
    [(_, to, _)] = postmaster.letters
    assert to == ["jörg@xn--mnchen-3ya.example"]
    async with a_server(postmaster, enable_SMTPUTF8=False) as port, a_mail(port) as mail:
        await mail.send(replace(LETTER, to_address="joerg@münchen.example"))
        _, for_good = await refusal(mail, replace(LETTER, to_address="jörg@münchen.example"))
    assert for_good


# Who we are to the server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1, signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_tls_from_the_start_with_a_name_and_a_password(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postmaster = Postmaster()
    url = "smtps://us%40vet.example:p%3Aw@localhost:{port}"
    async with (
        a_server(postmaster, tls=tls, auth_require_tls=False) as port,
        a_mail(port, url=url) as mail,
    ):
        await mail.send(LETTER)
    assert (postmaster.logins, len(postmaster.letters)) == ([(b"us@vet.example", b"p:w")], 1)


async def test_a_password_goes_over_tls_once_the_server_offers_it(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postmaster = Postmaster()
    async with (
        a_server(postmaster, tls_context=tls, require_starttls=True) as port,
        a_mail(port, url="smtp://us:secret@localhost:{port}") as mail,
    ):
        await mail.send(LETTER)
    assert (postmaster.logins, len(postmaster.letters)) == ([(b"us", b"secret")], 1)


async def test_a_server_that_cannot_prove_who_it_is_gets_neither_password_nor_letter(tls):
    postmaster = Postmaster()
    async with (
        a_server(postmaster, tls_context=tls) as port,
        a_mail(port, url="smtp://us:secret@localhost:{port}") as mail,
    ):
        answer, for_good = await refusal(mail)
    assert ("certificate" in answer.lower(), for_good) == (True, False)
    assert (postmaster.logins, postmaster.letters) == ([], [])


async def test_a_password_is_never_sent_in_the_open_unless_told_to():
    postmaster = Postmaster()
    async with a_server(postmaster, auth_require_tls=False, auth_exclude_mechanism=["PLAIN"]) as port:
        async with a_mail(port, url="smtp://us:secret@127.0.0.1:{port}") as mail:
            answer, for_good = await refusal(mail)
        assert ("STARTTLS" in answer, for_good, postmaster.logins) == (True, False, [])
        async with a_mail(port, url="smtp://us:secret@127.0.0.1:{port}?starttls=false") as mail:
            await mail.send(LETTER)
    assert (postmaster.logins, len(postmaster.letters)) == ([(b"us", b"secret")], 1)


async def test_a_wrong_password_makes_the_letter_wait_for_the_operator():
    postmaster = Postmaster(allows_login=False)
    url = "smtp://us:wrong@127.0.0.1:{port}?starttls=false"
    async with a_server(postmaster, auth_require_tls=False) as port, a_mail(port, url=url) as mail:
        answer, for_good = await refusal(mail)
    assert (answer[:3], for_good) == ("535", False)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 25)),
        ("smtp://mail.example:2525", Server("mail.example", 2525)),
        ("smtp://us:pw@mail.example", Server("mail.example", 587, "us", "pw", starttls=True)),
        ("smtps://us:pw@mail.example", Server("mail.example", 465, "us", "pw", tls=True, starttls=False)),
        ("smtp://mail.example?starttls=true", Server("mail.example", 25, starttls=True)),
        ("smtp://mail.example?starttls=false", Server("mail.example", 25, starttls=False)),
    ],
)
def test_a_server_is_named_by_its_address(url, server):
    assert Server.at(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:many",
        "smtp://mail.example?starttls=perhaps",
        "smtp://mail.example?tls=true",
        "smtp://mail.example?starttls",
    ],
)
def test_an_address_that_names_no_server_is_refused(url):
    with pytest.raises(SettingsError, match=r"^VETDESK_SMTP_URL cannot be used: .*\.$"):
        Server.at(url)


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


# A folder


async def test_a_letter_lies_in_the_folder_and_only_its_path_is_logged(tmp_path):
    folder = OutboxFolder(tmp_path / "data" / "outbox", sender=SENDER, now=lambda: NOW)
    with structlog.testing.capture_logs() as logs:
        answer = await folder.send(LETTER)
    [path] = (tmp_path / "data" / "outbox").iterdir()
    assert answer == f"Written to {path}"
    assert logs == [{"event": "letter_written", "log_level": "info", "path": str(path)}]
    assert re.fullmatch(r"20260302T080000\.000000Z-[0-9a-f]{8}\.eml", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == ("olga@home.example", LETTER.subject)
    # So that a developer can read it with nothing but a pager.
    assert "\r\n271828\r\n" in path.read_bytes().decode()
    await folder.close()


async def test_letters_in_the_folder_sort_by_time_and_never_overwrite_each_other(tmp_path):
    moments = iter([NOW, NOW, NOW + dt.timedelta(milliseconds=1)])
    folder = OutboxFolder(tmp_path, sender=SENDER, now=lambda: next(moments))
    for name in ("a", "b", "c"):
        await folder.send(replace(LETTER, to_address=f"{name}@home.example"))
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 3
    assert b"c@home.example" in paths[-1].read_bytes()


async def test_a_folder_that_cannot_be_written_makes_the_letter_wait(tmp_path):
    (tmp_path / "outbox").write_text("a file is in the way")
    folder = OutboxFolder(tmp_path / "outbox", sender=SENDER, now=lambda: NOW)
    answer, for_good = await refusal(folder)
    assert answer.startswith("The outbox folder cannot be written to:")
    assert not for_good
