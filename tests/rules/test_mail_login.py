"""Who we are to a mail server, and who it is to us: addresses, TLS, names and passwords."""

import ssl

import pytest

from tests.certified import a_certificate
from tests.postmaster import LETTER, Postmaster, a_mail, a_server, no_matter, refusal
from vetdesk.mail import Server
from vetdesk.settings import SettingsError

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return a_certificate(tmp_path_factory.mktemp("tls"))


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
        await mail.send(LETTER, no_matter)
    assert (postmaster.logins, len(postmaster.letters)) == ([(b"us@vet.example", b"p:w")], 1)


async def test_a_password_goes_over_tls_once_the_server_offers_it(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postmaster = Postmaster()
    async with (
        a_server(postmaster, tls_context=tls, require_starttls=True) as port,
        a_mail(port, url="smtp://us:secret@localhost:{port}") as mail,
    ):
        await mail.send(LETTER, no_matter)
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
            await mail.send(LETTER, no_matter)
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
