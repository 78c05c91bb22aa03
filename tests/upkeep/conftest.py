"""A template with three releases, and a service of the middle one to update."""

import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.samples import SAMPLES, begin
from tests.conftest import Once
from tests.support import template
from tests.support.environment import commit_all, run
from tests.support.shipped import write_manifest

CHANGED = "tests/harness/statements.py"
NEW = "tests/harness/new_in_0_5_0.py"
IN_TEMPLATE = f"template/{template.TESTS}"
SOMEBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Somebody"), ("EMAIL", "somebody@example.com"))
}


def release(folder: Path, version: str, **files: str) -> None:
    """Change files of a template, and release it."""
    (folder / IN_TEMPLATE / "harness/version.py").write_text(f'"""The version."""\n\nVERSION = "{version}"\n')
    for path, text in files.items():
        (folder / path).write_text(text)
    write_manifest(folder / "template")
    commit_all(folder, f"Release {version}", tag=version)


@pytest.fixture(scope="session")
def releases(once: Once, oneloop: Path) -> Path:
    """0.5.0 changes the first line of a module of 0.4.0's, and adds one; 0.3.9 came before them."""

    def make(folder: Path) -> None:
        template.snapshot_of(oneloop, folder)
        release(folder, "0.3.9")
        release(folder, "0.4.0")
        text = (folder / CHANGED.replace("tests", IN_TEMPLATE, 1)).read_text()
        assert text.startswith('"""')
        new = {CHANGED: text.replace('"""', '"""A fix. ', 1), NEW: '"""New."""\n'}
        files = {path.replace("tests", IN_TEMPLATE, 1): said for path, said in new.items()}
        release(folder, "0.5.0", **files)

    return once("three-releases", make)


@dataclass(frozen=True)
class Service:
    """A rendered service, and the harness's verbs in it: they take any Python, and no package."""

    root: Path
    tests: str = "tests"  # the folder of the tests, below the project; beside it the verbs are run

    def verb(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> "CompletedProcess[str]":
        """Run a verb and return what it said."""
        python = [sys.executable, "-m", f"tests.harness.{name}", *arguments]
        return run(*python, cwd=(self.root / self.tests).parent, env={**SOMEBODY, **(env or {})})

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace something that is there."""
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1))

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def commit(self) -> str:
        return commit_all(self.root, "Work")


@pytest.fixture(params=["brief", "monorepo"])
def adopted(request: pytest.FixtureRequest, releases: Path, tmp_path: Path) -> Service:
    """A project that stood and has taken in the harness of 0.4.0, committed; the second is a part of a repository."""
    sample = SAMPLES[request.param]
    top = begin(sample, tmp_path / "project")
    found = Service(adopt(releases, sample, top, ref="0.4.0"), sample.tests)
    found.commit()
    return found


@pytest.fixture
def service(releases: Path, tmp_path: Path) -> Service:
    """A service of 0.4.0, committed."""
    found = Service(template.render(releases, tmp_path / "service", ref="0.4.0"))
    found.commit()
    return found
