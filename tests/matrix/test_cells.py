"""The cells that `.ci/run` does. The others, and these too, are done by GitHub: .github/workflows/ci.yml."""

from pathlib import Path

import pytest

from tests.matrix.__main__ import main
from tests.matrix.cells import Cell, committed
from tests.matrix.run import STEPS
from tests.support import template
from tests.support.bugs import Edit
from tests.support.environment import commit_all

HERE = [cell for cell in committed() if cell.here]
LOWEST = next(cell for cell in HERE if cell.values["dependencies"] == "lowest" and cell.values["texts"] == "default")


@pytest.mark.parametrize("cell", HERE, ids=lambda cell: cell.name)
def test_what_is_rendered_works(oneloop: Path, capsys: pytest.CaptureFixture[str], cell: Cell) -> None:
    """On its Python, with its dependencies, it is linted, typed and tested, and its migrations go down and up."""
    status = main(["run", cell.name, "--template", str(oneloop)])

    said = capsys.readouterr()
    assert status == 0, said.err
    assert [
        step.__name__ for step in STEPS[cell.values["kind"]] if f"{cell.name}: {step.__name__}\n" not in said.out
    ] == []


BOUNDS = "template/pyproject.toml.jinja"


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        pytest.param(
            Edit(BOUNDS, "sqlalchemy[asyncio]>=2.1.9", "sqlalchemy[asyncio]>=2.0"),
            'Call to untyped function "CreateSchema"',
            id="cannot work",
        ),
        pytest.param(
            Edit(BOUNDS, "python-dotenv>=1.2.2", "python-dotenv>=1.2"),
            "is installed, but 1.2 is allowed",
            id="cannot be had",
        ),
    ],
)
def test_a_bound_that_is_too_low_fails_the_lowest_cell(
    oneloop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: Edit, complaint: str
) -> None:
    """Planted bugs: versions that pyproject.toml allows, and that do not do."""
    planted = template.snapshot_of(oneloop, tmp_path / "oneloop")
    text = (planted / edit.path).read_text("utf-8")
    assert edit.good in text
    (planted / edit.path).write_text(text.replace(edit.good, edit.bad), "utf-8")
    commit_all(planted, "Plant a bound that is too low")

    status = main(["run", LOWEST.name, "--template", str(planted)])

    assert status == 1
    assert complaint in capsys.readouterr().err
