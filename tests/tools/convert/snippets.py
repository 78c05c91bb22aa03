"""The corpus: snippets of tests, each with the result that the converter has to produce.

In `corpus/`, a line `# === style/name` begins a test file, and a line `# --- path` another file beside it.
`# === style/name: converted` begins the same files after the conversion, `# === style/name: listed` the lines of the
report. The snippets are in a few files, because five hundred small ones would be in every clone that Copier makes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.convert.command import summary
from oneloop_tools.convert.conversion import convert as convert_suite
from oneloop_tools.convert.files import Selection
from oneloop_tools.convert.index import ProjectIndex, read_module

CORPUS = Path(__file__).parent / "corpus"
PART = re.compile(r"^# === (?P<name>[\w-]+/\w+(?:: converted|: listed)?)\n", re.MULTILINE)
OTHER_FILE = re.compile(r"^# --- (?P<path>[\w/.]+\.py)\n", re.MULTILINE)
FOLDER = "tests/snippet"

Files = dict[str, str]


@dataclass(frozen=True)
class Snippet:
    name: str  # style/name
    before: Files
    expected: Files
    report: list[str]

    @property
    def style(self) -> str:
        return self.name.partition("/")[0]


def snippets() -> list[Snippet]:
    return [snippet for path in sorted(CORPUS.glob("*.txt")) for snippet in _read(path.read_text())]


def _read(text: str) -> Iterator[Snippet]:
    _, *found = PART.split(text)
    parts = dict(zip(found[::2], found[1::2], strict=True))
    for name in (each for each in parts if ": " not in each):
        listed = parts.get(f"{name}: listed", "").splitlines()
        yield Snippet(name, split(parts[name]), split(parts[f"{name}: converted"]), listed)


def split(text: str) -> Files:
    """Return the files of a snippet by their names. The first one is `test_snippet.py`."""
    first, *rest = OTHER_FILE.split(text)
    return {"test_snippet.py": first, **dict(zip(rest[::2], rest[1::2], strict=True))}


def convert(files: Files, *asked: str, app: str | None = None, kept: tuple[str, ...] = ()) -> tuple[Files, list[str]]:
    """Convert files of one package. Return their new contents, and the lines of the report about single tests."""
    root = Path("/nowhere")
    modules = [read_module(root / FOLDER / name, f"{FOLDER}/{name}", text.encode()) for name, text in files.items()]
    selection = Selection([f"{FOLDER}/{name}" for name in asked] or [FOLDER], set(kept))
    done = convert_suite(ProjectIndex(root, modules, app), selection)
    changed = {name: done.changed.get(f"{FOLDER}/{name}", text.encode()).decode() for name, text in files.items()}
    listed = [line for line in summary(done, (), written=True) if line.startswith(f"{FOLDER}/")]
    return changed, [line.removeprefix(f"{FOLDER}/") for line in listed]
