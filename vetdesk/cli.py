"""The command line: everything an operator types is `vetdesk …`."""

from __future__ import annotations

import secrets
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import cyclopts
from cyclopts import Parameter
from rich.console import Console

import vetdesk
from models.refusal import DatabaseUnavailable, Refusal
from resolvers.viewer import Audience
from vetdesk import settings as settings_of
from vetdesk import telemetry
from vetdesk.database.address import AddressError
from vetdesk.settings import Settings, SettingsError

SCHEMA_FILE = Path("schema.graphql")
_ON_TROUBLE = 2

app = cyclopts.App(
    name="vetdesk",
    version=vetdesk.__version__,
    help="Vetdesk: the system of record of a veterinary practice, as one GraphQL API.\n\n"
    "Settings are environment variables; `vetdesk settings` explains each. If something does not work,"
    " `vetdesk check` says what and how to mend it.",
    help_format="plaintext",
)
out = Console()
err = Console(stderr=True)


def main() -> None:
    """Carry out what was typed; whatever a person can mend is said in a sentence, not a stack trace."""
    try:
        app(sys.argv[1:])
    except (SettingsError, AddressError) as trouble:
        _stop(str(trouble))
    except DatabaseUnavailable as trouble:
        _stop(
            f"The database cannot be used: {str(trouble).rstrip('.')}. Is VETDESK_DATABASE_URL right, and is it running?"
        )
    except Refusal as refusal:
        _stop(refusal.message)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command
def serve(*, worker: Annotated[bool, Parameter(negative="--no-worker")] = True) -> None:
    """Serve the API, remind, and deliver letters.

    Parameters
    ----------
    worker
        Remind and deliver letters in this process too; --no-worker when `vetdesk worker` runs elsewhere.
    """
    from vetdesk.serving import serve as serve_forever

    serve_forever(_settings(), works=worker)


@app.command
async def worker() -> None:
    """Remind and deliver letters until stopped: beside several `vetdesk serve --no-worker`, on any number of machines."""
    from vetdesk.serving import work

    await work(_settings())


@app.command(name="sandbox-payments")
def sandbox_payments() -> None:
    """Run a payment provider for trying things out, at VETDESK_PAYMENTS_URL. No real card is charged.

    What it knows lies in the data folder; it tells the server at the address in the settings what has happened.
    """
    from vetdesk.payments.sandbox.running import run, said_by

    run(said_by(_settings()))


@app.command
async def migrate() -> None:
    """Bring the database to the tables this version needs. Safe to run twice, and by two machines at once."""
    from vetdesk.database import migrate as carry_out

    done = await carry_out(_settings().database_url)
    out.print("\n".join(f"  done: {name}" for name in done) or "Nothing to do: every migration has been run.")


@app.command
async def demo() -> None:
    """Fill an empty database with a practice made up for trying things out. Refuses one that holds a practice."""
    from vetdesk.demo.filling import fill

    await fill(_settings(), out)


@app.command
def schema(*, view: Literal["staff", "owner"] | None = None, check: bool = False) -> int:
    """Print the contract.

    Parameters
    ----------
    view
        Print what one door shows, for client code generators, instead of the whole contract.
    check
        Print nothing: compare with schema.graphql in this folder, and name what would break clients.
    """
    from graph.schema import schema as unified
    from graph.sdl import breaking_changes, printed

    if not check:
        sys.stdout.write(printed(unified, Audience(view) if view else None))
        return 0
    committed = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
    for sentence in breaking_changes(committed, unified):
        err.print(f"breaks clients: {sentence}", markup=False, highlight=False, soft_wrap=True)
    if committed != printed(unified):
        err.print(
            "schema.graphql is not what the code says. Run `make schema` and read the difference.", soft_wrap=True
        )
        return 1
    return 0


@app.command
def settings() -> None:
    """List every setting: its name, its value now (secrets hidden), and what it is for."""
    for name, value, about in settings_of.explained(settings_of.load()):
        # A line a name, so that it can be searched for and copied whole.
        out.print(f"{name} = {value or '(not set)'}", soft_wrap=True, markup=False, highlight=False)
        out.print(
            textwrap.fill(about, 76, initial_indent=" " * 4, subsequent_indent=" " * 4), markup=False, highlight=False
        )


@app.command
async def invite(
    email: str,
    *,
    given_name: str,
    family_name: str,
    practice: str = "Our practice",
    language: str = "en",
) -> None:
    """Invite a manager: the first one of an empty database, or another when nobody can sign in any more.

    Everybody else is invited by a manager through the API.

    Parameters
    ----------
    email
        The address to invite; it becomes the one to sign in with.
    given_name
        The manager's given name.
    family_name
        The manager's family name.
    practice
        The name of the practice, when the database does not hold one yet.
    language
        The language of the practice's letters, such as en or de.
    """
    from vetdesk.inviting import invite_manager

    await invite_manager(
        _settings(), out, email=email, names=(given_name, family_name), practice=practice, language=language
    )


@app.command
def watch(*, email: str, location: str | None = None, on: date | None = None, url: str | None = None) -> None:
    """Show the day of a location as it changes: drawn on a terminal, elsewhere a line for every change.

    Looks in from outside, as any client does. The password is asked for; without a terminal, it is read from the input.

    Parameters
    ----------
    email
        Who looks: one of the staff.
    location
        Its name, or how it begins; not needed when the practice has only one.
    on
        The day, as 2026-03-02; today on the calendar of the location when it is not said.
    url
        Where the server is, as https://vet.example; by default the address in the settings.
    """
    import asyncio
    import getpass

    from vetdesk.watching import following
    from vetdesk.watching.door import Stopped

    address = url or settings_of.load().base_url
    asked = sys.stdin.isatty()
    try:
        password = getpass.getpass(f"Password of {email}: ") if asked else sys.stdin.readline().rstrip("\r\n")
        asyncio.run(following.watch(address, email, password, following.Wish(location, on), out=out, err=err))
    except EOFError:
        _stop("Without a password nobody is let in.")
    except Stopped as trouble:
        _stop(str(trouble))


@app.command
async def explain(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    role: Annotated[str, Parameter(name="--as")],
    operation: str | None = None,
    variables: str | None = None,
) -> int:
    """Show what a document costs and what it reads, as plan and SQL. Nothing is done, and nothing is changed.

    Parameters
    ----------
    file
        The file with the document; - for the input.
    role
        For whom: owner, vet, nurse, receptionist or manager; an owner comes to the owners' door.
    operation
        The name of the operation, when the document has several.
    variables
        The variables as JSON, or a file with them; what is missing is made up.
    """
    from vetdesk.explaining.asking import NotExplained, Wish, explained
    from vetdesk.explaining.drawing import draw

    try:
        given = variables and (variables if variables.lstrip().startswith("{") else _text(Path(variables)))
        told = await explained(_settings(), Wish(_text(file), role, operation, given))
    except NotExplained as trouble:
        _stop(str(trouble))
    draw(told, out)
    return _ON_TROUBLE if told.is_refused else 0


@app.command
async def journal(
    *,
    first: Annotated[date, Parameter(name="--from")],
    last: Annotated[date, Parameter(name="--to")],
    legal_entity: str | None = None,
    way: Annotated[Literal["csv", "json"], Parameter(name="--format")] = "csv",
    output: Path | None = None,
) -> None:
    """Write the books of some days for the tax adviser: every entry, day by day.

    Nothing is changed. Once a period is closed, the same days come out the same, byte by byte.

    Parameters
    ----------
    first
        The first day, as 2026-03-01.
    last
        The last day, included, as 2026-03-31; at most 366 days in all.
    legal_entity
        Whose books: its name or how it begins, or what its numbers begin with; not needed when there is only one.
    way
        csv, a table for spreadsheets and bookkeeping, or json, with totals for each day.
    output
        The file to write; without it, everything is printed. A file that is there is replaced.
    """
    from vetdesk.journals.command import NoJournal, write
    from vetdesk.journals.printing import Way

    try:
        await write(_settings(), legal_entity=legal_entity, days=(first, last), way=Way(way), file=output)
    except NoJournal as trouble:
        _stop(str(trouble))


@app.command
async def check() -> int:
    """Look at configuration, database, mail, clock and migrations, and say how to mend what is wrong."""
    from vetdesk.checks import all_is_well

    return 0 if await all_is_well(out) else 1


@app.command
def develop() -> None:
    """Set everything up for trying it out, then serve: a secret, the tables, a demo practice. `make run` calls it."""
    from vetdesk.developing import develop as set_up_and_serve

    set_up_and_serve(_settings(make_secret=True), out)


def _text(file: Path) -> str:
    """What stands in the file, or comes in when it is called `-`."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as trouble:
        _stop(f"{file} cannot be read: {trouble.strerror}.")
    except UnicodeDecodeError:
        _stop(f"{file} cannot be read: it is no text in UTF-8.")


def _settings(*, make_secret: bool = False) -> Settings:
    found = settings_of.load()
    telemetry.configure(found)
    if make_secret and found.secret is None and not found.secret_file.exists():
        try:
            found.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found.secret_file.touch(mode=0o600)
            found.secret_file.write_text(secrets.token_urlsafe(48) + "\n", encoding="utf-8")
        except OSError as exc:
            raise SettingsError(
                f"The folder {found.data_folder} cannot be written to: {exc.strerror}. Name another: VETDESK_DATA_FOLDER."
            ) from exc
    return found


def _stop(sentence: str) -> NoReturn:
    err.print(sentence, style="bold red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(_ON_TROUBLE)
