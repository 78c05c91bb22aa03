"""What the audit cannot do. Each message says what happened, where, and what to do."""

import sys
from collections.abc import Sequence
from pathlib import Path

from oneloop_tools.errors import PROGRAM, ToolsError

COMMAND = f"{PROGRAM} audit REPO"


class AuditError(ToolsError):
    """The root of all errors that end an audit."""


class UsageError(AuditError):
    """Options that do not go together."""


class NoAppError(AuditError):
    def __init__(self, roots: Sequence[Path]) -> None:
        folders = " or ".join(str(root) for root in roots)
        super().__init__(
            f"No FastAPI app was found in {folders}: no module there calls `FastAPI()`. Name yours:\n"
            f"    {COMMAND} --app package.module:app"
        )


class SeveralAppsError(AuditError):
    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            f"There are {len(found)} apps: {', '.join(found)}. Name the one that the tests use:\n"
            f"    {COMMAND} --app {found[0]}"
        )


class AppNameError(AuditError):
    """The name of the app does not lead to one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The app {name!r} {why}. Write --app package.module:app, or --app package.module:function "
            "with a function that takes no argument and returns the app."
        )


class AppImportError(AuditError):
    """The app's module raised an exception when it was imported."""

    def __init__(self, name: str, cause: str, where: str) -> None:
        self.what = f"Importing {name} failed{where}: {cause.rstrip('.')}."
        super().__init__(
            f"{self.what} Set what it needs, such as the environment variables that the tests set, and run the audit "
            f"again. The interpreter was {sys.executable}."
        )


class NoEnvironmentError(AuditError):
    """The app's module raised an exception on an interpreter that is not the project's."""

    def __init__(self, error: AppImportError) -> None:
        super().__init__(
            f"{error.what} The interpreter was {sys.executable}, since the project has no environment of its own. "
            "Install its dependencies first, for example with `uv sync`, or name its interpreter:\n"
            f"    {COMMAND} --python PATH"
        )


class ConnectingImportError(AuditError):
    """The app's module connects to something when it is imported."""

    def __init__(self, name: str, target: str, where: str) -> None:
        super().__init__(
            f"Importing {name} connects to {target}{where}. The audit allows no connection. "
            "Move it into the lifespan, or name a function that returns the app with --app."
        )


class NoFastAPIError(AuditError):
    def __init__(self, python: str) -> None:
        super().__init__(
            f"FastAPI is not installed for {python}. Install the project's dependencies, or name its interpreter:\n"
            f"    {COMMAND} --python PATH"
        )


class NoPytestError(AuditError):
    def __init__(self, python: str) -> None:
        super().__init__(f"pytest is not installed for {python}. --observe and --baseline run the suite with it.")


class NoTestsError(AuditError):
    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(
            f"No test was found in {', '.join(map(str, folders))}. Name the folder of the tests:\n"
            f"    {COMMAND} --tests FOLDER"
        )


class RatchetError(AuditError):
    """The committed ratchet is missing or cannot be read."""


class BaselineError(AuditError):
    """The committed list of known failures cannot be read."""
