"""docs/green-and-red.md names, for each cause and each right example, a test that exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.test_mistakes import MISTAKES
from tests.plugin.test_planted_bugs import BUGS, NIGHTLY
from tests.support.environment import ROOT

PAGE = ROOT / "docs/green-and-red.md"
ROW = re.compile(r"^\| (?P<text>.+\.) \| `(?P<id>[^`]+)` \|$", re.MULTILINE)
FOLDERS = {"deep": Path("tests/plugin/deep"), "right": Path("tests/plugin/right/test_right_examples.py")}
LEAST = 25


def rows(heading: str) -> list[tuple[str, str]]:
    """Return the text and the id of each line below a heading."""
    text = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [(match["text"], match["id"]) for match in ROW.finditer(text)]


CAUSES, EXAMPLES = rows("Causes of green here, red there"), rows("Right examples that stay green")
SHOWN = [shown for _, shown in (*CAUSES, *EXAMPLES)]


def problems(shown: str) -> Iterator[str]:
    """Yield what is wrong with an id."""
    kind, _, name = shown.partition("/")
    if kind in {"planted", "mistakes"}:
        if name not in ({**BUGS, **NIGHTLY} if kind == "planted" else MISTAKES):
            yield f"there is no {kind} {name!r}"
        return
    file, _, test = (f"{FOLDERS[kind]}::{name}" if kind == "right" else shown).partition("::")
    path = ROOT / (FOLDERS["deep"] / file.removeprefix("deep/") if kind == "deep" else file)
    function, _, case = test.partition("[")
    source = path.read_text("utf-8") if path.is_file() else ""
    if not re.search(rf"def {re.escape(function)}\(", source):
        yield f"{path.relative_to(ROOT)} has no {function}"
    if case and f'"{case.removesuffix("]")}"' not in source:
        yield f"{function} has no case {case.removesuffix(']')!r}"


@pytest.mark.parametrize("shown", SHOWN)
def test_id_is_a_test(shown: str) -> None:
    assert list(problems(shown)) == []


@pytest.mark.parametrize("heading", ["Causes of green here, red there", "Right examples that stay green"])
def test_list_is_long_and_each_line_is_read(heading: str) -> None:
    text = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    found = [shown for _, shown in rows(heading)]

    assert len(found) == len(lines)
    assert len(found) == len({*found}) >= LEAST


@pytest.mark.parametrize(
    "shown", ["planted/none", "deep/test_roles.py::test_none", "right/test_none", "tests/none.py::x"]
)
def test_unknown_id_is_found(shown: str) -> None:
    assert len(list(problems(shown))) == 1


def test_unknown_case_is_found() -> None:
    assert len(list(problems("deep/test_drift.py::test_is_no_drift[none]"))) == 1
