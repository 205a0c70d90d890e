"""What came back to a mailbox is read over IMAP and TLS, and marked as seen only once it is kept."""

import asyncio
import re
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog

from models import Message, MessageState
from models.refusal import DatabaseUnavailable
from resolvers import bounces as keeping
from tests.certified import a_certificate
from tests.returned import HOST, a_report, an_answer, an_older_report
from tests.world import NOW, a_care_letter, an_owner
from vetdesk.bounces import BounceMailbox, MailboxUnavailable, fetch_all
from vetdesk.bounces import mailbox as box
from vetdesk.settings import SettingsError

pytestmark = pytest.mark.anyio


@dataclass
class Postmistress:
    """A small IMAP server: what lies in its INBOX, what of it was seen, and what was asked."""

    mails: list[bytes]
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    password: str = "p:w d"
    drops_at: str = ""

    async def serve(self, reader, writer):
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode():
            tag, _, said = line.strip().partition(" ")
            command = said.removeprefix("UID ").split(" ")[0].upper()
            self.asked.append(command)
            if command == self.drops_at:
                break
            for answer in self._answers(command, said):
                writer.write(answer)
            is_known = command != "LOGIN" or f'"{self.password}"' in said
            writer.write(f"{tag} {'OK' if is_known else 'NO'} done\r\n".encode())
            await writer.drain()
            if command == "LOGOUT":
                break
        writer.close()

    def _answers(self, command, said):
        if command == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1\r\n"
        if command == "SELECT":
            yield f"* {len(self.mails)} EXISTS\r\n".encode()
        if command == "SEARCH":
            assert said == "UID SEARCH UNSEEN OR HEADER Content-Type delivery-status HEADER X-Failed-Recipients @"
            found = [str(uid) for uid in self._unseen() if self._says_something(uid)]
            yield f"* SEARCH {' '.join(found)}\r\n".encode()
        if command == "FETCH":
            [(uid, most)] = [
                map(int, one) for one in re.findall(r"^UID FETCH (\d+) \(BODY.PEEK\[\]<0\.(\d+)>\)$", said)
            ]
            body = self.mails[uid - 1][:most]
            yield f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
        if command == "STORE":
            uid = int(said.split(" ")[2])
            assert said.endswith("+FLAGS.SILENT (\\Seen)")
            self.seen.add(uid)

    def _unseen(self):
        return [uid for uid in range(1, len(self.mails) + 1) if uid not in self.seen]

    def _says_something(self, uid):
        head = self.mails[uid - 1].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return b"delivery-status" in head or b"X-Failed-Recipients" in head


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return a_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@asynccontextmanager
async def a_mailbox(postmistress, tls):
    server = await asyncio.start_server(postmistress.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield BounceMailbox.at(
            f"imaps://us%40vet.example:p%3Aw%20d@localhost:{server.sockets[0].getsockname()[1]}/INBOX"
        )
    finally:
        server.close()
        await server.wait_closed()


async def look(mailbox):
    return await fetch_all(mailbox, HOST, now=lambda: NOW)


async def letters(count):
    owner = await an_owner()
    return [await a_care_letter(owner, state=MessageState.SENT) for _ in range(count)]


async def test_what_came_back_is_kept_and_seen_and_all_else_is_left_alone(database, tls):
    one, other = await letters(2)
    mails = [an_answer(one.id), a_report(one.id, one.to_address), an_older_report(other.id, other.to_address)]
    postmistress = Postmistress(mails)
    async with a_mailbox(postmistress, tls) as mailbox:
        assert await look(mailbox) == 2
        assert await look(mailbox) == 0
    assert postmistress.seen == {2, 3}
    assert [letter.bounced_at for letter in await Message.all()] == [NOW, NOW]


async def test_a_broken_mail_is_noted_and_keeps_no_other_from_being_read(database, tls):
    [letter] = await letters(1)
    broken = b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 60
    postmistress = Postmistress(
        [broken, a_report(letter.id, letter.to_address), b"X-Failed-Recipients: a@b\r\n" + b"x" * 2_000_000]
    )
    async with a_mailbox(postmistress, tls) as mailbox:
        with structlog.testing.capture_logs() as logs:
            assert await look(mailbox) == 3
    assert [log["reason"] for log in logs if log["event"] == "bounce_not_readable"] == ["too many parts", "too large"]
    assert (await Message.get()).bounced_at == NOW


async def test_what_is_not_kept_is_not_seen(database, tls, monkeypatch):
    [letter] = await letters(1)
    postmistress = Postmistress([a_report(letter.id, letter.to_address)])

    async def gone(*_given, **_named):
        raise DatabaseUnavailable("gone")

    async with a_mailbox(postmistress, tls) as mailbox:
        with monkeypatch.context() as without:
            without.setattr(keeping, "keep", gone)
            with pytest.raises(DatabaseUnavailable):
                await look(mailbox)
        assert postmistress.seen == set()
        assert await look(mailbox) == 1


async def test_what_comes_too_early_is_read_again(database, tls):
    letter = await a_care_letter(await an_owner(), handed_at=NOW)
    postmistress = Postmistress([a_report(letter.id, letter.to_address)])
    async with a_mailbox(postmistress, tls) as mailbox:
        assert await look(mailbox) == 0
        await Message.all().update(state=MessageState.SENT)
        assert await look(mailbox) == 1


async def test_at_most_so_many_are_read_at_once(database, tls, monkeypatch):
    monkeypatch.setattr(box, "MOST_AT_ONCE", 2)
    postmistress = Postmistress([a_report("unknown")] * 3)
    async with a_mailbox(postmistress, tls) as mailbox:
        assert [await look(mailbox) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("drops_at", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
async def test_a_server_that_breaks_off_is_unavailable(database, tls, drops_at):
    postmistress = Postmistress([a_report("unknown")], drops_at=drops_at)
    async with a_mailbox(postmistress, tls) as mailbox:
        with pytest.raises(MailboxUnavailable):
            await look(mailbox)


async def test_a_wrong_password_or_certificate_lets_nobody_in(database, tls, monkeypatch):
    postmistress = Postmistress([], password="another")
    async with a_mailbox(postmistress, tls) as mailbox:
        with pytest.raises(MailboxUnavailable) as refused:
            await look(mailbox)
        assert "p:w d" not in str(refused.value)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(MailboxUnavailable, match="SSLCertVerificationError"):
            await look(mailbox)
    assert postmistress.asked.count("LOGIN") == 1


@pytest.mark.parametrize(
    "url",
    [
        "imap://us:pw@mail.example/INBOX",
        "imaps://mail.example/INBOX",
        "imaps://us@mail.example",
        "imaps://us:pw@mail.example:many/INBOX",
        "imaps://us:pw@mail.example/IN%22BOX",
        "https://us:pw@mail.example",
    ],
)
def test_an_address_that_names_no_mailbox_is_refused(url):
    with pytest.raises(SettingsError, match=r"^VETDESK_BOUNCES_URL cannot be used: .*\.$"):
        BounceMailbox.at(url)


def test_a_mailbox_is_named_by_its_address():
    assert BounceMailbox.at("imaps://us:p%3Aw@mail.example/Came%20back") == BounceMailbox(
        "mail.example", 993, "us", "p:w", "Came back"
    )
