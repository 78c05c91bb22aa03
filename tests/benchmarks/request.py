"""One request of the service beside the same route without layers.

    uv run python tests/benchmarks/request.py [ROUNDS] [SECONDS]

The request is a signed-in `GET /api/documents/{id}`; rendered/bare.py is the route that it is compared with. Both are
served by the image's command, in a process each, and take turns. The goal is 0.70 of its requests a second. It prints,
and asserts no time. The processor time is that of the process, from /proc.
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
from tests.trials.stage import PACKAGE, Replica, Stage, open_stage

ROUNDS, SECONDS, CONNECTIONS = 9, 3.0, 8
RENDERED = Path(__file__).parent / "rendered"


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


async def measure(stage: Stage, rounds: int, seconds: float) -> tuple[Turns, Turns]:
    """Let both take turns, after one that is not counted."""
    url = await stage.add_migrated_database()
    bare = {f"{PACKAGE}.main:create_app": "bare:create_app"}
    async with AsyncExitStack() as stack:
        whole = Turns(await stack.enter_async_context(stage.replica(url)))
        without = Turns(await stack.enter_async_context(stage.replica(url, {"PYTHONPATH": str(RENDERED)}, bare)))
        headers = await whole.replica.sign_in()
        made = await Client(whole.replica.port, headers).post("/api/documents", {"title": "Soup", "content": "Hot."})
        for number in range(rounds + 1):
            for each in (whole, without) if number % 2 else (without, whole):
                await each.take(f"/api/documents/{made.json()['id']}", headers, seconds)
    return whole, without


def main() -> None:
    """Measure and print a table, in Markdown."""
    given = [float(word) for word in sys.argv[1:]]
    rounds, seconds = [*given, *(ROUNDS, SECONDS)[len(given) :]]
    with open_stage() as stage:
        whole, without = asyncio.run(measure(stage, int(rounds), seconds))
    print(f"medians of {rounds:.0f} rounds\n\n| | service | without layers | ratio |\n| --- | ---: | ---: | ---: |")
    for name, ours, others in (
        ("requests a second", whole.rates[1:], without.rates[1:]),
        ("processor time, ms", whole.milliseconds[1:], without.milliseconds[1:]),
    ):
        turns = sorted(mine / theirs for mine, theirs in zip(ours, others, strict=True) if theirs)
        ratio = f"{median(turns):.2f} ({turns[0]:.2f} to {turns[-1]:.2f})" if turns else ""
        print(f"| {name} | {median(ours):.2f} | {median(others):.2f} | {ratio} |")


if __name__ == "__main__":
    main()
