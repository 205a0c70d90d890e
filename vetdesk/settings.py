"""The settings: the only reader of the environment. Every setting is `VETDESK_` and its name, in capitals."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vetdesk.database.address import AddressError, parse

PREFIX = "VETDESK_"
# Names that belong to the test suite and mean nothing to the program.
_FOREIGN = "VETDESK_TEST_"
_SECRET_LENGTH = 32
_NOTICE_SECRET_LENGTH = 16

Names = Annotated[tuple[str, ...], NoDecode]
Positive = Annotated[int, Field(ge=1)]


class SettingsError(Exception):
    """A setting is unknown, missing or makes no sense; the sentence says which, and what to do."""


class Settings(BaseSettings):
    """How this process runs. Frozen: what was read at the start holds until the end."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    # Where
    mode: Literal["production", "development"] = Field(
        default="production",
        description="production, or development: GraphiQL, introspection for owners, a secret made up when missing.",
    )
    database_url: str = Field(
        default="sqlite:///data/vetdesk.sqlite3",
        description="Where the rows are: sqlite:///folder/file.sqlite3 or postgres://name:password@host:5432/database.",
    )
    pool_size: Positive = Field(default=10, description="The most connections one process opens to PostgreSQL.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes any that is free.")
    public_url: str | None = Field(
        default=None,
        description="The address clients know us by, as https://vet.example; used in letters and tokens.",
    )
    data_folder: Path = Field(default=Path("data"), description="The folder for whatever is not in the database.")
    secret: SecretStr | None = Field(
        default=None,
        description="Seals the signing keys in the database: 32 characters or more, the same in every process. "
        "Without it, the file `secret` in the data folder is read.",
    )
    cors_origins: Names = Field(
        default=(), description="Web origins whose pages may call us and open sockets, divided by commas."
    )
    forwarded_allow_ips: Names = Field(
        default=(),
        description="Addresses of proxies whose X-Forwarded-For we believe, divided by commas; nobody's by default.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least worth logging."
    )

    metrics_token: SecretStr | None = Field(
        default=None,
        description="Who sends this as `Authorization: Bearer`, as Prometheus can, may read the figures of this process "
        "at /metrics: 32 characters or more. Without it there is no such page.",
    )

    # Mail and the worker
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server: smtp://name:password@host:587?starttls=true, or smtps:// for TLS from the start. "
        "Without it, letters are written to the outbox folder.",
    )
    mail_from: str = Field(default="Vetdesk <practice@vetdesk.example>", description="The sender of our letters.")
    mail_return_to: str | None = Field(
        default=None,
        description="The address to which a letter comes back that cannot be delivered; that of the sender by default.",
    )
    letters_a_minute: Positive = Field(
        default=60,
        description="The most letters a minute to one mail domain, from all processes together; codes and invitations, for "
        "which somebody waits, are not counted.",
    )
    bounces_url: SecretStr | None = Field(
        default=None,
        description="The mailbox to which letters come back, as imaps://name:password@host:993/INBOX. The worker reads there "
        "what mail servers report, marks that as seen, and leaves all else alone.",
    )
    bounces_secret: SecretStr | None = Field(
        default=None,
        description="Who sends this as `Authorization: Bearer` may post to /bounces what came back (message/rfc822): 32 "
        "characters or more. Without it there is no such address.",
    )
    outbox_folder: Path | None = Field(
        default=None,
        description="Where letters lie when there is no mail server; `outbox` in the data folder by default.",
    )
    worker_every_seconds: float = Field(
        default=2.0, gt=0, description="How often the worker looks for letters that are due."
    )

    paper: Literal["a4", "us-letter"] = Field(default="a4", description="The paper we print on: a4 or us-letter.")

    # Payments by card
    payments_url: str | None = Field(
        default=None,
        description="Where the payment provider is, as https://provider.example. Without it, card payments are refused.",
    )
    payments_key: SecretStr | None = Field(default=None, description="The key that the payment provider gave us.")
    payments_notice_secrets: SecretStr | None = Field(
        default=None,
        description="The secrets with which it signs its notices to /payments/notices, divided by commas: the old and "
        "the new one while one is exchanged for another. 16 characters or more each.",
    )

    # Signing in
    access_token_minutes: Positive = Field(default=10, description="How long an access token lasts.")
    refresh_days: Positive = Field(default=30, description="How long a session lasts that nobody uses.")
    refresh_absolute_days: Positive = Field(default=90, description="How long a session lasts at most.")
    code_minutes: Positive = Field(default=10, description="How long a sign-in code is good.")
    code_digits: int = Field(default=6, ge=6, le=8, description="How many digits a sign-in code has.")
    code_tries: Positive = Field(default=5, description="How often a sign-in code may be mistyped.")
    invitation_days: Positive = Field(default=7, description="How long an invitation is good.")
    throttle_minutes: Positive = Field(default=15, description="The stretch the next five settings count in.")
    code_requests_per_address: Positive = Field(
        default=3, description="Sign-in codes for one e-mail address in that stretch."
    )
    code_requests_per_origin: Positive = Field(
        default=20, description="Sign-in codes asked for from one network address."
    )
    sign_in_attempts_per_account: Positive = Field(
        default=5, description="Attempts to sign in to one account from one network; ten times as many from everywhere."
    )
    sign_in_attempts_per_origin: Positive = Field(
        default=30, description="Attempts to sign in from one network address."
    )
    certificates_per_origin: Positive = Field(
        default=30, description="Certificates looked for in vain from one network address; those found do not count."
    )
    letter_links_per_origin: Positive = Field(
        default=30, description="Links from letters that are not ours, tried from one network address."
    )
    uses_per_letter_link: Positive = Field(default=60, description="How often one link from a letter may be used.")
    link_minutes: Positive = Field(
        default=15, description="How long a link to a printed paper, or to a journal, is good."
    )

    # Limits of one request
    max_body_bytes: Positive = Field(default=262_144, description="The largest request body.")
    max_document_chars: Positive = Field(default=20_000, description="The longest GraphQL document.")
    max_tokens: Positive = Field(default=2_000, description="The most tokens in a document.")
    max_depth: Positive = Field(default=12, description="The deepest selection.")
    max_aliases: Positive = Field(default=30, description="The most aliases in a document.")
    max_directives: Positive = Field(default=30, description="The most directives in a document.")
    max_cost: Positive = Field(
        default=5_000,
        description="The highest cost of a document, counted before it is run; introspection alone may cost more.",
    )
    max_subscription_cost: Positive = Field(
        default=500, description="The highest cost of a subscription, which is read anew at every change."
    )
    max_page: Positive = Field(default=100, description="The longest page of a connection.")
    max_levels: Positive = Field(
        default=1_000,
        description="The most lists within lists that are planned for a document; what is of many kinds counts for each.",
    )
    max_answer_chars: Positive = Field(
        default=5_000_000, description="The most characters of texts in an answer, counted while they are read."
    )
    deadline_seconds: float = Field(default=15.0, gt=0, description="How long one request may take.")
    idempotency_hours: int = Field(
        default=24, ge=24, description="How long the answer under an idempotency key is kept."
    )

    # Live connections
    max_sockets: Positive = Field(default=5_000, description="The most WebSockets this process holds open.")
    max_strangers_per_origin: Positive = Field(
        default=1_000, description="The most WebSockets from one network address that have not said yet who they are."
    )
    max_connections_per_account: Positive = Field(
        default=20, description="The most sockets and event streams of one account in this process."
    )
    max_operations_per_socket: Positive = Field(default=20, description="The most operations at work on one socket.")
    max_message_bytes: Positive = Field(default=65_536, description="The largest message over a socket.")
    socket_init_seconds: float = Field(
        default=10.0, gt=0, description="How long a socket may stay silent before it says who it is."
    )
    resume_hours: Positive = Field(
        default=72, description="How old the cursor of a change may be from which a client goes on."
    )

    @field_validator("cors_origins", "forwarded_allow_ips", mode="before")
    @classmethod
    def _divided(cls, value: object) -> object:
        return divided(value) if isinstance(value, str) else value

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _known_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(name == "*" or name.endswith("/0") for name in value):
            raise ValueError(
                "name the addresses of your proxies; if everybody's word is believed, anybody can choose their own address"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            parse(value)
        except AddressError as exc:
            raise ValueError(str(exc)) from exc
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                raise ValueError("it must read smtp://name:password@host:587 or smtps://name:password@host:465")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be a web address such as https://vet.example")
        return value.rstrip("/")

    @field_validator("payments_url")
    @classmethod
    def _safe_provider(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://provider.example")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be a web address such as https://provider.example")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("whoever is not on this machine has to be reached by https://")
        return value.rstrip("/") if value else None

    @field_validator("payments_notice_secrets")
    @classmethod
    def _long_notice_secrets(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(one) < _NOTICE_SECRET_LENGTH for one in divided(value.get_secret_value())):
            raise ValueError(f"each must have {_NOTICE_SECRET_LENGTH} characters or more")
        return value

    @field_validator("secret", "metrics_token", "bounces_secret")
    @classmethod
    def _long_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SECRET_LENGTH:
            raise ValueError(
                f"it must have {_SECRET_LENGTH} characters or more; make one with: openssl rand -base64 48"
            )
        return value

    @property
    def development(self) -> bool:
        """This is a developer's machine, not a practice."""
        return self.mode == "development"

    @property
    def letters_folder(self) -> Path:
        """Where letters lie when there is no mail server."""
        return self.outbox_folder or self.data_folder / "outbox"

    @property
    def secret_file(self) -> Path:
        """Where the secret is kept when it is not in the environment."""
        return self.data_folder / "secret"

    @property
    def notice_secrets(self) -> tuple[str, ...]:
        """The secrets that the payment provider may sign its notices with."""
        return divided(self.payments_notice_secrets.get_secret_value()) if self.payments_notice_secrets else ()

    @property
    def base_url(self) -> str:
        """The address clients know us by, without a slash at its end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def required_secret(self) -> str:
        """The secret, from the environment or from its file.

        Raises:
            SettingsError: there is none, or the file holds one that is too short.
        """
        if self.secret is not None:
            return self.secret.get_secret_value()
        try:
            secret = self.secret_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise SettingsError(
                f"VETDESK_SECRET is missing. Set it to {_SECRET_LENGTH} characters or more (openssl rand -base64 48), "
                f"the same in every process, or keep it in {self.secret_file}.",
            ) from None
        except OSError as exc:
            raise SettingsError(f"The secret in {self.secret_file} cannot be read: {exc.strerror}.") from exc
        if len(secret) < _SECRET_LENGTH:
            raise SettingsError(f"The secret in {self.secret_file} must have {_SECRET_LENGTH} characters or more.")
        return secret


def load() -> Settings:
    """The settings in the environment.

    Raises:
        SettingsError: a name is unknown or a value makes no sense; the sentence names it, and the nearest known name.
    """
    _refuse_unknown(os.environ)
    try:
        return Settings()
    except ValidationError as exc:
        raise SettingsError("\n".join(_sentence(error) for error in exc.errors(include_url=False))) from None


def divided(text: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def explained(settings: Settings) -> list[tuple[str, str, str]]:
    """Each setting as its name in the environment, its value now (secrets hidden), and what it is for."""
    return [
        (PREFIX + name.upper(), _shown(getattr(settings, name)), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(environment):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper.startswith(_FOREIGN) or upper in known:
            continue
        near = difflib.get_close_matches(upper, known, n=1, cutoff=0.75)
        hint = f"Did you mean {near[0]}?" if near else "`vetdesk settings` lists those there are."
        raise SettingsError(f"There is no setting {name}. {hint}")


def _sentence(error: Any) -> str:
    name = PREFIX + "_".join(str(part) for part in error["loc"][:1]).upper()
    reason = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{name} cannot be used: {reason[:1].lower()}{reason[1:]}."


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, str) and "://" in value:
        return _without_password(value)
    return str(value)


def _without_password(address: str) -> str:
    password = urlsplit(address).password
    return address.replace(f":{password}@", ":**********@") if password else address
