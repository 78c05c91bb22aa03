"""The order of the tests of a bug: a test that is likely to fail comes early."""

from pathlib import Path

import pytest

from oneloop_tools.plant.order import Order
from oneloop_tools.plant.places import Bug, find_places
from oneloop_tools.plant.reach import Reach
from oneloop_tools.plant.related import Related

CODE = """\
class Orders:
    limit = Field(10, ge=1, le=50)

    def load(self):
        self.limit
        raise HTTPException(404)


@router.get("/orders", status_code=201)
async def list_orders(orders: Orders):
    await orders.session.commit()
    await orders.session.commit()
"""
LOAD, LIST, OTHER = "tests/test_a.py::test_load", "tests/test_a.py::test_list", "tests/test_b.py::test_other"
NAMED = "tests/test_shop.py::test_of_its_name[1]"
TESTS = [OTHER, NAMED, LIST, LOAD]
# The lines of the class and of the decorator run at import.
LINES = {1: {""}, 2: {""}, 5: {LOAD, NAMED}, 6: {LOAD, NAMED}, 9: {""}, 10: {""}, 11: {LIST}, 12: {LIST, OTHER}}


@pytest.fixture
def bugs(tmp_path: Path) -> dict[str, Bug]:
    (tmp_path / "shop.py").write_text(CODE)
    return {bug.id: bug for bug in find_places(tmp_path, [], [], ["shop.py"]).bugs}


def order(root: Path, *, by_file: bool = False) -> Order:
    reach = Reach(TESTS, {"shop.py": {line: frozenset(tests) for line, tests in LINES.items()}}, [])
    return Order(reach, Related.read(root, ["shop.py"]), dict.fromkeys(TESTS, 0.1), by_file)


def test_tests_that_reach_the_line_are_run(tmp_path: Path, bugs: dict[str, Bug]) -> None:
    assert set(order(tmp_path).tests(bugs["commit-dropped shop.py list_orders 1"])) == {LIST}
    assert set(order(tmp_path).tests(bugs["commit-dropped shop.py list_orders 2"])) == {LIST, OTHER}


def test_all_tests_are_run_for_a_line_of_the_import(tmp_path: Path, bugs: dict[str, Bug]) -> None:
    """Those of the function behind the decorator come first, as those of a function that uses the field."""
    assert order(tmp_path).tests(bugs["status-changed shop.py list_orders 1"])[:2] == [OTHER, LIST]
    assert order(tmp_path).tests(bugs["bound-dropped shop.py Orders 1"])[:2] == [NAMED, LOAD]
    assert set(order(tmp_path).tests(bugs["bound-dropped shop.py Orders 1"])) == set(TESTS)


def test_what_caught_a_neighbour_comes_first(tmp_path: Path, bugs: dict[str, Bug]) -> None:
    """With other parameters as well."""
    learning = order(tmp_path)
    learning.learn(bugs["bound-dropped shop.py Orders 1"], OTHER)
    learning.learn(bugs["status-changed shop.py list_orders 1"], "tests/test_shop.py::test_of_its_name[2]")

    assert learning.tests(bugs["bound-dropped shop.py Orders 2"])[0] == OTHER
    assert learning.tests(bugs["status-changed shop.py list_orders 1"])[0] == NAMED


def test_tests_of_a_file_stay_together_if_they_may_depend_on_each_other(tmp_path: Path, bugs: dict[str, Bug]) -> None:
    found = order(tmp_path, by_file=True).tests(bugs["status-changed shop.py list_orders 1"])

    assert found == [OTHER, LIST, LOAD, NAMED]
