"""An update of a project that stood and has taken the harness in: every byte of its user's stays."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.samples import SAMPLES, Sample, begin
from tests.conftest import Once
from tests.support import template
from tests.support.environment import commit_all, git, run
from tests.updates import fix, table
from tests.updates.busy_user import copy, edits
from tests.updates.edits import edit_each, relink
from tests.updates.outcome import ANSWERS, CLEAN, Outcome, contents, look
from tests.updates.ownership import is_in
from tests.updates.releases import FIX, NEXT


class Project(NamedTuple):
    """An adopted project, and which of its paths an update must leave alone."""

    root: Path
    sample: Sample
    is_users: Callable[[str], bool]

    @property
    def tests(self) -> Path:
        """The folder of the tests; pytest and the harness's verbs run beside it."""
        return self.root / self.sample.tests


class Fresh(Protocol):
    """Return what a release writes for a sample, by path, where nothing stands."""

    def __call__(self, sample: Sample) -> Mapping[str, bytes]: ...


def is_users_in(sample: Sample, path: str) -> bool:
    """Say whether a path is the user's; conftest.py and .gitattributes are, and a page that may have stood."""
    templates = (f"{sample.tests}/harness/", "docs/testing/", ANSWERS)
    return path == "docs/testing/README.md" or not is_in(path, templates)


def is_busy(project: Project) -> None:
    """Edit every file, and have one of one's own where the release has a new one."""
    edits(project.root, project.is_users)
    folders = (".", "docs", "app", project.sample.tests, f"{project.sample.tests}/documents")
    for folder in {*folders, project.sample.root}:
        (project.root / folder).mkdir(exist_ok=True)
        (project.root / folder / fix.ADDED).write_text('"""Ours."""\n')


def has_files_of_its_own(project: Project) -> None:
    """Have a conftest.py, attributes and a page that stood there before the harness did."""
    for path in (project.tests.parent / "conftest.py", project.root / ".gitattributes"):
        path.write_text("# ours\n")
    (project.root / "docs/testing/README.md").write_text("# Ours\n")


def deletes_what_was_begun(project: Project) -> None:
    """Delete what the adoption began beside the harness."""
    begun = (project.tests.parent / "conftest.py", project.tests / "__init__.py", project.tests / "seam.py")
    for path in begun:
        path.unlink()


USERS = [is_busy, has_files_of_its_own, deletes_what_was_begun]


@pytest.fixture(params=["brief", "monorepo"])
def project(request: pytest.FixtureRequest, once: Once, repository: Path, tmp_path: Path) -> Project:
    """A sample that has adopted the harness of the working tree, committed."""
    sample = SAMPLES[request.param]

    def make(top: Path) -> None:
        adopt(repository, sample, begin(sample, top), ref=NEXT)
        commit_all(top, "Adopt")

    top = copy(once(f"adopted-{sample.name}-{NEXT}", make), tmp_path / "project")
    return Project(top, sample, partial(is_users_in, sample))


@pytest.fixture
def fresh_adoption(once: Once, repository: Path) -> Fresh:
    def fresh_adoption(sample: Sample) -> Mapping[str, bytes]:
        return contents(once(f"adoption-{sample.name}-{FIX}", lambda top: adopt(repository, sample, top, ref=FIX)))

    return fresh_adoption


def updated(project: Project, release: Mapping[str, bytes]) -> Outcome:
    """Commit the user's work, update it to the fix, and look at it."""
    commit_all(project.root, "Work")
    before = contents(project.root)
    template.update(project.root, ref=FIX)
    return look(project.root, before, release, is_users=project.is_users)


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.__name__.replace("_", " "))
def test_every_edit_stays_and_every_fix_arrives(
    project: Project, fresh_adoption: Fresh, request: pytest.FixtureRequest, user: Callable[[Project], None]
) -> None:
    """The harness's own verb finds nothing then, and a second update changes nothing."""
    user(project)

    outcome = updated(project, fresh_adoption(project.sample))

    scenario = f"adopted by {project.sample.name}, {user.__name__.replace('_', ' ')}"
    table.record(request.node, NEXT, scenario, outcome)
    assert outcome == CLEAN
    assert project.tests.joinpath("harness/clients.py").read_bytes().endswith(fix.line(FIX))
    judged = run(sys.executable, "-m", "tests.harness.manifest", cwd=project.tests.parent)
    assert judged.returncode == 0, judged.stdout
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
    "no harness": Bug(f'  - "!/{THE_TESTS}/harness"\n', "", "stale", "harness/clients.py"),
    "the tests let through": Bug(
        "{% if kind == 'harness' or _copier_operation == 'update' %}/{{ tests_",
        "{% if kind == 'never' %}/{{ tests_",
        "brought",
        fix.ADDED,
    ),
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_shows(
    project: Project, fresh_adoption: Fresh, repository: Path, tmp_path: Path, bug: Bug
) -> None:
    deletes_what_was_begun(project)
    spoilt = template.snapshot_of(repository, tmp_path / "spoilt")
    relink(project.root, spoilt)
    edit_each(spoilt / "copier.yml", bug.right, bug.wrong)
    commit_all(spoilt, "Plant a bug")
    git(spoilt, "tag", "--force", FIX)

    outcome = updated(project, fresh_adoption(project.sample))

    assert f"{project.sample.tests}/{bug.path}" in getattr(outcome, bug.way), outcome
