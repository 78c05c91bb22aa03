"""A new service, started as in production and asked over a socket."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import Installed
from tests.support.answers import ODD
from tests.support.environment import ROOT, clean_environment, free_port, uv
from tests.support.project import Project

DEADLINE_SECONDS = 60
ADMIN = {"email": "admin@example.com", "password": "correct horse battery"}


@contextmanager
def serving(project: Project, package: str, log: Path) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Migrate a temporary PostgreSQL, make an administrator, and serve with two uvicorns until the end of the block."""
    ports = free_port(), free_port()
    servers = [f"uvicorn --factory {package}.main:create_app --port {port}" for port in ports]
    make_admin = f"python -m {package}.cli create-admin --email {ADMIN['email']} --username admin"
    commands = [
        ["alembic", "upgrade", "head"],
        ["sh", "-c", f"echo '{ADMIN['password']}' | {make_admin}"],
        ["sh", "-c", f"export FAILED_LOGINS_PER_ACCOUNT=2; {servers[0]} & exec {servers[1]}"],
    ]
    script = ROOT / "tests/support/with_database.py"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [uv(), "run", "--quiet", "python", script, json.dumps(commands)],
            cwd=project.root,
            env=clean_environment(project.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=60) as first,
        httpx2.Client(base_url=f"http://127.0.0.1:{ports[1]}", timeout=60) as second,
    ):
        try:
            wait_until_ready(first, process, log)
            wait_until_ready(second, process, log)
            yield first, second
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # uv, the script and the uvicorns: none outlives the test


def wait_until_ready(client: httpx2.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/api/ready").is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the server did not become ready:\n{log.read_text()}")


@pytest.mark.parametrize(
    ("answers", "package"),
    [
        pytest.param({}, "my_service", id="default"),
        pytest.param(ODD, ODD["package_name"], id="odd", marks=pytest.mark.nightly),
    ],
)
def test_the_service_answers_over_a_socket(
    installed: Installed, tmp_path: Path, answers: dict[str, str], package: str
) -> None:
    """Health, a login, a document that is found again, the metrics that count it, and a limit that both share."""
    project = installed("3.13" if answers else "3.11", **answers)

    with serving(project, package, tmp_path / "log") as (client, other):
        assert client.get("/api/health").json() == {"status": "healthy"}
        assert client.get("/api/metrics").status_code == 401
        assert client.post("/api/auth/login", json={**ADMIN, "password": "wrong"}).status_code == 401

        tokens: dict[str, Any] = client.post("/api/auth/login", json=ADMIN).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        made = client.post("/api/documents", json={"title": "Soup", "content": "Hot."})
        assert made.status_code == 201
        assert client.get(f"/api/documents/{made.json()['id']}").json()["title"] == "Soup"
        assert client.get("/api/metrics").json()["total_documents"] == 1

        page = client.get("/openapi.json").json()
        assert page["info"]["title"] == answers.get("project_name", "My Service")

        wrong = {**ADMIN, "password": "wrong"}
        refused = [each.post("/api/auth/login", json=wrong) for each in (client, other, client, other)]
        assert [answer.status_code for answer in refused] == [401, 401, 429, 429]
        assert 800 < int(refused[-1].headers["Retry-After"]) <= 900
