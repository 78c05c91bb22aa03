"""The Dockerfile's steps, carried out for real: what they leave migrates, starts, and answers on a real PostgreSQL."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.packaging.image import Image

SECRET_KEY = "a-secret-key-of-a-test-and-of-nothing-else"
DEADLINE_SECONDS = 20


class Service:
    """The image's CMD, running on a free port of this machine."""

    def __init__(self, image: Image, database_url: str, log: Path) -> None:
        self._image = image
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        env = {
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET_KEY,
            "UVICORN_PORT": str(self.port),
        }
        self._log = log
        self.process = image.start(image.cmd, env, log)

    def __enter__(self) -> "Service":
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if self.check_health() == 0:
                return self
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"the service did not start:\n{self._log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def check_health(self) -> int:
        """What Docker would see: the exit status of the HEALTHCHECK."""
        command = [word.replace(":8000", f":{self.port}") for word in self._image.healthcheck]
        return self._image.run(command).returncode

    def get(self, path: str) -> tuple[int, object]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def migrated(image: Image, project: Path, database_url: str) -> str:
    """The database, after the one-shot migrate service of compose.yaml has run."""
    compose = yaml.safe_load((project / "compose.yaml").read_text())
    command = compose["services"]["migrate"]["command"]
    result = image.run(command, {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY})
    assert result.returncode == 0, result.stderr
    return database_url


@pytest.fixture(scope="module")
def service(image: Image, migrated: str, scratch: Path) -> Iterator[Service]:
    with Service(image, migrated, scratch / "service.log") as service:
        yield service


class TestImage:
    def test_health_and_ready_answer(self, service):
        """The started CMD answers, and has asked the database."""
        assert service.get("/api/health") == (200, {"status": "healthy"})
        assert service.get("/api/ready")[0] == 200

    def test_the_migrations_ran(self, service):
        """A table is there: a login asks for a user, finds none, and answers 401 rather than 500."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{service.port}/api/auth/login",
            data=b'{"email": "nobody@example.com", "password": "wrong-password"}',
            headers={"Content-Type": "application/json"},
        )

        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)

        assert refused.value.code == 401

    def test_the_healthcheck_asks_the_service(self, service):
        """HEALTHCHECK is 0 while the service answers."""
        assert service.check_health() == 0

    def test_runs_without_privileges(self, image, service):
        """The user is numbered, so that Kubernetes can see that it is not root, and is one that the image made."""
        assert image.user == "10001"
        assert f"--uid {image.user}" in image.users_made[0]
        expected = int(image.user) if os.geteuid() == 0 else os.geteuid()
        assert int(image.run(["id", "-u"]).stdout) == expected

    def test_ends_when_docker_says_so(self, image, migrated, scratch):
        """SIGTERM reaches uvicorn itself (the exec form), which shuts down well within Docker's ten seconds."""
        log = scratch / "stopped.log"
        with Service(image, migrated, log) as service:
            service.process.terminate()
            service.process.wait(timeout=10)

        assert "Application shutdown complete" in log.read_text()
        assert service.check_health() != 0

    def test_alive_but_not_ready_without_a_database(self, image, scratch):
        """A database that is down makes the service not ready, and restarts nobody."""
        unreachable = "postgresql://app@127.0.0.1:1/app"
        with Service(image, unreachable, scratch / "down.log") as service:
            assert service.get("/api/health")[0] == 200
            assert service.get("/api/ready")[0] == 503

    def test_refuses_to_start_without_a_secret_key(self, image, database_url):
        """A missing setting is a sentence that names it, and no traceback."""
        result = image.run(image.cmd, {"DATABASE_URL": database_url})

        assert result.returncode != 0
        assert "SECRET_KEY" in result.stderr
        assert "Traceback" not in result.stderr

    def test_holds_what_runs_and_nothing_else(self, image):
        """No tests, no sources, no development tools, no uv, and above all no .env."""
        inside = {path.name for path in image.path("/app").iterdir()}
        tools = {path.name for path in image.path("/app/.venv/bin").iterdir()}

        assert inside == {".venv", "alembic.ini", "migrations"}
        assert {"uvicorn", "alembic"} <= tools
        assert not {"pytest", "ruff", "mypy", "poe", "uv"} & tools


def test_the_service_is_installed_and_not_linked(image, project):
    """--no-editable: the package lives in the virtual environment, for src/ is not in the image."""
    package = yaml.safe_load((project / ".copier-answers.yml").read_text())["package_name"]

    result = image.run(["python", "-c", f"import {package}; print({package}.__file__)"])

    assert str(image.path("/app/.venv/lib")) in result.stdout


def test_a_lock_that_does_not_match_stops_the_build(project, tmp_path, builder):
    """--locked: an image is never made of versions that nobody has tested."""
    pyproject = project / "pyproject.toml"
    before = pyproject.read_text()
    pyproject.write_text(before.replace('"asyncpg>=', '"httpx2", "asyncpg>='))
    try:
        with pytest.raises(subprocess.CalledProcessError, match="uv sync --locked"):
            builder(project, tmp_path).build()
    finally:
        pyproject.write_text(before)
