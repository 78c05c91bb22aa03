"""What Sentry is sent: the error, and nothing that a request held; without SENTRY_DSN it is not even imported."""

import json
from pathlib import Path
from typing import Any

from tests.support.environment import succeed
from tests.support.overlay import Overlay

SCRIPT = Path(__file__).with_name("sentry_probe.py")


def ask(service: Overlay, asked: str) -> dict[str, Any]:
    said = succeed(service.python, SCRIPT, asked, cwd=service.root, env=service.environment)
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def test_an_error_reaches_sentry_without_what_the_request_held(changed: Overlay) -> None:
    """With local variables it would be sent, as a planted bug shows."""
    said = ask(changed, "wanted")
    settings = changed.root / "src/my_service/observability.py"
    text = settings.read_text()
    assert "include_local_variables=False" in text
    settings.write_text(text.replace("include_local_variables=False", "include_local_variables=True"))
    planted = ask(changed, "wanted")

    assert said == {"imported": True, "status": 500, "errors": 1, "names it": True, "leaks": False}
    assert planted == {**said, "leaks": True}


def test_without_a_dsn_it_is_not_imported(changed: Overlay) -> None:
    assert ask(changed, "unwanted") == {
        "imported": False, "status": 500, "errors": 0, "names it": False, "leaks": False,
    }  # fmt: skip
