"""What breaks a contract, and what to do about it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import HarnessError
from .places import UPDATE, shown


class NoSnapshotError(HarnessError):
    """There is nothing to compare the API with."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no {shown(path)}. Write it, and commit it: {UPDATE}")


class ContractChangedError(HarnessError):
    """The API is not what its committed snapshot says."""

    def __init__(self, path: Path, differences: Iterable[str]) -> None:
        found = "\n".join(differences)
        super().__init__(
            f"The API is not the one in {shown(path)}:\n\n{found}\n\n"
            f"If that is what callers shall get, accept it, and commit it: {UPDATE}"
        )


class ContractBrokenError(HarnessError):
    """The app answered what its description does not say."""

    def __init__(self, failures: Sequence[str]) -> None:
        found = "\n\n".join(failures)
        super().__init__(
            f"The app answered what its description does not say:\n\n{found}\n\n"
            "Mend the handler, or declare the answer in the route's `responses`. See "
            "docs/testing/live.md."
        )


class NoGeneratorError(HarnessError):
    """The package that makes the requests is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Schemathesis makes the requests, and is not installed here. Run: "
            "uv run --group contract pytest -m contract; where pyproject.toml has no such group, "
            "first: uv add --group contract schemathesis"
        )
