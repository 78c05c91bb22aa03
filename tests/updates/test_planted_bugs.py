"""The update table turns red if an update changes a user's file, or does not bring the template's."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.edits import edit_each, relink
from tests.updates.outcome import Outcome, contents, look
from tests.updates.releases import FIX
from tests.updates.table import Cell, draw

FROM = "0.1.0"
pytestmark = pytest.mark.nightly


class Bug(NamedTuple):
    """A change of the allow-list in a release, and how it shows: in which way, at which path."""

    right: str
    wrong: str
    way: str
    path: str


THE_TESTS = "{{ tests_dir | default('tests') }}"
# Three lines shut the tests and what is above them, which in a service is one folder.
SHUT, LET_THROUGH = "'update' %}/{{ tests_", "'never' %}/{{ tests_"

BUGS = {
    "a star too few": Bug("'update' %}/**", "'update' %}/*", "lost", "src/my_service/main.py"),
    "tests let through": Bug(SHUT, LET_THROUGH, "brought", "tests/access.py"),
    "a file of the user's renamed": Bug(SHUT, LET_THROUGH, "lost", "tests/factories.py"),
    "docs let through": Bug("'update' %}/docs/**", "'never' %}/docs/**", "brought", "docs/added_by_the_fix.py"),
    "no .gitattributes": Bug(
        "  - \"{% if kind == 'service' %}!/.gitattributes{% endif %}\"\n", "", "stale", ".gitattributes"
    ),
    "conftest.py let through": Bug(
        '  - "!/{{ _copier_conf.answers_file }}"\n',
        '  - "!/{{ _copier_conf.answers_file }}"\n  - "!/conftest.py"\n',
        "lost",
        "conftest.py",
    ),
    "no harness": Bug(f'  - "!/{THE_TESTS}/harness"\n', "", "stale", "tests/harness/oneloop/plugin.py"),
    "no docs": Bug('  - "!/docs/testing"\n', "", "stale", "docs/testing/README.md"),
    "no answers": Bug('  - "!/{{ _copier_conf.answers_file }}"\n', "", "stale", ".copier-answers.yml"),
}


@pytest.fixture
def updated(old: Old, fresh: Fresh, repository: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """Update a busy service from a spoilt copy of the template's repository, and look at it."""

    def updated(spoil: Callable[[Path], None]) -> Outcome:
        spoilt = template.snapshot_of(repository, tmp_path / "spoilt")
        service = old(FROM, does_all_of_it)
        relink(service, spoilt)
        commit_all(service, "Take it from a spoilt template")
        before = contents(service)
        spoil(spoilt)
        template.update(service, ref=FIX)
        return look(service, before, fresh(FIX, after=FROM))

    return updated


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_wrong_allow_list(updated: Callable[..., Outcome], bug: Bug) -> None:
    def spoil(repository: Path) -> None:
        edit_each(repository / "copier.yml", bug.right, bug.wrong)
        commit_all(repository, "Plant a bug")
        git(repository, "tag", "--force", FIX)

    outcome = updated(spoil)

    assert bug.path in getattr(outcome, bug.way), outcome
    assert draw([Cell(FROM, "does all of it", str(outcome))])[-1] == "1 updates, 1 of them wrong"


def test_a_moved_tag(updated: Callable[..., Outcome]) -> None:
    """The release that the service came from is another one now, so that its own files pass for its user's edits."""
    outcome = updated(lambda repository: git(repository, "tag", "--force", FROM, FIX))

    assert outcome.stale | outcome.conflicts
    assert outcome.lost == frozenset()
