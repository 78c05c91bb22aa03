"""The name of `oneloop.adopted.name_database` before release 0.4.0. The plugin calls it now."""

import os
import sys

from oneloop.adopted.database_before_import import CONTROLLER


def name_database(variable: str, *, app: str, driver: str = "") -> None:  # noqa: ARG001  as before
    """Check that the plugin has named the test database, so that the app reads no other."""
    if CONTROLLER not in os.environ:
        sys.exit("The test database has no name. In pyproject.toml, add under [tool.oneloop]: existing_suite = true")
