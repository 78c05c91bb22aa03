"""Repeat what a service must stand, against the real programs, and print a table.

    uv run python -m tests.trials [TRIAL ...] [--share 0.01]

It takes less than ten minutes on two idle cores. It exits with 1 if a figure is not what is asked. With a smaller share
it sends fewer requests, to try the trials themselves.
"""

import argparse
import asyncio
import sys
from time import perf_counter

from tests.trials.contract import generated_requests
from tests.trials.database import migrations_at_once, shared_limit, stopped_database
from tests.trials.load import large_body, many_at_once, many_in_turn
from tests.trials.logins import wrong_logins
from tests.trials.stage import open_stage

TRIALS = {
    trial.__name__: trial
    for trial in (
        migrations_at_once,
        shared_limit,
        wrong_logins,
        large_body,
        many_at_once,
        stopped_database,
        many_in_turn,
        generated_requests,
    )
}


def main() -> None:
    """Run the trials, and print each figure."""
    parser = argparse.ArgumentParser(description="Repeat what a service must stand.")
    parser.add_argument("trials", nargs="*", choices=[*TRIALS, []], metavar="TRIAL", help=", ".join(TRIALS))
    parser.add_argument("--share", type=float, default=1, help="of the requests")
    options = parser.parse_args()
    started, failed = perf_counter(), False
    print("| trial | measured | asked | |\n|---|---|---|---|")
    with open_stage(options.share) as stage:
        for name in options.trials or TRIALS:
            for each in asyncio.run(TRIALS[name](stage)):
                verdict = "" if not each.asked else "ok" if each.ok else "NOT OK"
                print(f"| {each.name} | {each.measured} | {each.asked} | {verdict} |", flush=True)
                failed = failed or not each.ok
    print(f"\n{perf_counter() - started:.0f} s")
    sys.exit(failed)


if __name__ == "__main__":
    main()
