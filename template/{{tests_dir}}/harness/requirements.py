"""The packages that the harness imports, and the oldest version of each on which it runs.

To install them is the user's part, which no update can bring. `conftest.py` asks here before it
imports anything else, so this module takes nothing but the standard library.
"""

import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from .version import VERSION


class Requirement(NamedTuple):
    """A package, its oldest version, and the extra it needs with a package which that brings."""

    name: str
    oldest: str
    extra: str = ""
    brings: str = ""

    def __str__(self) -> str:
        """Write it as `uv add` takes it."""
        return f"{self.name}{f'[{self.extra}]' if self.extra else ''}>={self.oldest}"


# Not the newest: a service that is busy with other things need not follow for the harness's sake.
REQUIREMENTS = (
    Requirement("alembic", "1.16"),
    Requirement("asyncpg", "0.30"),
    Requirement("blockbuster", "1.5.25"),
    Requirement("fastapi", "0.140"),
    Requirement("httpx2", "2.10", "ws", "wsproto"),
    Requirement("pytest", "9.0"),
    Requirement("pytest-asyncio", "1.3"),
    Requirement("python-dotenv", "1.2"),
    Requirement("sqlalchemy", "2.0.40", "asyncio", "greenlet"),
    Requirement("uvicorn", "0.50"),
)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    """Read the release of a version, 1.5 of 1.5rc1; what cannot be read counts as the newest."""
    release = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(map(int, release[0].split("."))) if release else (sys.maxsize,)


def complaint(requirement: Requirement) -> str | None:
    """Return what is wrong with a package, in a few words; None when nothing is."""
    found = _installed(requirement.name)
    if found is None:
        return f"{requirement.name} is missing"
    if _numbers(found) < _numbers(requirement.oldest):
        return f"{requirement.name} {found} is too old"
    if requirement.brings and _installed(requirement.brings) is None:
        return f"{requirement.name} has no {requirement.brings}"
    return None


def refusal(requirements: Iterable[Requirement] = REQUIREMENTS) -> str | None:
    """Return one line that says what is missing or too old, and the one command that mends it."""
    complaints = {wanted: said for wanted in requirements if (said := complaint(wanted))}
    if not complaints:
        return None
    packages = " ".join(f"'{wanted}'" for wanted in complaints)
    return f"harness {VERSION}: {', '.join(complaints.values())}. Run: uv add --dev {packages}"


def check_requirements() -> None:
    """End the run with that line.

    pytest would show the traceback of any exception in a `conftest.py`; this one it lets through.
    """
    if line := refusal():
        sys.exit(f"ERROR: {line}")
