"""`python -m tests.year [--database sqlite|postgres|both] [--animals 10000] [--days 365] [--seed 1]`.

A year of a practice that reminds, for each database: households, animals, and what happens to them, a worker that looks
seven times a day, a second one beside it, and both cut off now and then. What was sent is held against what an
independent reckoning expects, letter by letter. Ends with 1 when they differ.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter

from tests.databases import Databases
from tests.doors import Program
from tests.soak.both import on_both, on_one
from tests.year.lived import Year, lived
from vetdesk.database import connect

_SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--animals", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.database == "both":
        return on_both("tests.year")

    async def through(databases: Databases) -> bool:
        began = time.monotonic()

        def told(day: int) -> None:
            if day % 30 == 29 or day == asked.days - 1:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                print(f"day {day + 1}: {time.monotonic() - began:.0f} s, {memory} MB", flush=True)

        async with databases.migrated() as database, connect(database.url):
            year = await lived(asked.animals, asked.days, seed=asked.seed, vault=Program().adapters.vault, told=told)
        return _shown(year)

    return on_one(asked.database, through)


def _shown(year: Year) -> bool:
    letters, items = len(year.expected.sent), [one for letter in year.expected.sent for one in letter]
    print(f"{year.street.deeds} deeds, {letters} letters about {len(items)} things, workers cut off {year.cuts} times")
    for (rule, step), many in sorted(Counter((one.rule, one.step) for one in items).items()):
        print(f"  {rule:14} {step:4}: {many}")
    for reason, many in sorted(Counter(one.reason for one in year.expected.withheld.elements()).items()):
        print(f"  withheld, {reason}: {many}")
    for trouble in year.troubles[:_SHOWN]:
        print(trouble)
    print(f"{len(year.troubles)} troubles")
    return not year.troubles


if __name__ == "__main__":
    raise SystemExit(main())
