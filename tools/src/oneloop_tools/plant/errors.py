"""Why planting ends early. Each message says what happened, where, and what to do."""

from collections.abc import Sequence
from pathlib import Path

from oneloop_tools.errors import PROGRAM, ToolsError

COMMAND = f"{PROGRAM} plant REPO"
SHOWN = 5


class PlantError(ToolsError):
    """The root of all errors that end the planting."""


class NoCoverageError(PlantError):
    def __init__(self, python: Path) -> None:
        super().__init__(
            f"coverage.py is not installed for {python}, and could not be fetched. It tells which tests reach a line. "
            "Install it in the project:\n    uv add --dev coverage"
        )


class NoForkError(PlantError):
    def __init__(self) -> None:
        super().__init__("This system cannot fork a process. Run it on Linux, macOS or in WSL.")


class NothingToPlantError(PlantError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"No place to plant a bug was found: {why}. Name the folder of the code:\n    {COMMAND} src/app"
        )


class NoTestsError(PlantError):
    def __init__(self, status: int, log: str) -> None:
        super().__init__(
            f"No test ran: pytest ended with status {status}. Run the tests without this command, and fix that first."
            f"\n{log}"
        )


class NotImportedError(PlantError):
    def __init__(self, test: str, what: str) -> None:
        super().__init__(
            f"The tests cannot be collected: {test or 'a conftest.py'} fails with {what}. "
            "Set what the tests need, such as environment variables, and run it again."
        )


class RedTestsError(PlantError):
    def __init__(self, tests: Sequence[str]) -> None:
        super().__init__(
            f"{_count(tests)} without a planted bug:\n{_listed(tests)}\n"
            f"Fix them first, or leave them out:\n    {COMMAND} -- --deselect '{tests[0]}'"
        )


class FlakyTestsError(PlantError):
    def __init__(self, tests: Sequence[str]) -> None:
        super().__init__(
            f"{_count(tests)} in one of two runs without a planted bug:\n{_listed(tests)}\n"
            "A flaky test would report bugs that it did not find. "
            f"Fix them first, or leave them out:\n    {COMMAND} -- --deselect '{tests[0]}'"
        )


class HangingTestsError(PlantError):
    def __init__(self, test: str, seconds: float) -> None:
        super().__init__(
            f"Without a planted bug the tests did not end in {seconds:.0f} s. The last one was {test or 'none'}. "
            f"Fix it first, or allow more time:\n    {COMMAND} --limit SECONDS"
        )


class ForeignModuleError(PlantError):
    def __init__(self, module: str, file: str) -> None:
        super().__init__(
            f"The tests imported {module} from {file}, which is the working tree and not the copy. "
            "A bug in the copy would not run. Name the folder that has to come first:\n"
            f"    {COMMAND} --path FOLDER"
        )


class BrokenError(PlantError):
    def __init__(self, log: str) -> None:
        super().__init__(
            "The tests no longer run without a bug, so the report would be wrong. Did the project's environment, a "
            f"database or the copy change meanwhile? pytest said:\n{log}"
        )


class DiedError(PlantError):
    def __init__(self, log: str) -> None:
        super().__init__(f"The process that runs the project's tests has died. Its last lines:\n{log}")


class BaselineError(PlantError):
    """The committed list of known survivors cannot be read."""


class NoRevisionError(PlantError):
    def __init__(self, revision: str, why: str) -> None:
        super().__init__(f"git cannot compare with {revision}: {why}. Name a commit or a branch that is here.")


def _count(tests: Sequence[str]) -> str:
    return "1 test fails" if len(tests) == 1 else f"{len(tests)} tests fail"


def _listed(tests: Sequence[str]) -> str:
    more = [f"    and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else []
    return "\n".join([*(f"    {each}" for each in tests[:SHOWN]), *more])
