"""The places of the service where a bug can be planted."""

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from oneloop_tools.git_environment import git

from .errors import NoRevisionError, NothingToPlantError
from .index import Index
from .kinds import KINDS
from .kinds.kind import Kind
from .source import Edit, Source, UnknownSyntaxError, compiles

NOT_CODE = ("tests", "test", "docs", "scripts", "examples", "node_modules", "migrations", "alembic", "benchmarks")
NOT_FILES = ("conftest.py", "test_*.py", "*_test.py", "setup.py", "noxfile.py", "tasks.py")


@dataclass(frozen=True)
class Bug:
    """A bug to plant: the kind, the place, and the file with it."""

    id: str
    kind: Kind
    path: str
    lines: range  # of the statement
    line: int
    scope: str
    name: str  # of the variable, the field or the column that the line is about
    content: bytes
    diff: str


@dataclass(frozen=True)
class Places:
    bugs: Sequence[Bug]
    files: Sequence[str]
    left_out: Sequence[str]  # why files were not read


def find_places(root: Path, given: Sequence[str], kinds: Collection[str], files: Iterable[str]) -> Places:
    """Find the places in the code of the project, or below the given paths."""
    python = sorted(each for each in files if each.endswith(".py"))
    chosen = {each for each in python if _is_code(each, given)}
    known, left_out = list[Source](), list[str]()
    for path in python:
        if path in chosen or _is_code(path, ()):
            try:
                known.append(Source.read(root, path))
            except UnknownSyntaxError as error:
                left_out.append(str(error))
    index = Index.of(known)  # a kind has to know of files in which it plants nothing
    sources = [source for source in known if source.path in chosen]
    bugs = [bug for source in sources for bug in _bugs_in(source, index, kinds, left_out)]
    if not bugs:
        raise NothingToPlantError(f"{len(sources)} files were read{''.join(f'; {each}' for each in left_out[:3])}")
    return Places(bugs, [source.path for source in sources], left_out)


def _is_code(path: str, given: Sequence[str]) -> bool:
    if given:
        return any(Path(path).is_relative_to(Path(each)) for each in given)
    *folders, name = Path(path).parts
    # Of Alembic's folder the revisions are code of the service, and env.py is not.
    hidden = set(folders) & (set(NOT_CODE) - ({"migrations", "alembic"} if "versions" in folders else set()))
    return not (hidden or any(fnmatch(name, each) for each in NOT_FILES))


def _bugs_in(source: Source, index: Index, kinds: Collection[str], left_out: list[str]) -> Iterable[Bug]:
    seen: set[bytes] = {source.content}
    numbers: Counter[str] = Counter()
    for kind in KINDS:
        if kinds and kind.name not in kinds:
            continue
        for edit in _edits(kind, source, index, left_out):
            content = source.planted(edit)
            # Two kinds may plant the same: the first in the list names it.
            if content in seen or not compiles(content):
                continue
            seen.add(content)
            lines, scope = source.lines(edit.where), source.scope(edit.node)
            name = f"{kind.name} {source.path} {scope or 'module'}"
            numbers[name] += 1
            diff = _diff(source, content)
            number, assigned = numbers[name], source.assigned(edit.node)
            line = source.line(edit.node)
            yield Bug(f"{name} {number}", kind, source.path, lines, line, scope, assigned, content, diff)


def _edits(kind: Kind, source: Source, index: Index, left_out: list[str]) -> Iterator[Edit]:
    try:
        yield from (edit for edit in kind.find(source, index) if edit is not None)
    except Exception as error:  # noqa: BLE001  code of an unforeseen form must not stop the others
        left_out.append(f"{source.path}: {kind.name} failed with {type(error).__name__}: {error}. Please report it.")


def _diff(source: Source, content: bytes) -> str:
    before, after = source.text.splitlines(), content.decode(source.module.encoding).splitlines()
    lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


DIFF = ("--no-color", "--no-ext-diff", "--dst-prefix=b/", "-U0", "--relative")
HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def changed_lines(root: Path, revision: str) -> dict[str, set[int]]:
    """Return the changed lines of each file below `root`; every line of a file that git does not know."""
    diff = _git(root, revision, "diff", *DIFF, revision, "--", ".")
    found: dict[str, set[int]] = {}
    lines: set[int] = set()
    for line in diff.splitlines():
        if line.startswith("+++ "):
            lines = found.setdefault(line.removeprefix("+++ ").removeprefix("b/").rstrip("\t"), set())
        elif hunk := HUNK.match(line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            lines.update(range(start, start + count))
    for path in _git(root, revision, "ls-files", "--others", "--exclude-standard").splitlines():
        if path.endswith(".py"):
            found[path] = set(range(1, len((root / path).read_bytes().splitlines()) + 1))
    return found


def is_changed(bug: Bug, changed: dict[str, set[int]]) -> bool:
    return not changed.get(bug.path, set()).isdisjoint(bug.lines)


def _git(root: Path, revision: str, *arguments: str) -> str:
    try:
        done = git(root, "-c", "core.quotePath=false", *arguments)
    except OSError as error:
        raise NoRevisionError(revision, str(error)) from None
    if done.returncode:
        raise NoRevisionError(revision, (done.stderr.strip().splitlines() or ["it failed"])[0])
    return done.stdout
