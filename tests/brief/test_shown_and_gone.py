"""The brief's failure: shown on asyncpg, hidden by aiosqlite, gone in the emitted service.

The same eight tests run three times. `app/` holds the brief's service and its obsolete arrangement, and
`app/converted/` the tests converted as the brief says.
"""

import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.overlay import Overlay
from tests.support.shipped import start_temporary

APP = Path(__file__).parent / "app"

NO_DATABASE = {
    "test_health_endpoint_returns_200",
    "test_invalid_json_returns_422",
    "test_unauthenticated_request_returns_401",
    "test_invalid_token_returns_401",
}
LOGIN = {
    "test_non_admin_user_returns_403",
    "test_writer_returns_403",
    "test_admin_user_can_access_metrics",
    "test_metrics_are_integers",
}
CONVERTED = LOGIN | NO_DATABASE | {"test_create_document_with_auth"}


def run_the_obsolete_arrangement(database_url: str) -> Run:
    command = [sys.executable, "-m", "pytest", "test_metrics_security.py"]
    return run_pytest(command, APP, {"DATABASE_URL": database_url})


@pytest.fixture(scope="module")
def on_asyncpg() -> Run:
    with start_temporary() as server:
        return run_the_obsolete_arrangement(server.url.replace("postgresql://", "postgresql+asyncpg://"))


class TestShown:
    """A sync client, and a session from an async fixture: two loops."""

    def test_each_test_that_logs_in_fails(self, on_asyncpg: Run) -> None:
        """Four of eight, as the brief counted: those that reach the database through the sync client, and no other."""
        assert on_asyncpg.exit_status == 1
        assert on_asyncpg.having("failure") == LOGIN
        assert on_asyncpg.having("passed") == NO_DATABASE

    def test_the_message_is_the_brief_s(self, on_asyncpg: Run) -> None:
        """A task of the middleware, on the client's loop, meets a future of the fixtures' loop; once for each test."""
        message = [line for line in on_asyncpg.output.splitlines() if "E   " in line and "RuntimeError" in line]

        assert len(message) == len(LOGIN)
        for line in message:
            assert "BaseHTTPMiddleware.__call__" in line
            assert line.endswith("attached to a different loop")


class TestHidden:
    """False confidence: another driver works in a thread of its own, and so does not notice whose loop it is on."""

    def test_the_same_tests_pass_on_aiosqlite(self, tmp_path: Path) -> None:
        """All eight are green without a warning, though nothing was fixed: a suite on SQLite hides the fault."""
        run = run_the_obsolete_arrangement(f"sqlite+aiosqlite:///{tmp_path / 'hidden.db'}")

        assert run.exit_status == 0
        assert run.having("passed") == LOGIN | NO_DATABASE
        assert "warning" not in run.output


WITH_HTTPX = '''

@pytest.fixture
async def async_client(app: FastAPI, _running_app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of httpx in place of the plugin's own."""
    transport = httpx.ASGITransport(app=_running_app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
'''


@pytest.fixture
def service(installed: Installed, tmp_path: Path) -> Overlay:
    """Return an emitted service with the brief's tests among its tests."""
    service = Overlay.of(installed(), tmp_path / "service")
    shutil.copy(APP / "converted" / "test_metrics_security.py", service.root / "tests")
    return service


class TestGone:
    """The emitted service: one loop, real PostgreSQL, real middleware."""

    def test_the_brief_s_class_passes_through_async_client(self, service: Overlay) -> None:
        """The same eight, and the document that `test_user` creates, through `async_client` and the brief's helper."""
        run = service.pytest("tests/test_metrics_security.py")

        assert run.exit_status == 0, run.output
        assert run.having("passed") == CONVERTED

    @pytest.mark.nightly
    def test_it_passes_through_httpx_too(self, service: Overlay) -> None:
        """With the brief's own import, and `async_client` overridden by a client of httpx."""
        tests = service.root / "tests"
        seam, suite = tests / "conftest.py", tests / "test_metrics_security.py"
        imports = "from collections.abc import AsyncIterator, Callable\n\nimport httpx\n"
        seam.write_text(replaced(seam.read_text(), "from collections.abc import Callable\n", imports) + WITH_HTTPX)
        suite.write_text(replaced(suite.read_text(), "from httpx2 import", "from httpx import"))
        command: list[str | Path] = [
            uv(),
            "run",
            "--quiet",
            "--project",
            service.original.root,
            "--with",
            "httpx",
            "python",
            "-m",
            "pytest",
        ]

        run = run_pytest([*command, suite], service.root, service.environment)

        assert run.exit_status == 0, run.output
        assert run.having("passed") == CONVERTED


def replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"{old!r} is no longer there to be replaced"
    return text.replace(old, new)
