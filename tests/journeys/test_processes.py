"""A practice as several processes: one answers, another delivers, and either may end at any moment."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tortoise.transactions import in_transaction

from models import Appointment, Message, MessageState, Session, sql
from models.period import on_the_wall
from resolvers.viewer import Audience
from tests.callers import at, code_in, letter_to, words_of
from tests.doors import Program, id_of
from tests.postmaster import Postmaster, a_server
from tests.served import PlainProcess
from tests.typed import beside, running, started, until
from tests.world import a_world

BOOK = """mutation Book($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  __typename ... on Refusal { message } } }"""
AT_ONCE = {"WORKER_EVERY_SECONDS": "0.1"}
MARK_DUE = "UPDATE message SET not_before = created_at, locked_until = NULL"


def a_morning(location) -> datetime:
    """Ten o'clock on the wall, on the Monday after next."""
    today = datetime.now(UTC).date()
    return on_the_wall(today + timedelta(days=14 - today.weekday()), 10 * 60, location.clock)


def a_visit(world) -> dict:
    """What an owner says who wants to come."""
    return {
        "petId": id_of(world.pet),
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": a_morning(world.location).isoformat(),
    }


async def a_token(viewer) -> str:
    """A token that is good now, on the clock of the processes."""
    program = Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    return await program.token(viewer)


async def test_one_process_answers_while_another_delivers_the_letters(database, tmp_path):
    world, outbox = await a_world(), tmp_path / "outbox"

    def place(*words, **more):
        # The other tests take theirs from the nursery: these two are what that is held against.
        return beside(PlainProcess(*words, url=database.url, folder=str(tmp_path), OUTBOX_FOLDER=str(outbox), **more))

    async with (
        place("serve", "--no-worker") as desk,
        place("worker", **AT_ONCE) as postman,
        at(await started(desk)) as program,
    ):
        olga, address = program.person(Audience.OWNER), world.owner.account.email
        assert (await olga.do("requestSignInCode", email=address))["__typename"] == "SignInCodeRequested"
        code = code_in(await letter_to(address, outbox))
        assert await olga.sign_in("signInWithCode", email=address, code=code) == "SignedIn"
        assert (await olga.do("bookAppointment", **a_visit(world)))["__typename"] == "AppointmentBooked"
        await until(lambda: len(postman.said(event="letter_written")) == 2)
        assert world.pet.name in await letter_to(address, outbox)
        assert outbox.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in outbox.iterdir()} == {0o600}
        assert desk.said(event="letter_written") == []
        assert await asyncio.to_thread(postman.stop) == 0
        assert await asyncio.to_thread(desk.stop) == -signal.SIGTERM
    assert address not in "".join([*desk.lines, *postman.lines])
    assert code not in "".join([*desk.lines, *postman.lines])


async def test_mail_that_is_down_keeps_a_letter_waiting_and_nobody_else(database, tmp_path):
    world, postmaster = await a_world(), Postmaster()
    address = world.owner.account.email
    async with a_server(postmaster) as port:
        pass  # now nobody listens there
    async with (
        running("serve", url=database.url, folder=tmp_path, SMTP_URL=f"smtp://127.0.0.1:{port}", **AT_ONCE) as desk,
        at(await started(desk)) as program,
    ):
        olga = program.person(Audience.OWNER)
        assert (await olga.do("requestSignInCode", email=address))["__typename"] == "SignInCodeRequested"
        await until(lambda: desk.said(event="letters_delivered", postponed=1))
        waiting = await Message.get()
        assert (waiting.state, waiting.attempts) == (MessageState.WAITING, 1)
        assert waiting.last_answer

        async with a_server(postmaster, port=port):
            await sql.execute(MARK_DUE)  # a minute later
            await until(lambda: desk.said(event="letters_delivered", sent=1))
            ((_, recipients, letter),) = postmaster.letters
            assert recipients == [address]
            assert await olga.sign_in("signInWithCode", email=address, code=code_in(words_of(letter))) == "SignedIn"
            sent = await Message.get()
            assert (sent.state, sent.attempts) == (MessageState.SENT, 2)
            assert not sent.secret
            await asyncio.to_thread(desk.stop)
    assert not list(tmp_path.rglob("*.eml"))


async def test_a_letter_outlives_the_process_that_was_sending_it(database, tmp_path):
    world, postmaster = await a_world(), Postmaster(silent=True)
    async with a_server(postmaster) as port:

        def place(command):
            mail = f"smtp://127.0.0.1:{port}"
            return running(command, url=database.url, folder=tmp_path, SMTP_URL=mail, **AT_ONCE)

        async with place("serve") as desk, at(await started(desk)) as program:
            olga = program.person(Audience.OWNER)
            await olga.do("requestSignInCode", email=world.owner.account.email)
            await asyncio.wait_for(postmaster.asked.wait(), 20)
            assert await asyncio.to_thread(desk.stop, signal.SIGKILL) == -signal.SIGKILL
        claimed = await Message.get()
        assert (claimed.state, claimed.attempts, claimed.locked_until is None) == (MessageState.WAITING, 1, False)

        postmaster.silent = False
        await sql.execute(MARK_DUE)  # the claim has run out
        async with place("worker") as postman:
            await until(lambda: postman.said(event="letters_delivered", sent=1))
            assert await asyncio.to_thread(postman.stop) == 0
        ((_, recipients, _),) = postmaster.letters
        assert recipients == [world.owner.account.email]
        assert (await Message.get()).attempts == 2


@asynccontextmanager
async def nobody_else_books():
    """Whoever wants to book waits until the block ends."""
    async with in_transaction():
        if sql.is_postgres():
            await sql.execute("LOCK TABLE appointment IN ACCESS EXCLUSIVE MODE")
        yield


async def test_asked_to_stop_it_finishes_the_request_in_hand(database, tmp_path):
    world = await a_world()
    token = await a_token(world.owner.viewer)
    asked = json.dumps({"query": BOOK, "variables": {"input": a_visit(world) | {"idempotencyKey": "last"}}}).encode()
    async with running("serve", url=database.url, folder=tmp_path) as desk:
        where = urlsplit(await started(desk))
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        head = [
            "POST /owner/graphql HTTP/1.1",
            "Host: vet.example",
            "Content-Type: application/json",
            f"Authorization: Bearer {token}",
            f"Content-Length: {len(asked)}",
            "Expect: 100-continue",
        ]
        async with nobody_else_books():
            writer.write("\r\n".join([*head, "", ""]).encode())
            # It has begun with this request when it asks for the body.
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
            writer.write(asked)
            stopping = asyncio.create_task(asyncio.to_thread(desk.stop))
            await _no_longer_listens(where)
            assert not stopping.done()
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["data"] == {
            "bookAppointment": {"__typename": "AppointmentBooked"}
        }
        assert await stopping == -signal.SIGTERM
    assert await Appointment.all().count() == 1
    assert desk.said(level="error") == []


async def _no_longer_listens(where) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection(where.hostname, where.port)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.02)
