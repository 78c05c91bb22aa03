"""`uv run oneloop selftest`: tests the plugin itself, one quick test a promise."""

import subprocess
import sys
from pathlib import Path

SELFTEST = Path(__file__).parents[1] / "selftest"


def run_selftest() -> int:
    """Run the self-tests, and return pytest's exit status."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(SELFTEST)]
    return subprocess.run(command, check=False).returncode  # noqa: S603  our own tests
