"""Runs the suite in this process, and watches the requests that it sends."""

import contextlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from .baseline_file import Observed
from .errors import AuditError
from .observer import Observer
from .report import Seen
from .suite.frames import Record

WITH_RESULT = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
# While a plugin of this name is registered, `known_failures.py` of the pytest plugin marks no test.
RECORDER = "oneloop-loop-failure-recorder"


def run_suite(arguments: Sequence[str], plugin_folder: Path) -> dict[str, Observed]:
    """Run the suite, and return what happened in each test. The tests of the pytest plugin are left out."""
    observer = Observer()
    options = ["-q", f"--ignore={plugin_folder}", *(("-n0",) if find_spec("xdist") else ())]
    # Standard output is the audit's own, and may be JSON.
    with contextlib.redirect_stdout(sys.stderr), observer.watching():
        status = pytest.main([*options, *arguments], plugins=[_Registering(observer)])
    if status not in WITH_RESULT:
        raise AuditError(
            f"The suite did not run: pytest ended with status {int(status)}, see above. "
            f"Fix that, and try again. To see it alone, run in the project:\n    pytest {' '.join(arguments)}".rstrip()
        )
    return observer.tests


class _Registering:
    """Registers the observer under the name that `known_failures.py` looks for."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._observer, RECORDER)


def by_function(tests: dict[str, Observed]) -> dict[str, Seen]:
    """Join the parameters of each test: a test is converted as a whole."""
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
