"""Python files as they are met: read, parsed, and reported when they cannot be."""

import ast
import os
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NEVER = {"node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "env"}
PYTHON_2 = ("Missing parentheses in call to", "multiple exception types must be parenthesized")


@dataclass(frozen=True)
class Source:
    """A file and its syntax tree."""

    path: Path
    shown: str
    tree: ast.Module


@dataclass
class Sources:
    """Reads files once; `problems` has a sentence for each that cannot be read."""

    root: Path
    problems: list[str] = field(default_factory=list)
    _read: dict[Path, Source | None] = field(default_factory=dict)

    def read(self, path: Path) -> Source | None:
        """Return a file's tree, or None after noting why there is none."""
        key = path.resolve()
        if key not in self._read:
            self._read[key] = self._parse(path)
        return self._read[key]

    def shown(self, path: Path) -> str:
        """Return a path as people write it: relative to the project, with forward slashes."""
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )

    def _parse(self, path: Path) -> Source | None:
        shown = self.shown(path)
        try:
            # Asks the file itself for its encoding, drops a BOM, and reads every kind of line end.
            with tokenize.open(path) as file:
                text = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of an odd escape in a string, say
                return Source(path, shown, ast.parse(text))
        except SyntaxError as error:
            self.problems.append(f"{shown}:{error.lineno or 1} was left out: {_reason(error)}.")
        except (OSError, ValueError) as error:
            self.problems.append(f"{shown} was left out: it cannot be read ({error}).")
        except RecursionError:
            self.problems.append(f"{shown} was left out: its code is nested too deep to be read.")
        return None


def _reason(error: SyntaxError) -> str:
    said = error.msg.partition(". Did you mean")[0]
    if said.startswith(PYTHON_2):
        return f"it is Python 2 ({said})"
    return f"it has a syntax error ({said})"


def walk(folder: Path, skipped: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield every Python file below a folder, each once, through links too; no caches, no venvs."""
    seen: set[Path] = set()
    for top, folders, names in os.walk(folder, followlinks=True):
        here = Path(top)
        # A link may lead up: what was seen is not entered again.
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
