"""Reads and parses Python files, and reports those that cannot be read."""

import ast
import os
import re
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NEVER = {"node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "env"}
PYTHON_2 = ("Missing parentheses in call to", "multiple exception types must be parenthesized")
ENVIRON = ("os.environ", "environ")


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


def walk(folder: Path, skipped: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield every Python file in a folder once, also through links, without caches and virtual environments."""
    seen: set[Path] = set()
    for top, folders, names in os.walk(folder, followlinks=True):
        here = Path(top)
        # A link may lead to a folder further up.
        if here.resolve() in seen or here in skipped or (here / "pyvenv.cfg").exists():
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


def environment_of(sources: Sources, conftests: Iterable[Path], settings: Iterable[str]) -> dict[str, str]:
    """Return what pytest-env's settings, and the top of the conftests, put into `os.environ`."""
    pairs = (re.sub(r"^([DR]:)+", "", each).partition("=") for each in settings)
    found = {name.strip(): value.strip() for name, sign, value in pairs if sign and name}
    for path in conftests:
        source = sources.read(path)
        for node in source.tree.body if source else ():
            found |= _set_by(node)
    return found


def _set_by(node: ast.stmt) -> dict[str, str]:
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=where, slice=ast.Constant(value=str(name)))],
            value=ast.Constant(value=str(value)),
        ) if ast.unparse(where) in ENVIRON:
            return {name: value}
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=where, attr="setdefault"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(value))],
            )
        ) if ast.unparse(where) in ENVIRON:
            return {name: value}
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=where, attr="update"), args=[ast.Dict(keys=keys, values=values)])
        ) if ast.unparse(where) in ENVIRON:
            return {
                k.value: v.value
                for k, v in zip(keys, values, strict=True)
                if isinstance(k, ast.Constant) and isinstance(v, ast.Constant)
                if isinstance(k.value, str) and isinstance(v.value, str)
            }
    return {}
