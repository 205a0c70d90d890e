"""`python -m tests.soak.histories [--database sqlite|postgres|both] [--histories N] [--steps N] [--seed N]`.

Random histories of money, each in a practice of its own: after every step the books must balance, and say what a
bookkeeper says who reckons apart from the program. Ends with 1 at the first that does not, and says how to repeat it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from rich.console import Console

from tests.databases import Databases
from tests.money.history import History, a_street
from tests.soak.both import on_both, on_one
from vetdesk.database import connect


async def _soaked(databases: Databases, asked: argparse.Namespace) -> bool:
    out, started, done = Console(), time.monotonic(), Counter[str]()
    for seed in range(asked.seed, asked.seed + asked.histories):
        async with databases.migrated() as database, connect(database.url):
            history = History(await a_street(), seed)
            for step in range(asked.steps):
                try:
                    await history.step()
                except BaseException:
                    again = f"--database {database.dialect} --histories 1 --seed {seed} --steps {step + 1}"
                    out.print(f"That did not hold. Again: python -m tests.soak.histories {again}", highlight=False)
                    raise
            await history.end()
            done += history.done
    told = ", ".join(f"{what}: {many}" for what, many in sorted(done.items()))
    out.print(f"{asked.database}: {asked.histories} histories in {time.monotonic() - started:.0f} s. {told}")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.histories", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--histories", type=int, default=200, help="how many, on each database (200)")
    parser.add_argument("--steps", type=int, default=200, help="how many deeds in each (200)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    asked = parser.parse_args()
    if asked.database == "both":
        return on_both("tests.soak.histories")
    return on_one(asked.database, lambda databases: _soaked(databases, asked))


if __name__ == "__main__":
    sys.exit(main())
