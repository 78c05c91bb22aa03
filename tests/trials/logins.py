"""Wrong logins: many at once must not take the service from those who are signed in."""

import asyncio
from collections import Counter
from statistics import median
from time import perf_counter

from tests.trials.client import Client, clients
from tests.trials.stage import Figure, Stage, add_document

ATTACKERS = 40
QUIET_SECONDS, FLOOD_SECONDS = 5, 20


async def wrong_logins(stage: Stage) -> list[Figure]:
    """Read a document, and ask whether the service is ready: in quiet and during the logins, from one address or many.

    An address that fails too often is refused. Many addresses keep the queue of hashes full.
    """
    url, found = await stage.add_migrated_database(), list[Figure]()
    for addresses in (1, ATTACKERS):
        async with stage.replica(url, {"FORWARDED_ALLOW_IPS": "127.0.0.1"}) as replica:
            headers = await replica.sign_in()
            reader = Client(replica.port, headers)
            path = await add_document(reader)
            quiet = await read(reader, path, QUIET_SECONDS)

            statuses, ready, ended = Counter[int](), Counter[int](), asyncio.Event()
            async with clients(replica.port, ATTACKERS) as attackers, asyncio.TaskGroup() as flood:
                for number, each in enumerate(attackers):
                    each.headers["X-Forwarded-For"] = f"192.0.2.{number % addresses}"
                    flood.create_task(attack(each, f"user{number}@example.com", statuses, ended))
                flood.create_task(ask(Client(replica.port), ready, ended))
                busy = await read(reader, path, FLOOD_SECONDS)
                ended.set()

        said = ", ".join(f"{number} times {status}" for status, number in sorted(statuses.items()))
        ratio = median(busy) / median(quiet)
        found += [
            Figure(f"{ATTACKERS} parallel wrong logins, addresses: {addresses}", said),
            Figure("a document in quiet", f"{median(quiet) * 1000:.1f} ms"),
            Figure("a document meanwhile", f"{median(busy) * 1000:.1f} ms, {ratio:.1f} times", "10 times", ratio <= 10),
            Figure("readiness meanwhile", f"{dict(ready)}", "always 200", set(ready) == {200}),
        ]
    return found


async def read(client: Client, path: str, seconds: float) -> list[float]:
    """Return the times of requests, one after the other."""
    times, end = list[float](), perf_counter() + seconds
    while perf_counter() < end:
        started = perf_counter()
        answer = await client.get(path)
        times.append(perf_counter() - started)
        assert answer.status == 200, answer
    return times


async def attack(client: Client, email: str, statuses: Counter[int], ended: asyncio.Event) -> None:
    while not ended.is_set():
        statuses[(await client.post("/api/auth/login", {"email": email, "password": "wrong"})).status] += 1


async def ask(client: Client, statuses: Counter[int], ended: asyncio.Event) -> None:
    while not ended.is_set():
        statuses[(await client.get("/api/ready")).status] += 1
        await asyncio.sleep(0.2)
