"""Write the next migration: `python -m vetdesk.database.make_migration what_it_does`.

It compares the models with the migrations there are, and touches no database. Read the file before you keep it:
Tortoise does not write the constraints of a new table (add `ops.AddConstraint` or `ops.RunPython`), and SQLite loses
the triggers and indexes of a table it remakes (make them again in the same file).
"""

from __future__ import annotations

import asyncio
import sys

from tortoise.cli.cli import run_cli_async

from vetdesk.database.connect import configuration

# Named in the command line below; only the models in it matter.
CONFIGURATION = configuration("sqlite:///data/vetdesk.sqlite3")


def main() -> int:
    """Write the file; 0 when it went well."""
    named = ["--name", sys.argv[1]] if sys.argv[1:] else []
    return asyncio.run(
        run_cli_async(["-c", "vetdesk.database.make_migration.CONFIGURATION", "makemigrations", *named]),
    )


if __name__ == "__main__":
    sys.exit(main())
