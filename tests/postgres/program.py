"""A program that starts a server, as a test run does: tests interrupt it, kill it, and run it as another user."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from tests.postgres.processes import SECONDS, alive, children_of, end, wait_for_end, wait_until
from tests.support.environment import ROOT, clean_environment

HARNESS = ROOT / "template" / "{{tests_dir}}" / "harness" / "oneloop"
PROGRAM = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from postgres import PostgresUnavailable, start_persistent, start_temporary
#BEFORE

with ThreadPoolExecutor() as thread:
    started = thread.submit(start_persistent, Path(sys.argv[1])) if sys.argv[1:] else thread.submit(start_temporary)
try:
    server = started.result()
except PostgresUnavailable as error:
    sys.exit(str(error))
print(json.dumps({"url": server.url, "version": server.version}), flush=True)
#THEN
try:
    sys.stdin.read()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
server.stop()
server.stop()
"""


@dataclass(frozen=True)
class Python:
    """An interpreter, the user that runs it, and a folder of packages that it finds."""

    path: str = sys.executable
    user: int | None = None
    site: Path | None = None

    def popen(self, harness: Path, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start a program that can import the package `postgres` from `harness`."""
        folders = [str(folder) for folder in (harness, self.site) if folder]
        variables = {"PYTHONPATH": os.pathsep.join(folders), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        return subprocess.Popen(
            [self.path, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=clean_environment(variables),
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )


@dataclass
class Started:
    """A program whose server accepts connections, and what is visible of the server from outside."""

    program: "subprocess.Popen[str]"
    url: str
    version: str
    persistent: Path | None = None

    def __post_init__(self) -> None:
        self.socket_folder = Path(*parse_qs(urlsplit(self.url).query).get("host", ()))  # none where it has a port
        self.folder = self.persistent or self.socket_folder.parent
        self.pid_file = (self.folder / "data" / "postmaster.pid").read_text()
        self.server = int(self.pid_file.split()[0])
        [self.watchdog] = children_of(self.program.pid)

    def ask(self, sql: str) -> Any:
        """Return the one value that the server answers."""
        return asyncio.run(_ask(self.url, sql))

    def send(self, line: str) -> str:
        """Give the program a line of input, and return the line that it answers."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{line}\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().strip()

    def stop(self) -> str:
        """Let the program stop its server and end, and return its output."""
        out, err = self.program.communicate(timeout=SECONDS)
        assert self.program.returncode == 0, err
        return out

    def kill(self) -> None:
        """End the program as `kill -9` does."""
        self.program.kill()
        self.program.wait(SECONDS)

    def kill_watchdog(self) -> None:
        os.kill(self.watchdog, signal.SIGKILL)
        assert wait_for_end(self.watchdog)

    def interrupt(self) -> None:
        """Send what Ctrl-C sends: a signal to the whole process group. Return when the program has it."""
        os.killpg(self.program.pid, signal.SIGINT)
        assert self.program.stdout is not None
        assert self.program.stdout.readline() == "interrupted\n"

    def leftovers(self, seconds: float = SECONDS) -> list[str]:
        """Return what is left after the program's end; it should be nothing within the time."""
        things: dict[str, Callable[[], bool]] = {
            f"process {self.server}, the server": lambda: alive(self.server),
            f"process {self.watchdog}, the watchdog": lambda: alive(self.watchdog),
            f"folder {self.folder}": self.folder.exists,
        }
        wait_until(lambda: not any(exists() for exists in things.values()), seconds)
        return [name for name, exists in things.items() if exists()]


@contextmanager
def started(
    *arguments: str | Path,
    harness: Path = HARNESS,
    env: Mapping[str, str] | None = None,
    python: Python | None = None,
    before: str = "",
    then: str = "",
) -> Iterator[Started]:
    """Start a program and its server; at the end nothing of either is left, even with a planted bug.

    The program runs `before` and `then` before and after it starts its server. Then it waits for the end of its input.
    """
    program = PROGRAM.replace("#BEFORE", before).replace("#THEN", then)
    process = (python or Python()).popen(harness, "-c", program, *map(str, arguments), env=env)
    found = None
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=SECONDS)[1]
        found = Started(process, **json.loads(line), persistent=Path(arguments[0]) if arguments else None)
        yield found
    finally:
        with process:
            process.kill()
        if found and arguments:
            wait_for_end(found.watchdog)  # it may have to stop the server
        elif found:
            end(found.watchdog)
            end(found.server)
            shutil.rmtree(found.folder, ignore_errors=True)


def refused(
    *arguments: str | Path, harness: Path = HARNESS, env: Mapping[str, str] | None = None, python: Python | None = None
) -> str:
    """Return the message of a program that cannot start its server: no traceback."""
    process = (python or Python()).popen(harness, "-c", PROGRAM, *map(str, arguments), env=env)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 1, out + err
    assert "Traceback" not in err
    return err


async def _ask(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url, timeout=SECONDS)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
