"""Planted bugs: small patches to a rendered service, and the tests of the service that have to notice them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project


class Edit(NamedTuple):
    """One replacement in one file; with `good` empty, `bad` goes to the end of the file."""

    path: str
    good: str
    bad: str


class Bug(NamedTuple):
    """One replacement, the tests that have to notice it, and the words that they have to say."""

    path: str
    good: str
    bad: str
    noticed_by: str = ""
    words: str = ""


class Breakage(NamedTuple):
    """Edits, the tests of which each one has to fail, and the words that at least one of them has to say."""

    edits: tuple[Edit, ...]
    noticed_by: tuple[str, ...]
    says: str = ""


def breakage(path: str, good: str, bad: str, *noticed_by: str, says: str = "") -> Breakage:
    """Return a breakage by one edit, as most are."""
    return Breakage((Edit(path, good, bad),), noticed_by, says)


class HasRoot(Protocol):
    """A project or an overlay of one."""

    @property
    def root(self) -> Path: ...


@contextmanager
def planted(project: HasRoot, *edits: Edit | Bug) -> Iterator[None]:
    """Patch `project` until the block ends; each edit has to find what it replaces."""
    before = {project.root / edit.path: (project.root / edit.path).read_text() for edit in edits}
    try:
        for edit in edits:
            _apply(project.root / edit.path, edit)
        yield
    finally:
        for path, text in before.items():
            path.write_text(text)


def _apply(path: Path, edit: Edit | Bug) -> None:
    text = path.read_text()
    assert edit.good in text, f"{edit.path} has no {edit.good!r}: the planted bug has to follow the code"
    path.write_text(text.replace(edit.good, edit.bad) if edit.good else text + edit.bad)


def run_tests(project: Project, *arguments: str) -> Run:
    """Run some of a service's tests, and return how each of them ended."""
    command = [uv(), "run", "--quiet", "pytest", "-q", "-o", "junit_logging=all", *arguments]
    return run_pytest(command, project.root, project.environment)


def assert_noticed(project: Project, bug: Breakage) -> None:
    """Plant `bug` and run the tests that have to notice it: each of them fails, and says so."""
    with planted(project, *bug.edits):
        run = run_tests(project, *bug.noticed_by)
    ended = {name: outcome.kind for name, outcome in run.outcomes.items()}
    # A test of the list may be one of several parameters of a function.
    for node in bug.noticed_by:
        name = node.rpartition("::")[2]
        kinds = {
            kind for test, kind in ended.items() if test == name or test.startswith(f"{name}[") or "::" not in node
        }
        assert kinds & {"failure", "error"}, f"{node} did not notice: {ended}\n{run.output}"
    said = "".join(outcome.said for outcome in run.outcomes.values())
    assert bug.says in said, said
