"""The Dockerfile's steps, carried out for real: what they leave migrates, starts, and answers on a real PostgreSQL."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest
import yaml

from tests.packaging.conftest import MakeBuilder
from tests.packaging.image import Image
from tests.support.environment import free_port

SECRET_KEY = "a-secret-key-of-a-test-and-of-nothing-else"  # noqa: S105  a test's own
DEADLINE_SECONDS = 20


class Service:
    """The image's CMD, running on a free port of this machine."""

    def __init__(self, image: Image, database_url: str, log: Path) -> None:
        self._image = image
        self.port = free_port()
        env = {
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET_KEY,
            "UVICORN_PORT": str(self.port),
        }
        self._log = log
        self.process = image.start(image.cmd, env, log)

    def __enter__(self) -> Self:
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
        """Return what Docker would see: the exit status of the HEALTHCHECK."""
        command = [word.replace(":8000", f":{self.port}") for word in self._image.healthcheck]
        return self._image.run(command).returncode

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture(scope="module")
def migrated(image: Image, project: Path, database_url: str) -> str:
    """Run what the one-shot migrate service of compose.yaml runs."""
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
    def test_health_and_ready_answer(self, service: Service) -> None:
        """The started CMD answers, and has asked the database."""
        health = httpx2.get(service.url("/api/health"), timeout=60)
        ready = httpx2.get(service.url("/api/ready"), timeout=60)

        assert (health.status_code, health.json()) == (200, {"status": "healthy"})
        assert ready.status_code == 200

    def test_the_migrations_ran(self, service: Service) -> None:
        """A table is there: a login asks for a user, finds none, and answers 401 rather than 500."""
        nobody = {"email": "nobody@example.com", "password": "wrong-password"}
        response = httpx2.post(service.url("/api/auth/login"), json=nobody, timeout=60)

        assert response.status_code == 401

    def test_the_healthcheck_asks_the_service(self, service: Service) -> None:
        """HEALTHCHECK is 0 while the service answers."""
        assert service.check_health() == 0

    def test_runs_without_privileges(self, image: Image) -> None:
        """The user is numbered, so that Kubernetes can see that it is not root, and is one that the image made."""
        assert image.user == "10001"
        assert f"--uid {image.user}" in image.users_made[0]
        expected = int(image.user) if os.geteuid() == 0 else os.geteuid()
        assert int(image.run(["id", "-u"]).stdout) == expected

    def test_ends_when_docker_says_so(self, image: Image, migrated: str, scratch: Path) -> None:
        """SIGTERM reaches uvicorn itself (the exec form), which shuts down well within Docker's ten seconds."""
        log = scratch / "stopped.log"
        with Service(image, migrated, log) as service:
            service.process.terminate()
            service.process.wait(timeout=10)

        assert "Application shutdown complete" in log.read_text()
        assert service.check_health() != 0

    def test_alive_but_not_ready_without_a_database(self, image: Image, scratch: Path) -> None:
        """A database that is down makes the service not ready, and restarts nobody."""
        unreachable = "postgresql://app@127.0.0.1:1/app"
        with Service(image, unreachable, scratch / "down.log") as service:
            health = httpx2.get(service.url("/api/health"), timeout=60)
            ready = httpx2.get(service.url("/api/ready"), timeout=60)

        assert health.status_code == 200
        assert ready.status_code == 503

    def test_refuses_to_start_without_a_secret_key(self, image: Image, database_url: str) -> None:
        """A missing setting is a sentence that names it, and no traceback."""
        result = image.run(image.cmd, {"DATABASE_URL": database_url})

        assert result.returncode != 0
        assert "SECRET_KEY" in result.stderr
        assert "Traceback" not in result.stderr

    def test_holds_what_runs_and_nothing_else(self, image: Image) -> None:
        """No tests, no sources, no development tools, no uv, and above all no .env."""
        inside = {path.name for path in image.path("/app").iterdir()}
        tools = {path.name for path in image.path("/app/.venv/bin").iterdir()}

        assert inside == {".venv", "alembic.ini", "migrations"}
        assert {"uvicorn", "alembic"} <= tools
        assert not {"pytest", "ruff", "mypy", "poe", "uv"} & tools


def test_the_service_is_installed_and_not_linked(image: Image, project: Path) -> None:
    """--no-editable: the package lives in the virtual environment, for src/ is not in the image."""
    package = yaml.safe_load((project / ".copier-answers.yml").read_text())["package_name"]

    result = image.run(["python", "-c", f"import {package}; print({package}.__file__)"])

    assert str(image.path("/app/.venv/lib")) in result.stdout


def test_a_lock_that_does_not_match_stops_the_build(project: Path, tmp_path: Path, make_builder: MakeBuilder) -> None:
    """--locked: an image is never made of versions that nobody has tested."""
    pyproject = project / "pyproject.toml"
    before = pyproject.read_text()
    pyproject.write_text(before.replace('"asyncpg>=', '"httpx2", "asyncpg>='))
    try:
        with pytest.raises(subprocess.CalledProcessError, match="uv sync --locked"):
            make_builder(project, tmp_path).build()
    finally:
        pyproject.write_text(before)


@pytest.mark.nightly
def test_a_planted_bug_is_found(project: Path, scratch: Path, make_builder: MakeBuilder) -> None:
    """The stand-in is a real judge: an image that lacks what it needs does not do what it should."""
    planted = Path(shutil.copytree(project, scratch / "planted" / "project"))
    dockerfile = planted / "Dockerfile"
    text = dockerfile.read_text()
    assert " --no-editable" in text
    dockerfile.write_text(text.replace(" --no-editable", ""))

    image = make_builder(planted, scratch / "planted").build()
    result = image.run(image.cmd, {"SECRET_KEY": SECRET_KEY})

    assert result.returncode != 0
    assert "ModuleNotFoundError" in result.stderr
