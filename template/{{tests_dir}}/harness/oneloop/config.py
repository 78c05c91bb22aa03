"""`[tool.oneloop]` in the project's pyproject.toml. Without it the plugin is inert: pytest loads it in every run."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn

import pytest

TESTS = Path(__file__).parents[2]  # the plugin is vendored below it


@dataclass(frozen=True)
class ProjectConfig:
    folder: Path  # of the pyproject.toml
    package: str
    database_url_variable: str = ""
    driver: str = "postgresql+asyncpg"
    existing_suite: bool = False
    may_block: tuple[str, ...] = ()
    may_outlive: Mapping[str, str] = field(default_factory=dict)  # files whose tasks outlive a request, and why
    time_limit: int = 300
    allowed_hosts: tuple[str, ...] = ()
    app_role: str = ""  # the role that migrations grant to; without it, the app owns its tables
    keep_template: bool = "CI" not in os.environ
    extensions: tuple[str, ...] = ()  # that only a superuser may create
    repeated_selects: int = 10
    base_url: str = ""  # of the clients, for an app that accepts its own host only
    server_url_variable: str = "TEST_DATABASE_URL"  # names a server to use instead of the embedded one
    database_url_variables: Mapping[str, str] = field(default_factory=dict)  # of an existing suite
    database_urls: tuple[str, ...] = ()  # that its code has, and no variable


ADD = 'Write:\n    [tool.oneloop]\n    package = "my_service"'
CONFIG = pytest.StashKey[ProjectConfig]()
DRIVERS = ("postgresql+asyncpg", "postgresql+psycopg", "sqlite+aiosqlite")
TYPES = {str: "a string in quotes", bool: "true or false", int: "a number, 0 or more", tuple: "a list of strings"}
TABLES = {"may_outlive": 'the reason for each file: may_outlive."my_service/cache.py" = "keeps warm"'}


def find_config(config: pytest.Config) -> ProjectConfig | None:
    here = config.invocation_params.dir
    paths = config.known_args_namespace.file_or_dir or config.getini("testpaths") or ["."]
    starts = [(here / str(path).partition("::")[0]).resolve() for path in paths]
    tables = _find_tables(starts) or _find_tables([config.rootpath])
    if not tables and any(TESTS.is_relative_to(start) or start.is_relative_to(TESTS) for start in starts):
        tables = _find_tables([TESTS])
        if not tables:
            _refuse(TESTS.parent / "pyproject.toml", f"is missing, and these tests need it. {ADD}")
        if config.inipath is None:
            raise pytest.UsageError(
                "pytest reads no settings in this folder, which is above the service. Run:\n"
                f"    cd {shown(next(iter(tables)).parent)} && uv run pytest"
            )
    if len(tables) > 1:
        names = " and ".join(sorted(file.parent.name for file in tables))
        raise pytest.UsageError(
            f"This run covers two services, {names}, which have an environment each. "
            "Run pytest once in each of their folders."
        )
    return next((_read(file, table) for file, table in tables.items()), None)


def shown(path: Path) -> str:
    """Return `path` as a user in the working directory would type it."""
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def _find_tables(starts: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """Return the nearest table above each start, by its file."""
    found: dict[Path, dict[str, Any]] = {}
    for start in starts:
        files = (folder / "pyproject.toml" for folder in (start, *start.parents))
        tables = ((file, table) for file in files if file.is_file() and (table := _table(file)) is not None)
        found |= [first] if (first := next(tables, None)) else []
    return found


def _table(file: Path) -> dict[str, Any] | None:
    try:
        table = tomllib.loads(file.read_text("utf-8-sig")).get("tool", {}).get("oneloop")
    except ValueError as error:
        raise pytest.UsageError(f"{file} is not valid TOML: {error}.") from None
    if not isinstance(table, dict | None):
        _refuse(file, f"is not a table. {ADD}")
    return table


def _read(file: Path, table: dict[str, Any]) -> ProjectConfig:
    settings = [each.name for each in fields(ProjectConfig) if each.name != "folder"]
    values: dict[str, Any] = {}
    if not table.get("package"):
        _refuse(file, 'does not name the app\'s package. Add:\n    package = "my_service"')
    for name, value in table.items():
        if name not in settings:
            _refuse(file, f"has no setting {name!r}. Its settings are: {', '.join(settings)}.")
        wanted: Any = type(getattr(ProjectConfig, name, "" if name == "package" else {}))  # no table has a default
        if not _fits(value, wanted):
            _refuse(file, f"{name} is {value!r}. Write {TABLES.get(name) or TYPES.get(wanted, 'a table')}.")
        values[name] = tuple(value) if wanted is tuple else value
    if values.get("driver", DRIVERS[0]) not in DRIVERS:
        _refuse(file, f"driver is {values['driver']!r}. Write one of: {', '.join(DRIVERS)}.")
    if values.get("existing_suite") and not Path(__file__).with_name("adopted").exists():
        _refuse(file, "existing_suite is only for a project that adopted the plugin. Delete it.")
    return ProjectConfig(folder=file.parent, **values)


def _fits(value: object, wanted: type) -> bool:
    if isinstance(value, list):
        return wanted is tuple and all(isinstance(each, str) for each in value)
    if isinstance(value, dict):
        return wanted is dict and all(value.values())
    return type(value) is wanted and not (isinstance(value, int) and value < 0)


def _refuse(file: Path, problem: str) -> NoReturn:
    raise pytest.UsageError(f"{shown(file)}: [tool.oneloop] {problem}")
