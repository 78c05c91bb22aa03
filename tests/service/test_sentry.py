"""What Sentry is sent: the error, and nothing that a request held; without SENTRY_DSN it is not even imported."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import Installed
from tests.support.bugs import Bug, planted
from tests.support.project import Project

SCRIPT = Path(__file__).with_name("sentry_probe.py")
KEPT = Bug("src/my_service/observability.py", "include_local_variables=False", "include_local_variables=True")


def ask(project: Project, asked: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(project.succeed("python", str(SCRIPT), asked).splitlines()[-1])
    return answer


def test_an_error_reaches_sentry_without_what_the_request_held(installed: Installed) -> None:
    said = ask(installed(), "wanted")

    assert said == {"imported": True, "status": 500, "errors": 1, "names it": True, "leaks": False}


def test_without_a_dsn_it_is_not_imported(installed: Installed) -> None:
    assert ask(installed(), "unwanted") == {
        "imported": False, "status": 500, "errors": 0, "names it": False, "leaks": False,
    }  # fmt: skip


def test_with_local_variables_it_would_be_sent(installed: Installed, tmp_path: Path) -> None:
    """The planted bug."""
    project = installed().copy(tmp_path / "service")

    with planted(project, KEPT):
        assert ask(project, "wanted")["leaks"]
