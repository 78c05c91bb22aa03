"""The audit of a real run: the same verdicts, by the requests that were sent."""

import contextlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from .errors import AuditError
from .hooks import RECORDER
from .observer import Observed, Observer
from .report import Seen
from .suite.frames import Record

# The harness was imported before pytest could prepare it, which is of no account here.
QUIET = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning", "-q")
# The harness proves itself in tests of its own, which are nobody's to convert.
OWN = (f"--ignore={Path(__file__).parents[1]}",)
WITH_RESULT = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


def run_suite(arguments: Sequence[str]) -> dict[str, Observed]:
    """Run the suite in this process, and return what became of each test."""
    observer = Observer()
    workers = ("-n0",) if find_spec("xdist") else ()
    # What pytest prints is for people; the audit's own output may be JSON.
    with contextlib.redirect_stdout(sys.stderr), observer.watching():
        plugins = [_Registering(observer)]
        status = pytest.main([*QUIET, *OWN, *workers, *arguments], plugins=plugins)
    if status not in WITH_RESULT:
        raise AuditError(
            f"The suite did not run (pytest ended with {int(status)}): see above. Run "
            f"`uv run pytest {' '.join(arguments)}`".rstrip("` ")
            + "`, mend that, and try again."
        )
    return observer.tests


class _Registering:
    """Gives the observer the name by which the hooks of the known failures know it."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the observer."""
        config.pluginmanager.register(self._observer, RECORDER)


def by_function(tests: dict[str, Observed]) -> dict[str, Seen]:
    """Join what the parameters of a test have asked: a test is converted as a whole."""
    joined: dict[str, Seen] = {}
    for test in tests.values():
        if not test.ran:
            continue
        path, _, name = test.nodeid.partition("::")
        function = f"{path}::{name.partition('[')[0]}"
        seen = joined.get(function, Seen(Record(), whole=True))
        seen.record.add(test.record)
        joined[function] = seen._replace(whole=seen.whole and test.passed)
    return joined
