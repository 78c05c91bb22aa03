"""What Sentry is sent: the error, and nothing that a request held; without SENTRY_DSN it is not even imported."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import Installed

SCRIPT = Path(__file__).parent / "probes" / "sentry.py"


def ask(installed: Installed, asked: str, folder: Path | None = None) -> dict[str, Any]:
    project = installed()
    environment = {"PYTHONPATH": str(folder)} if folder else {}
    said = project.succeed("python", str(SCRIPT), asked, env=environment)
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def test_an_error_reaches_sentry_without_what_the_request_held(installed: Installed) -> None:
    said = ask(installed, "wanted")

    assert said == {"imported": True, "status": 500, "errors": 1, "names it": True, "leaks": False}


def test_without_a_dsn_it_is_not_imported(installed: Installed) -> None:
    assert ask(installed, "unwanted") == {
        "imported": False, "status": 500, "errors": 0, "names it": False, "leaks": False,
    }  # fmt: skip


def test_with_local_variables_it_would_be_sent(installed: Installed, tmp_path: Path) -> None:
    """The planted bug, in a copy of the service's package that the script finds first."""
    package = installed().root / "src" / "my_service"
    for source in package.rglob("*.py"):
        target = tmp_path / "my_service" / source.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text().replace("include_local_variables=False", "include_local_variables=True"))

    assert ask(installed, "wanted", tmp_path)["leaks"]
