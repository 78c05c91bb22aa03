"""How long the plugin's temporary PostgreSQL takes to start, from nothing to its first answer.

Run it with `uv run python tests/benchmarks/start_up.py`.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.shipped import start_server


def start() -> tuple[str, float, float]:
    """Start a server and stop it; return its version, and the seconds of each."""
    begun = perf_counter()
    server = start_server()
    started = perf_counter()
    server.stop()
    return server.version, started - begun, perf_counter() - started


def main() -> None:
    """Start as many servers as asked for, one after another, and print the medians."""
    parser = argparse.ArgumentParser(description="Measure how long PostgreSQL takes to start.")
    parser.add_argument("--times", type=int, default=7, metavar="N")
    times = max(1, parser.parse_args().times)
    versions, starts, stops = zip(*(start() for _ in range(times)), strict=True)
    print(f"PostgreSQL {versions[0]}, {times} times, medians")
    print(f"start: {median(starts):.2f} s ({min(starts):.2f} to {max(starts):.2f})")
    print(f"stop: {median(stops):.2f} s ({min(stops):.2f} to {max(stops):.2f})")


if __name__ == "__main__":
    main()
