"""A call of the service's code that blocks the loop fails its test, by name and line."""

import shutil
from pathlib import Path

from tests.support.overlay import Overlay

PROBE = Path(__file__).parent / "probes/blocking_wrong.py"
ROUTES = """

@router.get("/health/slow")
async def read_slow() -> None:
    import time

    time.sleep(0.01)


@router.get("/health/thread")
def read_thread() -> None:
    import time

    time.sleep(0.001)
"""


def test_blocking_call_fails_its_test(changed: Overlay) -> None:
    """A marker with its reason allows it, and so does a thread."""
    routes = changed.root / "src/my_service/health.py"
    routes.write_text(routes.read_text() + ROUTES)
    shutil.copy(PROBE, changed.root / "tests/test_blocking.py")

    run = changed.pytest("tests/test_blocking.py")

    assert run.having("failure") == {"test_handler_that_waits"}, run.output
    assert "Blocking call to time.sleep" in run.output
    assert "my_service/health.py" in run.output
