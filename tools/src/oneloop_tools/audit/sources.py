"""Reads and parses Python files, and reports those that cannot be read."""

import ast
import os
import tokenize
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NEVER = {"node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "env"}
OF_A_PROJECT = ("pyproject.toml", "setup.*", "*requirements*", "Pipfile", "*.ini", "*.py")
PYTHON_2 = "Missing parentheses in call to"  # `except A, B` is Python 2 and Python 3.14


@dataclass(frozen=True)
class Source:
    path: Path
    shown: str
    tree: ast.Module


@dataclass
class Sources:
    """Reads each file once. `problems` has a sentence for each one that cannot be read.

    `newer` reads a file that is in no syntax of this interpreter.
    """

    root: Path
    newer: Callable[[Path], ast.Module | None] = lambda _path: None
    problems: list[str] = field(default_factory=list)
    _read: dict[Path, Source | None] = field(default_factory=dict)

    def read(self, path: Path) -> Source | None:
        """Return a parsed file. If it cannot be read, note why and return None."""
        key = path.resolve()
        if key not in self._read:
            self._read[key] = self._parse(path)
        return self._read[key]

    def shown(self, path: Path) -> str:
        """Return a path as messages show it: relative to the project, with forward slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def _parse(self, path: Path) -> Source | None:
        shown = self.shown(path)
        try:
            # This follows the declared encoding, drops a BOM, and reads every kind of line ending.
            with tokenize.open(path) as file:
                text = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as one about an invalid escape in a string
                return Source(path, shown, ast.parse(text))
        except SyntaxError as error:
            if (tree := self.newer(path)) is not None:
                return Source(path, shown, tree)
            self.problems.append(f"{shown}:{error.lineno or 1} was left out: {_reason(error)}.")
        except (OSError, ValueError) as error:
            self.problems.append(f"{shown} was left out: it cannot be read ({error}).")
        except RecursionError:
            self.problems.append(f"{shown} was left out: its code is nested too deeply.")
        return None


def _reason(error: SyntaxError) -> str:
    message = error.msg.partition(". Did you mean")[0]
    if message.startswith(PYTHON_2):
        return f"it is Python 2 ({message})"
    return f"it has a syntax error ({message})"


def is_module(folder: Path, name: str) -> bool:
    """Whether a folder has a module or a package of that name."""
    return (folder / name).is_dir() or (folder / f"{name}.py").is_file()


def is_environment(folder: Path) -> bool:
    """Whether a folder is a virtual environment and no project, which may have the file of one beside its own."""
    return (folder / "pyvenv.cfg").exists() and not any(
        path.is_file() for pattern in OF_A_PROJECT for path in folder.glob(pattern)
    )


def walk(folder: Path, skipped: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield every Python file in a folder once, also through links, without caches and virtual environments."""
    seen: set[Path] = set()
    for top, folders, names in os.walk(folder, followlinks=True):
        here = Path(top)
        # A link may lead to a folder further up.
        if here.resolve() in seen or here in skipped or (here != folder and is_environment(here)):
            folders.clear()
            continue
        seen.add(here.resolve())
        folders[:] = sorted(f for f in folders if f not in NEVER and not f.startswith("."))
        for name in sorted(names):
            if name.endswith(".py") and (path := here / name).is_file():
                real = path.resolve()
                if real not in seen:
                    seen.add(real)
                    yield path
