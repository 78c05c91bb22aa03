"""The folder of the tests, in which the plugin is written, and the folders from which the tests import."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.audit.sources import is_module, walk
from oneloop_tools.project import TESTS

from .finding import AdoptionError, Finding
from .pytest_settings import PytestSettings

PLUGIN = "harness"
FOLDER = re.compile(r"(?:[\w-][\w.-]*/){0,2}tests")  # as the template's question accepts it
TEST = re.compile(rb"^\s*(?:async )?def test_|^class \w*Test|TestCase\)", re.MULTILINE)
IMPORT = re.compile(rb"^\s*(?:from|import) +(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class TestsFolder:
    """`name` is relative to `root`, where pytest runs; its last part is `tests`. `files` are those of the suite."""

    root: Path
    name: str
    files: dict[str, list[Path]]  # by the folder called `tests` that they are in
    settings: PytestSettings

    def finding(self) -> Finding:
        """Return the folder and what shows it, or refuse a project without a test."""
        own = self.files.get(self.name, [])
        others = {folder: files for folder, files in self.files.items() if folder != self.name}
        first = next(iter([*own, *(file for files in others.values() for file in files)]), None)
        if first is None:
            raise AdoptionError(
                f"No test was found in {self.root}. The plugin is for a suite that exists; write a first test."
            )
        count = len(own) or sum(map(len, others.values()))
        shown = [f"{count} file{'s' * (count > 1)}, for example {self._shown(first)}:{_line(first)}"]
        if not own:
            new = "are in several folders" if any(others) else "are in no folder called tests"
            shown.append(f"they {new}, so that one is new")
        elif others:
            shown.append(", ".join(f"{len(files)} more in {folder or '.'}" for folder, files in others.items()))
        return Finding(self.name, "; ".join([*self._by_settings(), *shown]))

    def _by_settings(self) -> Iterator[str]:
        """Yield the line of pytest's settings that names the folders."""
        if number := self.settings.line_of("testpaths"):
            yield f"{self._shown(self.settings.file)}:{number}"

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def import_roots(self) -> list[Path]:
        """Return the folders between pytest's own and the tests from which the tests import, as in `backend/app`."""
        above = [self.root.joinpath(*Path(self.name).parts[:n]) for n in range(1, len(Path(self.name).parts))]
        files = [
            path for folder in {file.parent for each in self.files.values() for file in each} for path in walk(folder)
        ]
        names = {found.decode() for path in files for found in IMPORT.findall(path.read_bytes())}
        return [
            folder
            for folder in above
            if folder.name not in names
            and any(is_module(folder, name) and not is_module(self.root, name) for name in names - {TESTS})
        ]


def find_tests_folder(
    root: Path, looked_at: Sequence[Path], named: str | None, settings: PytestSettings
) -> TestsFolder:
    """Return the named folder, or the one with half of the suite's files, or else a new one beside the settings."""
    files = _by_folder(root, looked_at) or _by_folder(root, [root])
    half = sum(map(len, files.values())) / 2
    found = [each for each in files if each and len(files[each]) >= half]
    chosen = named or (TESTS if TESTS in files else next(iter(found), TESTS))
    return TestsFolder(root, chosen, files, settings)


def _by_folder(root: Path, folders: Sequence[Path]) -> dict[str, list[Path]]:
    """Return the files with tests by their folder called `tests`, the outermost; the empty name has the others."""
    found: dict[str, list[Path]] = {}
    for path in dict.fromkeys(path for folder in folders for path in walk(folder) if has_tests(path)):
        parts = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
        depth = parts.index(TESTS) + 1 if TESTS in parts else 0
        name = "/".join(parts[:depth])
        if not path.is_relative_to(root / name / PLUGIN / "oneloop"):
            found.setdefault(name if FOLDER.fullmatch(name) else "", []).append(path)
    return found


def has_tests(path: Path) -> bool:
    return (path.name.startswith("test") or path.stem.endswith(("_test", "tests"))) and bool(
        TEST.search(path.read_bytes())
    )


def _line(path: Path) -> int:
    text = path.read_bytes()
    found = TEST.search(text)
    return text.count(b"\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1 if found else 1
