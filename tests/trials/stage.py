"""A new service as it is deployed: rendered, installed, on a PostgreSQL of its own, served by uvicorn on loopback."""

import asyncio
import json
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import make_url

from tests.support.environment import clean_environment, free_port, interpreter
from tests.support.project import Project
from tests.support.shipped import start_persistent
from tests.support.template import render, snapshot
from tests.trials.client import Client

PACKAGE = "my_service"
ADMIN = {"email": "admin@example.com", "password": "correct horse battery"}
START_SECONDS = 60
SOUP = {"title": "Soup", "content": "Hot."}
DEFAULTS: Mapping[str, str] = {}
# Argon2 at its lowest cost, for trials of something else.
CHEAP = {"PASSWORD_TIME_COST": "1", "PASSWORD_MEMORY_KIB": "8", "PASSWORD_PARALLELISM": "1"}


@dataclass(frozen=True)
class Figure:
    """What a trial measured, a line of the table. Without `asked` it is there to compare with."""

    name: str
    measured: str
    asked: str = ""
    ok: bool = True


@dataclass(frozen=True)
class Replica:
    """A process of uvicorn."""

    port: int
    process: "subprocess.Popen[bytes]"

    def mib(self) -> float:
        """Return the memory of the process."""
        pid = str(self.process.pid)
        return int(subprocess.run(["ps", "-o", "rss=", "-p", pid], check=True, capture_output=True).stdout) / 1024

    async def sign_in(self) -> dict[str, str]:
        """Return the headers of the administrator."""
        answer = await Client(self.port).post("/api/auth/login", ADMIN)
        assert answer.status == 200, answer
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def add_document(client: Client) -> str:
    """Return the path of a new document."""
    made = await client.post("/api/documents", SOUP)
    return f"/api/documents/{made.json()['id']}"


class Stage:
    """The service and its PostgreSQL, which keeps what it acknowledged."""

    def __init__(self, project: Project, folder: Path, share: float) -> None:
        self._share = share
        self.project = project
        self.folder = folder
        self.server: Any = None
        self._names = count(1)
        self._logs = count(1)

    def part_of(self, count: int) -> int:
        """Return how many of these requests the trials send."""
        return max(1, round(count * self._share))

    def start_database(self) -> None:
        self.server = start_persistent(self.folder / "postgres")

    async def add_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"trial_{next(self._names)}"
        connection = await asyncpg.connect(self.server.url)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return make_url(self.server.url).set(database=name).render_as_string(hide_password=False)

    async def add_migrated_database(self) -> str:
        """Return the URL of a database with the tables, and with an administrator."""
        url = await self.add_database()
        await self.succeed(url, "alembic", "upgrade", "head")
        make = f"python -m {PACKAGE}.cli create-admin --email {ADMIN['email']} --username admin"
        await self.succeed(url, "sh", "-c", f"echo '{ADMIN['password']}' | {make}")
        return url

    def start(self, url: str, *command: str, settings: Mapping[str, str] = DEFAULTS) -> "subprocess.Popen[bytes]":
        """Start a program of the service's environment, on the database at `url`."""
        programs = self.project.root / ".venv/bin"
        environment = clean_environment({"DATABASE_URL": url, "SECRET_KEY": "0123456789abcdef" * 2, **settings})
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        self.log = self.folder / f"log-{next(self._logs)}"
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command, cwd=self.project.root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def output(self, url: str, *command: str) -> tuple[int, str]:
        """Run a program to its end; return its status and what it printed."""
        process, log = self.start(url, *command), self.log
        return await asyncio.to_thread(process.wait), log.read_text("utf-8")

    async def succeed(self, url: str, *command: str) -> None:
        status, output = await self.output(url, *command)
        assert status == 0, output

    @asynccontextmanager
    async def replica(
        self, url: str, settings: Mapping[str, str] = DEFAULTS, words: Mapping[str, str] = DEFAULTS
    ) -> AsyncIterator[Replica]:
        """Serve as the image does, with other `words` in its command, until the end of the block."""
        port = free_port()
        image = image_command(self.project.root)
        command = [*(words.get(word, word) for word in image), "--port", str(port)]
        process = self.start(url, *command, settings=settings)
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await is_ready(port):
                    assert process.poll() is None, f"uvicorn ended with {process.returncode}"
                    await asyncio.sleep(0.1)
            yield Replica(port, process)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


def image_command(root: Path) -> list[str]:
    """Return the command of the image, on loopback."""
    (found,) = re.findall(
        r'^CMD (\["uvicorn".*?\])', (root / "Dockerfile").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    command: list[str] = json.loads(found.replace("\\\n", ""))
    return ["127.0.0.1" if word == "0.0.0.0" else word for word in command]  # noqa: S104  it is replaced


async def is_ready(port: int) -> bool:
    client = Client(port)
    try:
        return (await client.get("/api/ready")).status == 200
    except ConnectionError:
        return False
    finally:
        client.close()


@contextmanager
def open_stage(share: float = 1) -> Iterator[Stage]:
    """Render and install the service of this working tree, and start its PostgreSQL."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # root's server runs as another user
        source = snapshot(folder / "oneloop")
        project = Project(render(source, folder / "service"), interpreter("3.11")).install()
        stage = Stage(project, folder, share)
        stage.start_database()
        try:
            yield stage
        finally:
            stage.server.stop()
