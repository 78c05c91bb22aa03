"""One request of the service beside the same route without layers.

    uv run python tests/benchmarks/request.py [ROUNDS] [SECONDS]

The request is a signed-in `GET /api/documents/{id}`. rendered/bare.py has the routes that it is compared with: with the
same reads, and without middleware, dependencies and error handlers. Each is served by the image's command in a
process of its own, and they take turns. The goal is 0.70 of the requests a second. The ratio is the service's to each.
It prints, and asserts no time. The processor time is that of the process, from /proc.
"""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.trials.client import Client, clients
from tests.trials.stage import PACKAGE, Replica, Stage, add_document, open_stage

ROUNDS, SECONDS, CONNECTIONS = 9, 3.0, 8
RENDERED = Path(__file__).parent / "rendered"
APPS = {
    "service": f"{PACKAGE}.main:create_app",
    "FastAPI without layers": "bare:create_fastapi",
    "Starlette without layers": "bare:create_starlette",
}


@dataclass
class Turns:
    """What was measured of one process, round by round."""

    replica: Replica
    rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    async def take(self, path: str, headers: dict[str, str], seconds: float) -> None:
        """Ask for some seconds."""
        async with clients(self.replica.port, CONNECTIONS, headers) as connections:
            began, started = processor_seconds(self.replica.process.pid), perf_counter()
            counts = await asyncio.gather(*(ask(each, path, started + seconds) for each in connections))
            spent, count = perf_counter() - started, sum(counts)
            self.rates.append(count / spent)
            self.milliseconds.append((processor_seconds(self.replica.process.pid) - began) / count * 1000)


async def ask(client: Client, path: str, end: float) -> int:
    count = 0
    while perf_counter() < end:
        answer = await client.get(path)
        assert answer.status == 200, answer
        count += 1
    return count


def processor_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0
    fields = stat.read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(stage: Stage, rounds: int, seconds: float) -> dict[str, Turns]:
    """Let all take turns, after one that is not counted."""
    url = await stage.add_migrated_database()
    async with AsyncExitStack() as stack:
        measured = {}
        for name, app in APPS.items():
            words = {APPS["service"]: app}
            measured[name] = Turns(
                await stack.enter_async_context(stage.replica(url, {"PYTHONPATH": str(RENDERED)}, words))
            )
        service = measured["service"].replica
        headers = await service.sign_in()
        path = await add_document(Client(service.port, headers))
        for number in range(rounds + 1):
            order = [*measured.values()]
            for each in order[number % len(order) :] + order[: number % len(order)]:
                await each.take(path, headers, seconds)
    return measured


def main() -> None:
    """Measure and print a table, in Markdown."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with open_stage() as stage:
        measured = asyncio.run(measure(stage, rounds, seconds))
    print(f"medians of {rounds} rounds\n")
    print("| | requests a second | ratio | processor time, ms | ratio |\n| --- | ---: | ---: | ---: | ---: |")
    service = measured["service"]
    for name, turns in measured.items():
        rates, times = turns.rates[1:], turns.milliseconds[1:]
        cells = [f"{median(rates):.1f}", ratio(service.rates[1:], rates)]
        cells += [f"{median(times):.2f}", ratio(service.milliseconds[1:], times)]
        print(f"| {name} | {' | '.join(cells)} |")


def ratio(ours: list[float], others: list[float]) -> str:
    """Return the median and the range of the rounds' own ratios."""
    turns = sorted(mine / theirs for mine, theirs in zip(ours, others, strict=True) if theirs)
    return f"{median(turns):.2f} ({turns[0]:.2f} to {turns[-1]:.2f})" if turns else ""


if __name__ == "__main__":
    main()
