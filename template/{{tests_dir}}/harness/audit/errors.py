"""What the audit cannot do: each error says what happened and the one thing to do next."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import HarnessError

COMMAND = f"uv run python -m {__package__}"


class AuditError(HarnessError):
    """The root of all that ends an audit."""


class NoAppError(AuditError):
    """No FastAPI app is in the source tree."""

    def __init__(self, roots: Sequence[Path]) -> None:
        places = " or ".join(str(root) for root in roots)
        super().__init__(
            f"No FastAPI app was found below {places}: no module there says `FastAPI()`. "
            f"Name yours: {COMMAND} --app package.module:app"
        )


class SeveralAppsError(AuditError):
    """More than one app could be meant."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            f"There are {len(found)} apps: {', '.join(found)}. "
            f"Say which one the tests ask: {COMMAND} --app {found[0]}"
        )


class AppNameError(AuditError):
    """What names the app does not lead to one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The app {name!r} {why}. Write --app package.module:app, or --app "
            "package.module:function with a function that takes no argument and returns the app."
        )


class AppImportError(AuditError):
    """The app's module raised while it was imported."""

    def __init__(self, name: str, cause: str, where: str) -> None:
        super().__init__(
            f"Importing {name} failed{where}: {cause.rstrip('.')}. Give it what it needs, such as "
            f"the environment that the tests set, and run {COMMAND} again."
        )


class ConnectingImportError(AuditError):
    """The app's module connects to something while it is imported."""

    def __init__(self, name: str, target: str, where: str) -> None:
        super().__init__(
            f"Importing {name} connects to {target}{where}; the audit connects to nothing. Move "
            "that into the lifespan, or name a function that makes the app by --app."
        )


class OldFastAPIError(AuditError):
    """The installed FastAPI cannot be asked which route answers."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"FastAPI {version} cannot be asked which route answers, and the harness needs one "
            "that can. Run: uv add 'fastapi>=0.165'"
        )


class NoTestsError(AuditError):
    """There is nothing to read."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(
            f"No test was found below {', '.join(map(str, folders))}. "
            f"Say where they are: {COMMAND} --tests FOLDER"
        )


class RatchetError(AuditError):
    """The committed ratchet cannot be read or is not there."""


class BaselineError(AuditError):
    """The committed list of known failures cannot be read, or would grow."""
