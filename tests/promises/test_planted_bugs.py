"""A promise whose test cannot fail is none: each of these bugs makes a test of the emitted service fail."""

import pytest

from tests.conftest import Installed
from tests.promises.planted import service, surroundings, views
from tests.support.bugs import Breakage, assert_noticed
from tests.support.project import Project

BUGS = {**views.BUGS, **surroundings.BUGS, **service.BUGS}


@pytest.fixture(scope="session")
def buggy(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this worker's own, to plant bugs in."""
    return installed().copy(tmp_path_factory.mktemp("buggy") / "service")


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(buggy: Project, bug: Breakage) -> None:
    assert_noticed(buggy, bug)
