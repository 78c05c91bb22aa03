"""Large bodies, many requests at once, and many one after the other."""

import asyncio
from collections import Counter

import asyncpg  # type: ignore[import-untyped]  # it has no types

from tests.trials.client import Client, clients
from tests.trials.stage import CHEAP, SOUP, Figure, Replica, Stage, add_document

MIB = 1024 * 1024


async def large_body(stage: Stage) -> list[Figure]:
    """Send 200 MiB without a token, with a length that is declared and with one that is not."""
    found = []
    async with stage.replica(await stage.add_migrated_database()) as replica:
        for kind, header in (("declared", f"Content-Length: {200 * MIB}"), ("chunked", "Transfer-Encoding: chunked")):
            before = replica.mib()
            status, most = await pour(replica, header, mib=200)
            measured = f"{status}, {before:.0f} to {most:.0f} MiB"
            found.append(
                Figure(f"a body of 200 MiB, {kind}", measured, "413, +16 MiB", status == 413 and most < before + 16)
            )
    return found


async def pour(replica: Replica, header: str, mib: int) -> tuple[int, float]:
    """Send a body until the server answers or all is sent; return its status, and the most memory that it had."""
    chunk, most = b"x" * MIB, replica.mib()
    framed = f"{MIB:x}\r\n".encode() + chunk + b"\r\n" if "chunked" in header else chunk
    reader, writer = await Client(replica.port).open()
    writer.write(f"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
    answer = asyncio.create_task(reader.readline())
    try:
        for _ in range(mib):
            writer.write(framed)
            await writer.drain()
            most = max(most, replica.mib())
    except ConnectionError:
        pass  # refused in the middle: the answer is there already
    line = await asyncio.wait_for(answer, 30)
    writer.close()
    return int(line.split()[1]), most


async def many_at_once(stage: Stage) -> list[Figure]:
    """Write 500 documents at once through five connections to the database."""
    url, count = await stage.add_migrated_database(), 500
    async with stage.replica(url, {**CHEAP, "DATABASE_POOL_SIZE": "5"}) as replica:
        headers = await replica.sign_in()
        async with clients(replica.port, count, headers) as connections, asyncio.timeout(120):
            answers = await asyncio.gather(*(each.post("/api/documents", SOUP) for each in connections))
    statuses = Counter(answer.status for answer in answers)
    database = await asyncpg.connect(url)
    written = await database.fetchval("SELECT count(*) FROM documents")
    await database.close()
    ok = set(statuses) <= {201, 503} and written == statuses[201]
    return [
        Figure(
            f"{count} at once, pool of 5", f"{dict(statuses)}, {written} written", "each answered, each 201 written", ok
        )
    ]


async def many_in_turn(stage: Stage) -> list[Figure]:
    """Read a document 50,000 times, and compare the memory with that after a tenth of them."""
    total, memory = stage.part_of(50_000), list[float]()
    async with stage.replica(await stage.add_migrated_database(), CHEAP) as replica:
        headers = await replica.sign_in()
        path = await add_document(Client(replica.port, headers))
        async with clients(replica.port, 8, headers) as connections:
            for share in (total // 10, total - total // 10):
                await asyncio.gather(*(repeat(each, path, share // len(connections)) for each in connections))
                memory.append(replica.mib())
    first, last = memory
    return [Figure(f"{total} requests", f"{first:.1f} to {last:.1f} MiB", "+5 %", last < first * 1.05)]


async def repeat(client: Client, path: str, times: int) -> None:
    for _ in range(times):
        answer = await client.get(path)
        assert answer.status == 200, answer
