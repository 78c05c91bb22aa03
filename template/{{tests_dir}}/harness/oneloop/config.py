"""`[tool.oneloop]` in the project's pyproject.toml: the one place of configuration.

Without that table the plugin does nothing: it is loaded in every test run of an environment, and
the suites of other packages are none of its business.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

FILE = "pyproject.toml"


@dataclass(frozen=True)
class ProjectConfig:
    """The table's values; `folder` is the one that holds pyproject.toml."""

    folder: Path
    package: str
    database_url_variable: str = ""
    driver: str = "postgresql+asyncpg"
    existing_suite: bool = False
    may_block: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()

    @property
    def tests(self) -> Path:
        """The folder of the project's tests, in which the plugin is vendored."""
        return Path(__file__).parents[2]


CONFIG = pytest.StashKey[ProjectConfig]()


def find_config(config: pytest.Config) -> ProjectConfig | None:
    """Return the configuration of the project whose tests are run; None if it has no table."""
    named = config.known_args_namespace.file_or_dir or [config.invocation_params.dir]
    start = [config.invocation_params.dir / str(each).partition("::")[0] for each in named]
    found = {read.folder: read for path in (*start, config.rootpath) if (read := _above(path))}
    if len(found) > 1:
        folders = " and ".join(sorted(folder.name for folder in found))
        raise pytest.UsageError(
            f"This run covers two services: {folders}. Each has an environment of its own.\n"
            "Run pytest once in each of their folders."
        )
    return next(iter(found.values()), None)


def _above(path: Path) -> ProjectConfig | None:
    for folder in (path, *path.parents):
        table = _table(folder / FILE)
        if table is not None:
            return _read(table, folder)
    return None


def _table(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise pytest.UsageError(f"{file} cannot be read: {error}") from None
    table = document.get("tool", {}).get("oneloop")
    return table if isinstance(table, dict) else None


def _read(table: dict[str, Any], folder: Path) -> ProjectConfig:
    known = {field.name: field.type for field in fields(ProjectConfig) if field.name != "folder"}
    file = folder / FILE
    if unknown := table.keys() - known:
        raise pytest.UsageError(
            f"{file}: [tool.oneloop] has no setting {_listed(unknown)}. "
            f"The settings are: {_listed(known)}."
        )
    if not isinstance(table.get("package"), str):
        raise pytest.UsageError(
            f"{file}: [tool.oneloop] does not name the app's package. Add the line:\n"
            '    package = "my_service"'
        )
    values: dict[str, Any] = {}
    for name, value in table.items():
        default = getattr(ProjectConfig, name, "")
        wanted = list if isinstance(default, tuple) else type(default)
        if not isinstance(value, wanted):
            raise pytest.UsageError(
                f"{file}: [tool.oneloop] {name} is {value!r}. Write {_example(wanted)}."
            )
        values[name] = tuple(value) if isinstance(value, list) else value
    return ProjectConfig(folder=folder, **values)


def _example(wanted: type) -> str:
    return {list: "a list of texts", bool: "true or false"}.get(wanted, "a text in quotes")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
