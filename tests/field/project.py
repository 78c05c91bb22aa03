"""The public projects of projects.toml: where each is, how it is installed, and what its own suite needs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("projects.toml")
HOST = "https://github.com/"


@dataclass(frozen=True)
class FieldProject:
    """A project; `folder` is where pytest runs, `deselected` are tests that hang there or are red, with the reason."""

    name: str  # OWNER/NAME
    commit: str
    python: str
    traits: tuple[str, ...]
    install: tuple[str, ...]
    prepare: tuple[str, ...] = ()  # what makes the tables for its own suite
    folder: str = "."
    tests: str = "tests"
    tools: tuple[str, ...] = ()  # package managers that this machine may lack
    environment: Mapping[str, str] = field(default_factory=dict)
    deselected: Mapping[str, str] = field(default_factory=dict)
    pytest: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)  # what is not green after it, and why

    @property
    def address(self) -> str:
        return f"{HOST}{self.name}"

    @property
    def folder_name(self) -> str:
        return self.name.replace("/", "+")

    def variables(self, database: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of its own suite, with the parts of a database's URL in their places."""
        return {name: value.format_map(database) for name, value in self.environment.items()}

    def arguments(self) -> list[str]:
        """Return the arguments of pytest."""
        return [*self.pytest, *(f"--deselect={test}" for test in self.deselected)]


def read_projects(text: str) -> dict[str, FieldProject]:
    """Return the projects by their names. A key that is no field is an error, and so is one that is missing."""
    return {name: _project(name, table) for name, table in tomllib.loads(text).items()}


def _project(name: str, table: Mapping[str, object]) -> FieldProject:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return FieldProject(name=name, **values)  # type: ignore[arg-type]  # a test reads the file
