"""`python -m tests.harness.manifest`: does nothing since release 0.4.0."""

import sys

if __name__ == "__main__":
    sys.stdout.write(
        "There is no manifest any more: `git diff` shows what an update changes. Delete "
        "`python -m tests.harness.manifest` from the task `check` in pyproject.toml.\n"
    )
