"""The command line: whatever is typed, the answer is what was wanted or a sentence that says how to get it."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from graph.schema import schema
from graph.sdl import printed
from tests.doors import SECRET
from tests.typed import Said
from vetdesk.cli import main
from vetdesk.payments.sandbox import running
from vetdesk.settings import Settings

COMMANDS = (
    "serve",
    "worker",
    "migrate",
    "demo",
    "schema",
    "settings",
    "invite",
    "check",
    "develop",
    "watch",
    "explain",
    "journal",
)
STAFF_WORDS = ("unlinkedAccount", "registerClient", "inviteStaff", "alerts", "DaySheet", "WorkingHours", "hasLeft")


@pytest.fixture
def prompt(monkeypatch, capsys, tmp_path):
    """A prompt in an empty folder: type at it, and hear how the command ended."""
    for name in [name for name in os.environ if name.startswith("VETDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def typed(*words: str, **settings: str) -> Said:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["vetdesk", *words])
            # It would say for good where the log of this very process goes.
            patch.setattr("vetdesk.telemetry.configure", lambda settings: None)
            for name, value in settings.items():
                patch.setenv(f"VETDESK_{name}", value)
            code = 0
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Said(code, *capsys.readouterr())

    return typed


def test_help_lists_every_command(prompt):
    said = prompt("--help")
    assert (said.code, said.err) == (0, "")
    assert "vetdesk check" in said.out
    for command in COMMANDS:
        assert f"│ {command} " in said.out
    assert prompt().out == said.out
    assert prompt("--version").out == "0.6.3\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(prompt, command):
    said = prompt(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: vetdesk {command}")
    promise = said.out.splitlines()[2]
    assert promise[0].isupper()
    assert "[Parameters]" not in said.out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["serv"], 'Did you mean "serve"?'),
        (["serve", "--no-workers"], "--no-worker"),
        (["invite", "ada@vets.example"], "--given-name"),
        (["schema", "--view", "cat"], '"owner"'),
    ],
)
def test_a_slip_is_answered_with_a_hint(prompt, words, hint):
    said = prompt(*words)
    assert (said.code, said.out) == (2, "")
    assert hint in said.err


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "demo", "settings", "develop"])
def test_an_unknown_setting_stops_every_command(prompt, command, tmp_path):
    said = prompt(command, PROT="8001", SECRET=SECRET)
    assert said.sentence == "There is no setting VETDESK_PROT. Did you mean VETDESK_PORT?"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["sandbox-payments", "develop"])
def test_a_practice_is_not_paid_with_play_money(prompt, command):
    said = prompt(command, SECRET=SECRET)
    assert (said.code, said.out) == (2, "")
    assert said.sentence == "A sandbox pays with play money. It runs only where VETDESK_MODE=development."


def test_a_sandbox_whose_port_is_taken_says_which_and_what_to_do(prompt):
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        port = neighbour.getsockname()[1]
        known = {"PAYMENTS_URL": f"http://127.0.0.1:{port}", "PAYMENTS_KEY": "k" * 32}
        said = prompt("sandbox-payments", MODE="development", PAYMENTS_NOTICE_SECRETS="n" * 32, **known)
    assert said.sentence == (
        f"The payment sandbox cannot listen at port {port} of 127.0.0.1: Address already in use. Please stop the program "
        "that does, or name another port in VETDESK_PAYMENTS_URL, here and for the server."
    )


def test_a_sandbox_beside_the_server_has_the_next_port_or_any_other_and_nobody_takes_it_meanwhile():
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        port = neighbour.getsockname()[1]
        settings, held = running.made_up(Settings(mode="development", port=port - 1))
        assert held is not None
        with held:
            address = held.getsockname()
            assert address[1] != port
            assert settings.payments_url == f"http://127.0.0.1:{address[1]}"
            with pytest.raises(OSError, match="in use"):
                socket.create_server(address)


def test_settings_that_make_no_sense_are_told_all_at_once(prompt):
    said = prompt("serve", PORT="door", MODE="test", SECRET="short")
    assert (said.code, said.out) == (2, "")
    names = [line.partition(" cannot be used: ")[0] for line in said.err.splitlines()]
    assert names == ["VETDESK_MODE", "VETDESK_PORT", "VETDESK_SECRET"]
    assert "short" not in said.err


def test_a_practice_does_not_start_without_its_secret(prompt, tmp_path):
    said = prompt("serve")
    assert said.sentence.startswith("VETDESK_SECRET is missing. Set it to 32 characters or more")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "url", "words"),
    [
        ("serve", "sqlite:///none.sqlite3", "There is no database file none.sqlite3; `vetdesk migrate` makes it."),
        ("worker", "sqlite:///none.sqlite3", "There is no database file none.sqlite3; `vetdesk migrate` makes it."),
        ("migrate", "sqlite:///letter/rows.sqlite3", "letter/rows.sqlite3 cannot be made: "),
        ("migrate", "sqlite:///letter", "file is not a database."),
        ("serve", "postgres://vet:tuna@127.0.0.1:1/desk", ""),
        ("migrate", "postgres://vet:tuna@127.0.0.1:1/desk", ""),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(prompt, tmp_path, command, url, words):
    (tmp_path / "letter").write_text("Dear owner, this is no database. " * 100)
    sentence = prompt(command, DATABASE_URL=url, SECRET=SECRET).sentence
    assert sentence.startswith(f"The database cannot be used: {words}")
    assert sentence.endswith(". Is VETDESK_DATABASE_URL right, and is it running?")
    assert ".." not in sentence
    assert "tuna" not in sentence
    assert not (tmp_path / "none.sqlite3").exists()


def test_settings_are_listed_with_their_values_and_no_secret(prompt):
    said = prompt(
        "settings",
        PORT="8123",
        SECRET=SECRET,
        SMTP_URL="smtp://vet:tuna@mail.example:587",
        DATABASE_URL="postgres://vet:tuna@db.example/desk",
    )
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert "VETDESK_PORT = 8123" in lines
    assert "VETDESK_SECRET = **********" in lines
    assert "VETDESK_SMTP_URL = **********" in lines
    assert "VETDESK_DATABASE_URL = postgres://vet:**********@db.example/desk" in lines
    assert "VETDESK_PUBLIC_URL = (not set)" in lines
    assert lines[lines.index("VETDESK_PORT = 8123") + 1].strip() == "The port to listen on; 0 takes any that is free."
    assert "tuna" not in said.out
    assert SECRET not in said.out


def test_the_contract_is_printed_for_each_door(prompt):
    whole, staff, owner = (prompt("schema", *view) for view in ((), ("--view", "staff"), ("--view", "owner")))
    assert {(said.code, said.err) for said in (whole, staff, owner)} == {(0, "")}
    assert "@allow(roles: [" in whole.out
    for view in (staff, owner):
        assert "@allow" not in view.out
        assert "directive @" not in view.out
    for word in STAFF_WORDS:
        assert word in staff.out
        assert word not in owner.out
    assert "myPets" in owner.out
    assert "myPets" not in staff.out


def test_the_committed_contract_is_compared_with_the_code(prompt, tmp_path):
    committed, now = tmp_path / "schema.graphql", printed(schema)
    committed.write_text(now)
    assert prompt("schema", "--check") == Said(0, "", "")

    stale = "schema.graphql is not what the code says. Run `make schema` and read the difference."
    committed.write_text(now.replace("input SignInInput", "input SignInput").replace("SignInInput", "SignInput"))
    said = prompt("schema", "--check")
    assert (said.code, said.out) == (1, "")
    first, *_, last = said.err.splitlines()
    assert first.startswith("breaks clients: In the ")
    assert last == stale
    assert "SignInput was removed." in said.err

    # Other words break nobody, but have to be read.
    committed.write_text(now.replace("Sign in as one of the staff.", "Come in."))
    assert prompt("schema", "--check") == Said(1, "", f"{stale}\n")
    committed.unlink()
    assert prompt("schema", "--check") == Said(1, "", f"{stale}\n")


def test_what_is_wrong_is_found_and_named(prompt, tmp_path):
    ill = prompt("check", DATABASE_URL="sqlite:///rows.sqlite3")
    assert (ill.code, ill.err) == (1, "")
    assert "VETDESK_SECRET is missing." in ill.out
    assert "Run `vetdesk migrate`" in ill.out
    assert prompt("migrate", DATABASE_URL="sqlite:///rows.sqlite3").code == 0
    well = prompt("check", DATABASE_URL="sqlite:///rows.sqlite3", SECRET=SECRET, PUBLIC_URL="https://vet.example")
    assert (well.code, well.err) == (0, "")


def test_a_process_that_could_do_no_good_does_not_start(prompt):
    rows = "sqlite:///rows.sqlite3"
    assert prompt("migrate", DATABASE_URL=rows).code == 0
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]
        taken = prompt("serve", DATABASE_URL=rows, SECRET=SECRET, PORT=str(port))
    assert taken.sentence == (
        f"The server could not start on 127.0.0.1:{port}. The lines above say why. If the address is in use, please stop "
        "the program that listens there, or name another port: VETDESK_PORT."
    )

    # By now there is a key, sealed with the secret.
    for command in ("serve", "worker"):
        said = prompt(command, DATABASE_URL=rows, SECRET=SECRET[::-1])
        assert said.sentence.startswith("The database was sealed with another VETDESK_SECRET.")
