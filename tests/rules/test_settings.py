"""Settings are read once, and what makes no sense stops the start with a sentence."""

import os

import pytest
from pydantic import ValidationError

from vetdesk.settings import Settings, SettingsError, explained, load
from vetdesk.wiring import payments

SECRET = "a secret of thirty-two characters"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("VETDESK_")]:
        monkeypatch.delenv(name)


def test_without_a_word_it_is_a_production_on_this_machine():
    settings = load()
    assert (settings.mode, settings.host, settings.port) == ("production", "127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///data/vetdesk.sqlite3"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert str(settings.letters_folder) == "data/outbox"


def test_lists_are_divided_by_commas(monkeypatch):
    monkeypatch.setenv("VETDESK_CORS_ORIGINS", "https://a.example, https://b.example,")
    assert load().cors_origins == ("https://a.example", "https://b.example")


def test_the_test_suites_own_names_are_no_settings(monkeypatch):
    monkeypatch.setenv("VETDESK_TEST_DATABASE", "postgres")
    assert load().mode == "production"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VETDESK_PROT", "8001", "There is no setting VETDESK_PROT. Did you mean VETDESK_PORT?"),
        ("VETDESK_XYZ", "1", "There is no setting VETDESK_XYZ. `vetdesk settings` lists those there are."),
        ("VETDESK_MODE", "test", "VETDESK_MODE cannot be used: input should be 'production' or 'development'."),
        ("VETDESK_CODE_DIGITS", "4", "VETDESK_CODE_DIGITS cannot be used: input should be greater than or equal to 6."),
        ("VETDESK_PUBLIC_URL", "vet.example", "VETDESK_PUBLIC_URL cannot be used: it must be a web address such as "),
        ("VETDESK_SMTP_URL", "mail.example", "VETDESK_SMTP_URL cannot be used: it must read smtp://name:password@"),
        (
            "VETDESK_FORWARDED_ALLOW_IPS",
            "10.0.0.1, *",
            "VETDESK_FORWARDED_ALLOW_IPS cannot be used: name the addresses of your proxies; if everybody's word is ",
        ),
        ("VETDESK_FORWARDED_ALLOW_IPS", "0.0.0.0/0", "VETDESK_FORWARDED_ALLOW_IPS cannot be used: name the addresses"),
        ("VETDESK_SECRET", "short", "VETDESK_SECRET cannot be used: it must have 32 characters or more; make one with"),
        (
            "VETDESK_DATABASE_URL",
            "mysql://x/y",
            "VETDESK_DATABASE_URL cannot be used: there is no way to a mysql datab",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start_with_a_sentence(monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PAYMENTS_URL", "ftp://provider.example", "it must be a web address"),
        ("PAYMENTS_URL", "http://provider.example", "whoever is not on this machine"),
        ("PAYMENTS_NOTICE_SECRETS", "long enough for one, short", "each must have 16 characters or more"),
    ],
)
def test_a_payment_provider_is_reached_safely_or_not_at_all(monkeypatch, name, value, sentence):
    monkeypatch.setenv(f"VETDESK_{name}", value)
    with pytest.raises(SettingsError, match=f"VETDESK_{name} cannot be used: {sentence}"):
        load()


def test_a_payment_provider_is_named_with_its_key_and_the_secrets_of_its_notices(monkeypatch):
    assert payments(load()) is None
    monkeypatch.setenv("VETDESK_PAYMENTS_URL", "https://provider.example/")
    monkeypatch.setenv("VETDESK_PAYMENTS_KEY", "the key of the practice")
    with pytest.raises(SettingsError, match="VETDESK_PAYMENTS_NOTICE_SECRETS beside it"):
        payments(load())
    monkeypatch.setenv("VETDESK_PAYMENTS_NOTICE_SECRETS", "the one that goes, the one that comes")
    settings = load()
    assert settings.notice_secrets == ("the one that goes", "the one that comes")
    assert payments(settings) is not None
    shown = "\n".join(" ".join(line) for line in explained(settings))
    assert "the one that" not in shown
    assert "the key of" not in shown


def test_secrets_are_never_shown(monkeypatch):
    monkeypatch.setenv("VETDESK_SECRET", SECRET)
    monkeypatch.setenv("VETDESK_SMTP_URL", "smtp://vet:tuna@mail.example:587")
    monkeypatch.setenv("VETDESK_DATABASE_URL", "postgres://vet:tuna@db.example/desk")
    settings = load()
    shown = "\n".join(" ".join(line) for line in explained(settings)) + repr(settings.secret) + str(settings.smtp_url)
    assert "tuna" not in shown
    assert SECRET not in shown
    assert "postgres://vet:**********@db.example/desk" in shown
    assert all(about.endswith((".", "!")) for _, _, about in explained(settings))


def test_what_was_read_holds():
    with pytest.raises(ValidationError):
        load().port = 1


def test_the_secret_is_required_when_it_is_needed(tmp_path, monkeypatch):
    settings = Settings(data_folder=tmp_path)
    with pytest.raises(SettingsError, match=r"^VETDESK_SECRET is missing\. Set it to 32 characters or more"):
        settings.required_secret()
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(SettingsError, match="32 characters or more"):
        settings.required_secret()
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert settings.required_secret() == SECRET
    monkeypatch.setenv("VETDESK_SECRET", SECRET[::-1])
    assert load().required_secret() == SECRET[::-1]
