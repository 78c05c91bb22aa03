"""Confirms what was found, by a process on the project's own interpreter. No connection is allowed there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oneloop_tools.interpreter import run_in_project
from oneloop_tools.marked_urls import NAME, marked_urls

from .finding import AdoptionError, Findings


@dataclass(frozen=True)
class Confirmed:
    python: str
    versions: dict[str, str] = field(default_factory=dict)
    app: str = ""
    needs: list[str] = field(default_factory=list)  # parameters of the function that makes the app
    tables: int | None = None
    session: str | None = None
    engines: list[dict[str, Any]] = field(default_factory=list)
    is_importable: bool = True  # the app's package, before pytest has loaded a conftest.py

    @property
    def driver(self) -> str:
        drivers = [each["driver"] for each in self.marked or self.engines]
        return next((each for each in drivers if each.rpartition("+")[2] in ("asyncpg", "psycopg", "aiosqlite")), "")

    @property
    def marked(self) -> list[dict[str, Any]]:
        """Return the engines that are where the variables said."""
        return [each for each in self.engines if each["database"] and NAME in str(each["database"])]

    @property
    def is_in_memory(self) -> bool:
        """Return whether the app's database ends with its process, as its settings for tests may say."""
        return bool(self.engines) and all(
            each["driver"].startswith("sqlite") and each["database"] in (None, "", ":memory:") for each in self.engines
        )


SHOWN = ("fastapi", "starlette", "pydantic", "sqlalchemy", "pytest", "pytest-asyncio", "httpx", "httpx2")


def confirm(
    root: Path,
    python: Path,
    findings: Findings,
    roots: list[Path],
    environment: dict[str, str],
    *,
    packages: Iterable[str] = (),
    installing: str = "",
) -> Confirmed:
    """Import the app in a process that writes no bytecode, and return what it is."""
    order = {
        "app": findings.app.value,
        "metadata": findings.metadata.value,
        "session_dependency": findings.session_dependency.value,
        "roots": [str(each) for each in roots],
        "environment": environment,
        "packages": [*SHOWN, *packages],
        "url": marked_urls(findings.url_variables, findings.driver.value),
    }
    with TemporaryDirectory(prefix="oneloop-adopt-") as folder:
        asked, answer = Path(folder, "order.json"), Path(folder, "answer.json")
        asked.write_text(json.dumps(order), "utf-8")
        files = [str(asked), str(answer)]
        status = run_in_project(root, python, "oneloop_tools.adopt.in_project", files)
        if not answer.exists():
            raise AdoptionError(
                f"Importing {order['app']} ended the process with status {status}. Its output is above."
            )
        found = json.loads(answer.read_text("utf-8"))
    return _read(found, root, python, installing)


def _read(found: dict[str, Any], root: Path, python: Path, installing: str) -> Confirmed:
    error = found.pop("error", None)
    versions = found.get("versions", {})
    if "fastapi" not in versions:
        raise AdoptionError(
            f"FastAPI is not installed for {python}, the Python of {root}. Install the project's dependencies, "
            f"or name its interpreter with --python PATH:\n    {installing}"
        )
    if versions.get("pydantic", "2").startswith("1."):
        raise AdoptionError(f"The project has pydantic {versions['pydantic']}, and the plugin needs pydantic 2.")
    if error is not None:
        advice = ADVICE[error["kind"]].format(python=python, installing=installing)
        raise AdoptionError(f"{error['text'].rstrip('.')}. {advice}")
    known = Confirmed.__dataclass_fields__
    return Confirmed(**{name: value for name, value in found.items() if name in known})


ADVICE = {
    "connects": "The import may not connect: do it in the lifespan, or name a function that makes the app with --app.",
    "import": (
        "Set what it needs, such as the variables that your tests set, then adopt again. The interpreter was {python}."
    ),
    "module": "Install the project's dependencies for {python}, or name another with --python PATH:\n    {installing}",
    "name": "Name the app with --app package.module:app, or a function that takes no argument.",
}
