"""A service as small as can be, with the harness in its tests: something for the development commands to serve."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.postgres.conftest import open_folder
from tests.support.environment import ROOT, clean_environment, free_port

HARNESS = ROOT / "template" / "{{tests_dir}}" / "harness"
SECONDS = 60.0

# One route, one migration.
FILES = {
    "src/tiny/__init__.py": "",
    "src/tiny/main.py": """
        import os
        from dotenv import load_dotenv
        from fastapi import FastAPI

        def create_app() -> FastAPI:
            load_dotenv()
            app = FastAPI()
            app.get("/")(lambda: {name: os.environ.get(name) for name in ("DATABASE_URL", "SECRET_KEY")})
            return app
    """,
    "alembic.ini": """
        [alembic]
        script_location = %(here)s/migrations
    """,
    "migrations/script.py.mako": "",
    "migrations/env.py": """
        import asyncio, os
        from alembic import context
        from dotenv import load_dotenv
        from sqlalchemy.ext.asyncio import create_async_engine

        def migrate(connection):
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()

        async def main():
            async with create_async_engine(os.environ["DATABASE_URL"]).begin() as connection:
                await connection.run_sync(migrate)

        load_dotenv()
        asyncio.run(main())
    """,
    "migrations/versions/one.py": """
        from alembic import op

        revision, down_revision = "one", None

        def upgrade():
            op.execute("CREATE TABLE migrated (id int)")
    """,
    "tests/__init__.py": "",
}


@dataclass(frozen=True)
class Service:
    """A service's folder, and the commands run from it."""

    root: Path

    def write(self, name: str, text: str) -> None:
        """Write one file; its text may be indented as code is."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines()
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        path.write_text("\n".join(line[indent:] for line in lines).strip() + "\n")

    def read(self, name: str) -> str:
        """Return the text of one file."""
        return (self.root / name).read_text()

    def plant(self, name: str, old: str, new: str) -> None:
        """Replace one piece of the harness's text."""
        text = self.read(f"tests/harness/{name}")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        (self.root / "tests" / "harness" / name).write_text(text.replace(old, new))

    def popen(self, *arguments: str, env: Mapping[str, str] | None = None, **options: int) -> "subprocess.Popen[str]":
        """Start a command, with the programs of the virtual environment first, as `uv run` does it."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return subprocess.Popen(
            [sys.executable, "-m", "oneloop.commands", *arguments],
            stdin=options.get("stdin", subprocess.PIPE),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.root,
            env=clean_environment({"PYTHONPATH": f"src{os.pathsep}tests/harness", "PATH": path, **(env or {})}),
            start_new_session=True,
        )

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, `given` being its input."""
        process = self.popen(*arguments, env=env)
        out, err = process.communicate(given, timeout=SECONDS)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @contextmanager
    def served(self, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator["Served"]:
        """Serve the service on a free port, and end it if nobody else has."""
        port = free_port()
        process = self.popen("dev", "tiny.main:create_app", "--port", str(port), *arguments, env=env)
        try:
            yield Served(process, port)
        finally:
            if process.poll() is None:
                # One signal to one process: a second one could reach uvicorn's reloader while it answers the first.
                # It sets a `threading.Event` in its handler, which may wait for itself then.
                os.kill(process.pid, signal.SIGTERM)
                process.communicate(timeout=SECONDS)


@dataclass
class Served:
    """A service that is being served."""

    process: "subprocess.Popen[str]"
    port: int

    def get(self, path: str = "/") -> str:
        """Return what a page says, as soon as there is one."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=SECONDS) as answer:
                    return str(answer.read().decode())
            except OSError as error:  # no page, or a server that just reloads
                if isinstance(error, urllib.error.HTTPError):
                    error.close()
                assert self.process.poll() is None, self.process.communicate()[1]
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def interrupt(self) -> str:
        """Press Ctrl-C and return all that was said."""
        os.killpg(self.process.pid, signal.SIGINT)
        return "".join(self.process.communicate(timeout=SECONDS))


def make_service(root: Path) -> Service:
    """Write the service's files."""
    service = Service(root)
    for name, text in FILES.items():
        service.write(name, text)
    shutil.copytree(HARNESS, root / "tests" / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    return service


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that every user can enter, as a project's often is; pytest's is private."""
    with open_folder() as path:
        yield path


@pytest.fixture
def service(folder: Path) -> Service:
    return make_service(folder / "service")


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        pytest.skip("this test is about root, and this is not root")
