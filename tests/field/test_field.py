"""The projects of the field, their figures and the page: what is tried is tests.field itself, by hand."""

import re
from pathlib import Path

import pytest

from tests.field import __main__ as table
from tests.field.place import Place, Suite, is_green, last_error, nodeid_of
from tests.field.project import FILE, read_projects
from tests.field.trial import EDITED

ONE = """
["owner/name"]
commit = "{commit}"
python = "3.12"
traits = ["psycopg"]
install = ["uv sync"]

["owner/name".environment]
DSN = "postgresql://{{url}}"
"""
RESULT = {
    "commit": "0" * 40,
    "traits": ["psycopg"],
    "green": 40,
    "lost": {"tests.test_a::b": "IntegrityError: one", "tests.test_a::c": "IntegrityError: one"},
    "edits": 6,
    "seconds": {"before": 10.2, "adopt": 20.1, "after": 9.9},
    "advised": 12,
    "converted": 11,
    "left": {"test_d": "calls a helper of another package"},
}


def test_projects_are_pinned_and_named() -> None:
    for name, project in read_projects(FILE.read_text("utf-8")).items():
        assert re.fullmatch(r"[0-9a-f]{40}", project.commit), name
        assert name.count("/") == 1
        assert all(project.left.values()), name


def test_variables_of_a_suite_name_its_database() -> None:
    (project,) = read_projects(ONE.format(commit="0" * 40)).values()
    database = {"url": "u:p@h:1/n", "host": "h", "port": "1", "user": "u", "password": "p", "name": "n"}

    assert project.variables(database) == {"DSN": "postgresql://u:p@h:1/n"}


def test_unknown_key_is_refused() -> None:
    with pytest.raises(TypeError, match="pyhton"):
        read_projects(ONE.format(commit="0" * 40).replace("python", "pyhton"))


def test_figures_count_what_was_lost_by_its_reason() -> None:
    figures = table.summary(RESULT, "2026-11-28")

    assert (figures["kept"], figures["lost"]) == (38, {"IntegrityError: one": 2})
    assert figures["seconds"] == 40


def test_table_has_a_row_and_the_reasons() -> None:
    said = table.render({"owner/name": table.summary(RESULT, "2026-11-28")}, {"owner/name": {"2 tests": "true reason"}})

    link = "[owner/name](https://github.com/owner/name/tree/000000000000)"
    row = f"| {link} | 2026-11-28 | 40 | 38 (95 %) | 6 | 40 | - | 12 | 11 | - |"
    assert row in said
    assert "- 2 tests: true reason" in said


@pytest.mark.parametrize(("after", "shown"), [(2.56, "0.5"), (None, "-")])
def test_fixed_cost_is_that_of_a_test_that_is_green_both_times(after: float | None, shown: str) -> None:
    figures = table.summary({**RESULT, "one test": {"name": "t", "before": 2.1, "after": after}}, "2026-11-28")

    assert f"| 40 | {shown} | 12 |" in table.render({"owner/name": figures}, {})


def test_one_test_requests_a_client_or_a_session(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n\nasync def test_c(\n    async_client,\n): pass\n")
    (tmp_path / "test_a_unit.py").write_text("def test_a(session): pass\n")
    (project,) = read_projects(ONE.format(commit="0" * 40)).values()
    place = Place(project, tmp_path, tmp_path, {})
    names = ("test_a.test_a", "test_a.test_c[1.5]", "test_a_unit.test_a")

    chosen = [place.one_test(Suite(1.0, dict.fromkeys(names[:count], "passed"), {})) for count in (1, 3)]

    assert chosen == ["test_a.py::test_a", "test_a.py::test_c[1.5]"]


def test_mutants_are_counted() -> None:
    mutants = {"before": 4, "after": 5, "lost": []}
    figures = table.summary({**RESULT, "mutants": mutants}, "2026-11-28")

    assert "| 12 | 11 | 4 before, 5 after, 0 lost |" in table.render({"owner/name": figures}, {})


def test_name_of_a_report_is_brought_back(tmp_path: Path) -> None:
    (tmp_path / "tests/api").mkdir(parents=True)
    (tmp_path / "tests/api/test_a.py").touch()

    assert nodeid_of(tmp_path, "tests.api.test_a.TestIt.test_b[1.5]") == "tests/api/test_a.py::TestIt::test_b[1.5]"


def test_page_is_made_from_the_figures() -> None:
    page = table.PAGE.read_text("utf-8")
    whys = {name: project.left for name, project in read_projects(FILE.read_text("utf-8")).items()}

    assert page == table.fill(page, table.render(table.read_figures(), whys))


def test_reason_is_the_last_error_with_a_name() -> None:
    said = "E       assert 1 == 2\n    more\nE   sqlalchemy.exc.IntegrityError: twice\nE       [SQL: INSERT]\n"

    assert last_error(said) == "sqlalchemy.exc.IntegrityError: twice"


@pytest.mark.parametrize("lines", ["1 line", "6 lines"])
def test_edited_lines_are_read_from_what_adopt_says(lines: str) -> None:
    said = f"Adopted in 9 s, with {lines} in 2 of your files.\n"

    assert EDITED.findall(said) == [(lines.partition(" ")[0], "2")]


@pytest.mark.parametrize(("kind", "is_counted"), [("passed", True), ("failure", False)])
def test_converted_test_of_a_split_class_is_counted(kind: str, is_counted: bool) -> None:
    suite = Suite(1.0, {"tests.test_a.TestItAsync.test_b[1]": "passed", "tests.test_a.TestItAsync.test_b[2]": kind}, {})

    assert is_green("tests/test_a.py::TestIt::test_b", suite) is is_counted
    assert not is_green("tests/test_a.py::TestIt::test_c", suite)
