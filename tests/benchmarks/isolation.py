"""What isolation costs one test, for the plugin and for other designs, side by side in one run.

Run it with `uv run python tests/benchmarks/isolation.py`. It starts the plugin's temporary
PostgreSQL and prints a table, in Markdown. The designs take turns, so that a slow minute of the
machine is slow for all of them. docs/benchmarks.md says more.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import URL, make_url

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.design import DIRTY_TABLES, Design, make_schema, opened
from tests.benchmarks.designs import DESIGNS
from tests.support.shipped import start_temporary

WARM_UP_ROUNDS = 2


async def isolate(design: Design) -> float:
    """Run one test, and return how many milliseconds went into its isolation."""
    start = perf_counter()
    await design.begin()
    begun = perf_counter()
    await design.test()
    tested = perf_counter()
    await design.end()
    return (perf_counter() - tested + begun - start) * 1000


async def measure(server: URL, tables: int, rounds: int) -> list[float]:
    """Return the median of each design, in milliseconds, on a schema of so many tables."""
    metadata = make_schema(tables)
    async with AsyncExitStack() as stack:
        designs = [await stack.enter_async_context(opened(design, server, metadata)) for design in DESIGNS]
        times: list[list[float]] = [[] for _ in designs]
        for number in range(WARM_UP_ROUNDS + rounds):
            for design, found in zip(designs, times, strict=True):
                turn = [await isolate(design) for _ in range(design.tests_per_round)]
                if number >= WARM_UP_ROUNDS:
                    found.extend(turn)
    return [median(found) for found in times]


def table(sizes: Sequence[int], medians: Sequence[Sequence[float]]) -> str:
    """Write the medians, and how many times the plugin's each one is, as a Markdown table."""
    heads = ["a test's isolation"]
    for size in sizes:
        heads += [f"{size} tables, ms", "ratio"]
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1)]
    for number, design in enumerate(DESIGNS):
        line = [design.label]
        for found in medians:
            line += [f"{found[number]:.3f}", f"{found[number] / found[0]:.2f}"]
        lines.append(line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure what isolation costs one test.")
    parser.add_argument("--tables", type=int, nargs="+", default=[8, 30, 200], metavar="N")
    parser.add_argument("--rounds", type=int, default=15, metavar="N")
    options = parser.parse_args(given)
    if min(options.tables) < DIRTY_TABLES:
        parser.error(f"a test writes to {DIRTY_TABLES} tables: give --tables at least as many")
    if options.rounds < 1:
        parser.error("there is nothing to measure: give --rounds at least 1")
    return options


def main() -> None:
    """Start a server, measure each schema, print the table."""
    options = arguments()
    with start_temporary() as server:
        url = make_url(server.url).set(drivername="postgresql+asyncpg")
        medians = [asyncio.run(measure(url, tables, options.rounds)) for tables in options.tables]
        print(f"PostgreSQL {server.version}, {options.rounds} rounds, medians\n")
    print(table(options.tables, medians))


if __name__ == "__main__":
    main()
