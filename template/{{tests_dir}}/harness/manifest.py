"""`python -m tests.harness.manifest` before release 0.4.0: `git diff` of an update shows an edit."""

import sys

if __name__ == "__main__":
    sys.stdout.write(
        "The manifest of hashes is gone: `oneloop update` names the files that were edited here. "
        "Take `python -m tests.harness.manifest` out of the task `check` in pyproject.toml.\n"
    )
