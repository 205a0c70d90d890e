"""An owner signs in with a code from a letter; nobody learns who is an owner by asking for one."""

import asyncio
from datetime import timedelta

import pytest

from models import Account, Event, EventKind, Letter, Message, Session, SignInCode, Throttle
from models.refusal import Forbidden, InvalidInput, SignInFailed, TooManyAttempts
from resolvers import codes
from resolvers.viewer import Audience
from tests.doorkeeper import ANYONE, HOME, MINUTE, RULES, VAULT, PaperTokens, letters_to, secret_in_letter
from tests.world import NOW, a_practice, a_receptionist, an_owner, how_many_rows
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

OLGA = "olga.berg@home.example"
NOBODY = "nobody@home.example"


@pytest.fixture
async def olga(database):
    await a_practice()
    olga = await an_owner("Olga Berg", language="de")
    await Session.all().delete()
    return olga


async def ask(email=OLGA, *, origin=HOME, now=NOW, viewer=ANYONE):
    await codes.request_sign_in_code(viewer, email, origin=origin, vault=VAULT, rules=RULES, now=now)


async def sign_in(code, email=OLGA, *, origin=HOME, now=NOW, tokens=None):
    return await codes.sign_in_with_code(
        ANYONE, email, code, origin=origin, vault=VAULT, tokens=tokens or PaperTokens(), rules=RULES, now=now
    )


def another(code):
    return f"{(int(code) + 1) % 10**6:06}"


# Asking


async def test_an_owner_gets_a_code_of_six_digits_in_her_language(olga):
    await ask()
    letter = await Message.get()
    assert (letter.letter, letter.state, letter.to_address) == (Letter.SIGN_IN_CODE, "WAITING", OLGA)
    assert (letter.language, letter.not_before, letter.client_id) == ("de", NOW, None)
    code = await secret_in_letter(OLGA)
    assert len(code) == 6
    assert code.isdecimal()
    kept = await SignInCode.get()
    assert (kept.email_fold, kept.expires_at, kept.tries) == (OLGA, NOW + 10 * MINUTE, 0)
    assert await SignInCode.filter(used_at=None).count() == 1
    assert code not in f"{kept.code_hash} {letter.secret}"
    event = await Event.get()
    assert (event.kind, event.subject_id, event.account_id) == (EventKind.CODE_REQUESTED, kept.id, None)


async def test_an_unknown_address_gets_the_same_answer_by_the_same_statements_and_no_letter(olga):
    with counted() as known:
        await ask(OLGA)
    with counted() as unknown:
        await ask(NOBODY)
    assert known.texts == unknown.texts
    assert await letters_to(NOBODY) == [(Letter.SIGN_IN_CODE, "WITHHELD")]
    decoy = await SignInCode.get(email=NOBODY)
    assert decoy.code_hash is None
    assert (await Message.get(to_address=NOBODY)).secret is None


async def test_staff_are_nobody_at_the_door_of_the_owners(olga):
    ines = await a_receptionist("Ines Moreau")
    await ask(ines.account.email)
    assert await letters_to(ines.account.email) == [(Letter.SIGN_IN_CODE, "WITHHELD")]
    with pytest.raises(Forbidden):
        await ask(viewer=ines.viewer)


async def test_the_letter_goes_where_the_owner_has_proven_to_be_however_it_was_typed(olga):
    await ask(" OLGA.Berg@Home.EXAMPLE ")
    assert await letters_to(OLGA) == [(Letter.SIGN_IN_CODE, "WAITING")]


@pytest.mark.parametrize("address", ["", "olga", "\x00@home.example", "\ud800@home.example", "x" * 10**6])
async def test_what_is_no_address_gets_no_code(olga, address):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await ask(address)
    assert refused.value.path == ("email",)
    assert await how_many_rows() == before


@pytest.mark.parametrize("address", [OLGA, NOBODY])
async def test_an_address_gets_three_codes_in_a_quarter_of_an_hour_known_or_not(olga, address):
    for number in range(3):
        await ask(address, origin=f"198.51.100.{number}")
    before = await how_many_rows()
    with pytest.raises(TooManyAttempts) as refused:
        await ask(address.upper())
    assert refused.value.retry_after == 300
    after = await how_many_rows()
    assert after.pop("Throttle") == before.pop("Throttle") + 1  # the one of the network
    assert after == before
    await ask(address, now=NOW + 5 * MINUTE)


async def test_a_network_gets_twenty_codes_in_a_quarter_of_an_hour(olga):
    for number in range(20):
        await ask(f"nobody{number}@home.example")
    before = await how_many_rows()
    with pytest.raises(TooManyAttempts) as refused:
        await ask()
    assert refused.value.retry_after == 45
    assert await how_many_rows() == before
    await ask(origin="198.51.100.9")


# Signing in


async def test_the_code_signs_her_in_and_is_used(olga):
    await ask()
    tokens = PaperTokens()
    signed_in = await sign_in(await secret_in_letter(OLGA), now=NOW + 9 * MINUTE, tokens=tokens)

    session = await Session.get()
    assert tokens.minted == [(olga.account.id, session.id, Audience.OWNER)]
    assert (signed_in.account_id, signed_in.session_id) == (olga.account.id, session.id)
    assert (await SignInCode.get()).used_at == NOW + 9 * MINUTE
    event = await Event.get(kind=EventKind.SIGNED_IN)
    assert (event.subject_id, event.account_id) == (session.id, olga.account.id)
    later = (NOW + 9 * MINUTE).timestamp()
    assert await Throttle.filter(ahead_until=later).count() == 1  # the attempt was given back


async def test_a_code_may_be_typed_with_spaces_and_the_address_as_she_likes(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    assert await sign_in(f" {code[:3]} {code[3:]} ", "Olga.Berg@HOME.example")


async def test_a_code_works_once(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    await sign_in(code)
    with pytest.raises(SignInFailed):
        await sign_in(code)
    assert await Session.all().count() == 1


async def test_a_code_works_once_even_when_sent_many_times_at_once(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    answers = await asyncio.gather(*(sign_in(code) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(answer, SignInFailed) for answer in answers) == 3
    assert await Session.all().count() == 1


async def test_a_code_is_good_for_ten_minutes(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    with pytest.raises(SignInFailed):
        await sign_in(code, now=NOW + 10 * MINUTE)
    assert await sign_in(code, now=NOW + 10 * MINUTE - timedelta(seconds=1))


async def test_a_wrong_code_is_refused_and_the_try_stays_counted(olga):
    await ask()
    before = await how_many_rows()
    with pytest.raises(SignInFailed) as refused:
        await sign_in(another(await secret_in_letter(OLGA)))
    assert (refused.value.path, refused.value.message) == ((), SignInFailed.sentence)
    assert (await SignInCode.get()).tries == 1
    after = await how_many_rows()
    assert after.pop("Throttle") == before.pop("Throttle") + 1
    assert after == before


async def test_after_five_wrong_tries_the_right_code_is_wrong_too(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in(another(code))
    with pytest.raises(SignInFailed):
        await sign_in(code)
    assert not await Session.exists()


async def test_five_wrong_tries_at_once_are_five_tries(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    await asyncio.gather(*(sign_in(another(code)) for _ in range(8)), return_exceptions=True)
    assert (await SignInCode.get()).tries == 5
    with pytest.raises(SignInFailed):
        await sign_in(code)


async def test_the_fifth_try_may_be_the_right_one(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    for _ in range(4):
        with pytest.raises(SignInFailed):
            await sign_in(another(code))
    assert await sign_in(code)


async def test_an_earlier_letter_that_comes_late_still_works(olga):
    await ask()
    first = await secret_in_letter(OLGA)
    await ask()
    second = await secret_in_letter(OLGA)
    assert await sign_in(first)
    assert await sign_in(second)


async def test_a_code_for_one_address_opens_no_other(olga):
    peter = await an_owner("Peter Lang")
    await ask()
    await ask(peter.account.email)
    with pytest.raises(SignInFailed):
        await sign_in(await secret_in_letter(OLGA), peter.account.email)


@pytest.mark.parametrize("typed", ["", "000000", "\x00", "\ud800", "None", "0" * 10**6])
async def test_a_decoy_is_opened_by_nothing(olga, typed):
    await ask(NOBODY)
    with pytest.raises(SignInFailed):
        await sign_in(typed, NOBODY)
    assert not await Session.exists()


async def test_a_wrong_code_takes_the_same_statements_known_or_not(olga):
    await ask(OLGA)
    await ask(NOBODY)
    texts = []
    for address in (OLGA, NOBODY, "never.asked@home.example"):
        with counted() as statements, pytest.raises(SignInFailed):
            await sign_in("not it", address)
        texts.append(statements.texts)
    assert texts[0] == texts[1] == texts[2]
    assert len(texts[0]) == 2


async def test_a_network_can_try_thirty_codes(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    for _ in range(30):
        with pytest.raises(SignInFailed):
            await sign_in("not it", NOBODY)
    with pytest.raises(TooManyAttempts):
        await sign_in(code)
    assert (await SignInCode.get(email=OLGA)).tries == 0
    assert await sign_in(code, origin="198.51.100.9")


async def test_nothing_in_the_database_or_the_events_gives_the_code_away(olga):
    await ask()
    code = await secret_in_letter(OLGA)
    await sign_in(code)
    for table in (SignInCode, Message, Event, Throttle, Account):
        for row in await table.all().values():
            assert code not in {value for value in row.values() if isinstance(value, str)}


async def test_codes_that_are_over_are_dropped(olga):
    await ask()
    assert await codes.forget_before(NOW + 10 * MINUTE) == 0
    assert await codes.forget_before(NOW + 11 * MINUTE) == 1
    assert not await SignInCode.exists()
