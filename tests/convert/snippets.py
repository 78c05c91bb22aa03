"""The corpus: snippets of tests as people write them, each with what has to come of it.

`corpus/<style>/<name>.py` is a test file; what follows a line `# --- path` is another file beside it.
`<name>.expected.py` is all of that converted, and `<name>.report` what is listed, if anything is.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support import shipped  # noqa: F401  it lets the harness of the template be imported

CORPUS = Path(__file__).parent / "corpus"
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

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def before(self) -> Files:
        return split(self.path.read_text())

    @property
    def expected(self) -> Files:
        return split(self.path.with_suffix(".expected.py").read_text())

    @property
    def report(self) -> list[str]:
        report = self.path.with_suffix(".report")
        return report.read_text().splitlines() if report.exists() else []


def snippets() -> list[Snippet]:
    """Return all of them."""
    paths = sorted(CORPUS.glob("*/*.py"))
    return [Snippet(path) for path in paths if not path.name.endswith(".expected.py")]


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
