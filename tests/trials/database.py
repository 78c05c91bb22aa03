"""A PostgreSQL that goes away, and replicas that migrate it at once."""

import asyncio
from collections import Counter
from time import perf_counter

import asyncpg  # type: ignore[import-untyped]  # it has no types

from tests.trials.client import Client, clients
from tests.trials.stage import CHEAP, SOUP, Figure, Stage

WRITERS = 8


async def stopped_database(stage: Stage) -> list[Figure]:
    """Stop PostgreSQL twice while documents are written, and look for each one that was acknowledged."""
    url = await stage.add_migrated_database()
    statuses, acknowledged, ended = Counter[int](), set[str](), asyncio.Event()
    async with stage.replica(url, CHEAP) as replica:
        headers = await replica.sign_in()
        async with clients(replica.port, WRITERS, headers) as writers, asyncio.TaskGroup() as load:
            for each in writers:
                load.create_task(write(each, statuses, acknowledged, ended))
            for _ in range(2):
                await asyncio.sleep(3)
                await asyncio.to_thread(stage.server.stop)
                await asyncio.sleep(1)
                await asyncio.to_thread(stage.start_database)
            before, started = len(acknowledged), perf_counter()
            async with asyncio.timeout(60):
                while len(acknowledged) == before:  # noqa: ASYNC110  the writers know no event
                    await asyncio.sleep(0.05)
            back = perf_counter() - started
            await asyncio.sleep(2)
            ended.set()
    database = await asyncpg.connect(url)
    rows = {str(row["id"]) for row in await database.fetch("SELECT id FROM documents")}
    await database.close()
    lost = acknowledged - rows
    said = ", ".join(f"{number} times {status}" for status, number in sorted(statuses.items()))
    return [
        Figure("PostgreSQL stopped twice under load", said),
        Figure("acknowledged and lost", f"{len(lost)} of {len(acknowledged)}", "0", not lost and bool(acknowledged)),
        Figure("the next write after its start", f"{back:.1f} s"),
    ]


async def write(client: Client, statuses: Counter[int], acknowledged: set[str], ended: asyncio.Event) -> None:
    while not ended.is_set():
        answer = await client.post("/api/documents", SOUP)
        statuses[answer.status] += 1
        if answer.status == 201:
            acknowledged.add(answer.json()["id"])


async def migrations_at_once(stage: Stage) -> list[Figure]:
    """Let three replicas migrate an empty database."""
    url = await stage.add_database()
    processes = [stage.start(url, "alembic", "upgrade", "head") for _ in range(3)]
    ends = [await asyncio.to_thread(process.wait) for process in processes]
    return [Figure("three replicas migrate at once, and end with", str(ends), "[0, 0, 0]", ends == [0, 0, 0])]


async def shared_limit(stage: Stage) -> list[Figure]:
    """Fail to log in at two replicas in turn: they count together."""
    url, wrong = await stage.add_migrated_database(), {"email": "user@example.com", "password": "wrong"}
    async with stage.replica(url, CHEAP) as first, stage.replica(url, CHEAP) as second:
        answers = [await Client(each.port).post("/api/auth/login", wrong) for each in (first, second) * 6]
    statuses, wait = [answer.status for answer in answers], int(answers[-1].headers.get("retry-after", 0))
    ok = statuses == [401] * 10 + [429] * 2 and 800 < wait <= 900
    return [
        Figure(
            "12 wrong logins at two replicas",
            f"{dict(Counter(statuses))}, Retry-After {wait}",
            "10 times 401, then 429",
            ok,
        )
    ]
