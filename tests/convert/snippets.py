"""The corpus: snippets of tests as people write them, each with what has to come of it.

In `corpus/<style>.txt`, what follows a line `# === name` is a test file, and what follows `# --- path` another file
beside it. `# === name: converted` is all of that converted, `# === name: listed` what is listed, if anything is. Five
hundred files of a few lines each would be in every clone that Copier makes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support import shipped  # noqa: F401  it lets the harness of the template be imported

CORPUS = Path(__file__).parent / "corpus"
PART = re.compile(r"^# === (?P<name>\w+(?:: converted|: listed)?)\n", re.MULTILINE)
OTHER_FILE = re.compile(r"^# --- (?P<path>[\w/.]+\.py)\n", re.MULTILINE)
FOLDER = "tests/snippet"

Files = dict[str, str]


@cache
def converter(name: str) -> Any:
    """Return a module of the converter, as the template ships it."""
    return import_module(f"harness.convert.{name}")


@dataclass(frozen=True)
class Snippet:
    """One snippet of the corpus."""

    name: str  # style/name
    before: Files
    expected: Files
    report: list[str]

    @property
    def style(self) -> str:
        return self.name.partition("/")[0]


def snippets() -> list[Snippet]:
    """Return all of them."""
    return [snippet for path in sorted(CORPUS.glob("*.txt")) for snippet in _of_style(path.stem, path.read_text())]


def _of_style(style: str, text: str) -> Iterator[Snippet]:
    _, *found = PART.split(text)
    parts = dict(zip(found[::2], found[1::2], strict=True))
    for name in (each for each in parts if ": " not in each):
        listed = parts.get(f"{name}: listed", "").splitlines()
        yield Snippet(f"{style}/{name}", split(parts[name]), split(parts[f"{name}: converted"]), listed)


def split(text: str) -> Files:
    """Return the files of a snippet, by their names; the first one is `test_snippet.py`."""
    first, *rest = OTHER_FILE.split(text)
    return {"test_snippet.py": first, **dict(zip(rest[::2], rest[1::2], strict=True))}


def join(files: Files) -> str:
    """Return the text that `split` takes apart."""
    first, *rest = files.items()
    return first[1] + "".join(f"# --- {name}\n{text}" for name, text in rest)


def convert(files: Files, *asked: str, app: str | None = None, kept: tuple[str, ...] = ()) -> tuple[Files, list[str]]:
    """Convert files that stand in one package; return what became of them, and what was listed."""
    root = Path("/nowhere")
    modules = converter("modules")
    syntax = converter("syntax")
    made = [
        modules.Module(root / FOLDER / name, f"{FOLDER}/{name}", syntax.Tree(text.encode()))
        for name, text in files.items()
    ]
    selection = converter("selection").Selection([f"{FOLDER}/{name}" for name in asked] or [FOLDER], set(kept))
    done = converter("conversion").convert(converter("world").World(root, made, app), selection)
    changed = {name: done.changed.get(f"{FOLDER}/{name}", text.encode()).decode() for name, text in files.items()}
    return changed, [line.removeprefix(f"{FOLDER}/") for line in converter("report").summary(done, ())][:-1]
