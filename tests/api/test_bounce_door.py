"""What came back is posted to us by a mail server that knows the secret, and is kept once it answers 200."""

import httpx
import pytest

from models import Message, MessageState
from tests.doors import Program
from tests.returned import a_report
from tests.world import NOW, a_care_letter, an_owner
from vetdesk.bounces.reading import MOST_BYTES

pytestmark = pytest.mark.anyio

SECRET = "the secret that our mail server knows"
HOST = "vet.example"


@pytest.fixture
async def letter(database):
    return await a_care_letter(await an_owner(), state=MessageState.SENT)


async def post(content, *, secret=SECRET, **settings):
    program = Program(public_url=f"https://{HOST}", **{"bounces_secret": SECRET, **settings})
    transport = httpx.ASGITransport(app=program.asgi)
    headers = {b"Authorization": f"Bearer {secret}".encode(), b"Content-Type": b"message/rfc822"}
    async with httpx.AsyncClient(transport=transport, base_url="http://vet.example") as client:
        return await client.post("/bounces", content=content, headers=headers)


async def test_what_came_back_is_kept_before_it_is_answered(letter):
    answer = await post(a_report(letter.id, letter.to_address))
    assert (answer.status_code, answer.text) == (200, "Taken.\n")
    assert (await Message.get()).bounced_at == NOW


async def test_whoever_does_not_know_the_secret_is_not_believed(letter):
    for secret in ("", "another secret that is long enough", "ü" * 40):
        answer = await post(a_report(letter.id, letter.to_address), secret=secret)
        assert answer.status_code == 401
    assert (await Message.get()).bounced_at is None


async def test_what_nobody_can_read_is_done_with(letter):
    broken = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 60
    for content in (b"", broken, a_report(letter.id, "jan@home.example")):
        assert (await post(content)).status_code == 200
    assert (await Message.get()).bounced_at is None


async def test_what_is_too_large_is_not_taken(letter):
    assert (await post(b"x" * (MOST_BYTES + 1))).status_code == 413


async def test_what_comes_too_early_comes_again(database):
    early = await a_care_letter(await an_owner(), handed_at=NOW)
    answer = await post(a_report(early.id, early.to_address))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


async def test_without_a_secret_there_is_no_such_door(letter):
    assert (await post(b"", bounces_secret=None)).status_code == 404
