"""An update of an existing project that has adopted the plugin: every byte of its user's stays."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from tests.adopt.conftest import adopt
from tests.adopt.sample import SAMPLES, Sample, begin
from tests.conftest import Once
from tests.support import template
from tests.support.bugs import run_tests
from tests.support.environment import commit_all, git, interpreter
from tests.support.project import Project
from tests.updates import fix, table
from tests.updates.busy_user import copy, edits
from tests.updates.conftest import Tree, old_names
from tests.updates.copier_program import SOMEBODY
from tests.updates.edits import append, edit, edit_each, relink
from tests.updates.outcome import ANSWERS, CLEAN, Outcome, contents, look
from tests.updates.ownership import is_in
from tests.updates.releases import FIX, NEXT, PAST

OLD = PAST[-1]  # the first release that could be adopted
TABLE = """
[tool.oneloop]
package = "app"
existing_suite = true
database_url_variable = "DATABASE_URL"
driver = "postgresql+asyncpg"
"""
LOOP = """\
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
"""


class Adopted(NamedTuple):
    """An adopted project, and which of its paths an update must leave alone."""

    root: Path
    sample: Sample
    release: str
    is_users: Callable[[str], bool]

    @property
    def tests(self) -> Path:
        """The folder of the tests. pytest and the commands run beside it."""
        return self.root / self.sample.tests


class Fresh(Protocol):
    """Return what an update to a release makes of a sample, by path."""

    def __call__(self, sample: Sample, release: str, *, after: str) -> Mapping[str, bytes]: ...


def is_users_in(sample: Sample, path: str) -> bool:
    """Whether a path is the user's: also conftest.py, .gitattributes and a page that was there before."""
    templates = (f"{sample.tests}/harness/", "docs/testing/", ANSWERS)
    return path == "docs/testing/README.md" or not is_in(path, templates)


def is_busy(project: Adopted) -> None:
    """Edit every file, and have a file of the user's where the release has a new one."""
    edits(project.root, project.is_users)
    folders = (".", "docs", "app", project.sample.tests, f"{project.sample.tests}/documents")
    for folder in {*folders, project.sample.root}:
        (project.root / folder).mkdir(exist_ok=True)
        (project.root / folder / fix.ADDED).write_text('"""Ours."""\n')


def has_files_of_its_own(project: Adopted) -> None:
    """Have a conftest.py, attributes and a page of the user's own."""
    for path in (project.tests.parent / "conftest.py", project.root / ".gitattributes"):
        path.write_text("# ours\n")
    (project.root / "docs/testing/README.md").write_text("# Ours\n")


def deletes_what_was_begun(project: Adopted) -> None:
    """Delete what the adoption wrote beside the plugin."""
    for path in (project.tests / "__init__.py", project.tests / "seam.py"):
        path.unlink(missing_ok=True)  # a release from 0.4.0 on writes no `__init__.py`


USERS = [is_busy, has_files_of_its_own, deletes_what_was_begun]


@pytest.fixture
def adopted(once: Once, repository: Path, tmp_path: Path) -> Callable[[str, str], Adopted]:
    """Return a sample that has adopted a release, committed."""

    def adopted(name: str, release: str) -> Adopted:
        sample = SAMPLES[name]

        def make(top: Path) -> None:
            adopt(repository, sample, begin(sample, top), ref=release)
            commit_all(top, "Adopt")

        top = copy(once(f"adopted-{name}-{release}", make), tmp_path / "project")
        return Adopted(top, sample, release, partial(is_users_in, sample))

    return adopted


@pytest.fixture
def fresh_adoption(once: Once, repository: Path, tree: Tree) -> Fresh:
    def fresh_adoption(sample: Sample, release: str, *, after: str) -> Mapping[str, bytes]:
        make = lambda top: adopt(repository, sample, top, ref=release)  # noqa: E731  as `once` takes it
        rendered = contents(once(f"adoption-{sample.name}-{release}", make))
        old = old_names(tree(release)) if after in PAST else {}
        return {**rendered, **{path.replace("tests", sample.tests, 1): text for path, text in old.items()}}

    return fresh_adoption


def updated(project: Adopted, release: str, fresh: Mapping[str, bytes]) -> Outcome:
    """Commit the user's work, update it, and compare."""
    commit_all(project.root, "Work")
    before = contents(project.root)
    template.update(project.root, ref=release)
    return look(project.root, before, fresh, is_users=project.is_users)


def sets_one_loop(project: Adopted) -> None:
    """Write the settings of pytest that the first run after the adoption asked for."""
    settings = project.root / "pyproject.toml"
    edit(settings, 'asyncio_default_fixture_loop_scope = "function"\n', LOOP)
    (project.root / ".gitignore").write_text("__pycache__/\n")


def test_a_suite_that_was_adopted_before_0_4_0_runs(
    adopted: Callable[[str, str], Adopted], fresh_adoption: Fresh, request: pytest.FixtureRequest
) -> None:
    """A run prints one command. It leaves nothing by hand, and no name of the modules before 0.4.0."""
    project = adopted("brief", OLD)
    sets_one_loop(project)
    append(project.tests / "seam.py", "\nfrom tests.harness.people import Person\n\nANYBODY: list[Person] = []\n")

    outcome = updated(project, NEXT, fresh_adoption(project.sample, NEXT, after=OLD))

    assert outcome == CLEAN
    ours = Project(project.root, interpreter("3.11"))
    (command, *_) = next_step(ours, "One command does that and the rest:")
    said = ours.succeed(*command.removeprefix("uv run ").split(), "--yes", "--no-selftest", env=SOMEBODY)
    table.record(request.node, OLD, "steps, adopted by brief", f"ok, {said.count('Committed: ') - 1} steps, 0 left")
    assert "Left to you" not in said
    assert f"Committed: Update Oneloop {OLD} → {NEXT}" in said
    assert (project.root / "pyproject.toml").read_text().endswith(TABLE)
    seam = (project.tests / "seam.py").read_text()
    assert "import UserWithPassword as Person\n" in seam
    assert not re.search(r"(import|from) tests\.harness|name_database|DRIVER", seam)
    assert not (project.root / "conftest.py").exists()

    ended = run_tests(ours, "tests/test_metrics_security.py")

    assert len(ended.having("passed")) == project.sample.keep, ended.output
    assert ended.having("error") == set(), ended.output


def next_step(project: Project, after: str) -> list[str]:
    """Return the lines that a run prints to be done."""
    said = project.run("pytest", "--collect-only", "-q").stdout
    assert after in said, said
    return [
        line.strip() for line in said.partition(after)[2].strip().splitlines() if not line.strip().startswith("or,")
    ]


@pytest.mark.nightly
@pytest.mark.parametrize("release", [OLD, NEXT])
@pytest.mark.parametrize("name", ["brief", "monorepo"])
@pytest.mark.parametrize("user", USERS, ids=lambda user: user.__name__.replace("_", " "))
def test_every_edit_stays_and_every_fix_arrives(
    adopted: Callable[[str, str], Adopted],
    fresh_adoption: Fresh,
    request: pytest.FixtureRequest,
    *,
    release: str,
    name: str,
    user: Callable[[Adopted], None],
) -> None:
    """A second update changes nothing."""
    project = adopted(name, release)
    user(project)

    outcome = updated(project, FIX, fresh_adoption(project.sample, FIX, after=release))

    table.record(request.node, release, f"adopted by {name}, {user.__name__.replace('_', ' ')}", outcome)
    assert outcome == CLEAN
    assert project.tests.joinpath("harness/oneloop/plugin.py").read_bytes().endswith(fix.line(FIX))
    commit_all(project.root, "Update")
    template.update(project.root, ref=FIX)
    assert git(project.root, "status", "--porcelain") == ""


class Bug(NamedTuple):
    """A change of copier.yml in a release, and how it shows: in which way, at which path beside or in the tests."""

    right: str
    wrong: str
    way: str
    path: str


THE_TESTS = "{{ tests_dir | default('tests') }}"
BUGS = {
    "no harness": Bug(f'  - "!/{THE_TESTS}/harness"\n', "", "stale", "harness/oneloop/plugin.py"),
    "the tests let through": Bug(
        "{% if kind == 'harness' or _copier_operation == 'update' %}/{{ tests_",
        "{% if kind == 'never' %}/{{ tests_",
        "brought",
        fix.ADDED,
    ),
}


@pytest.mark.nightly
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_shows(
    adopted: Callable[[str, str], Adopted], fresh_adoption: Fresh, repository: Path, tmp_path: Path, bug: Bug
) -> None:
    project = adopted("monorepo", NEXT)
    deletes_what_was_begun(project)
    spoilt = template.snapshot_of(repository, tmp_path / "spoilt")
    relink(project.root, spoilt)
    edit_each(spoilt / "copier.yml", bug.right, bug.wrong)
    commit_all(spoilt, "Plant a bug")
    git(spoilt, "tag", "--force", FIX)

    outcome = updated(project, FIX, fresh_adoption(project.sample, FIX, after=NEXT))

    assert f"{project.sample.tests}/{bug.path}" in getattr(outcome, bug.way), outcome
