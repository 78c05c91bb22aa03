"""The cells that this machine can do: the first in each run, the others nightly. GitHub does all of them nightly."""

from pathlib import Path

import pytest

from tests.matrix.__main__ import main
from tests.matrix.cells import Cell, committed
from tests.matrix.run import STEPS
from tests.support import template
from tests.support.environment import commit_all

HERE = [cell for cell in committed() if cell.here]
LOWEST = next(cell for cell in HERE if cell.values["dependencies"] == "lowest" and cell.values["texts"] == "default")
EACH = [pytest.param(cell, id=cell.name, marks=[] if cell is LOWEST else [pytest.mark.nightly]) for cell in HERE]


@pytest.mark.parametrize("cell", EACH)
def test_what_is_rendered_works(oneloop: Path, capsys: pytest.CaptureFixture[str], cell: Cell) -> None:
    """On its Python, with its dependencies, it is linted, typed and tested, and its migrations go down and up."""
    status = main(["run", cell.name, "--template", str(oneloop)])

    said = capsys.readouterr()
    assert status == 0, said.err
    assert [
        step.__name__ for step in STEPS[cell.values["kind"]] if f"{cell.name}: {step.__name__}\n" not in said.out
    ] == []


@pytest.mark.nightly
def test_a_bound_that_is_too_low_fails_the_lowest_cell(
    oneloop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planted: a version that pyproject.toml allows, and that does not do."""
    planted = template.snapshot_of(oneloop, tmp_path / "oneloop")
    settings = planted / "template/pyproject.toml.jinja"
    text = settings.read_text("utf-8")
    assert '"sqlalchemy[asyncio]>=2.1.9"' in text
    settings.write_text(text.replace('"sqlalchemy[asyncio]>=2.1.9"', '"sqlalchemy[asyncio]>=2.0"'), "utf-8")
    commit_all(planted, "Plant a bound that is too low")

    status = main(["run", LOWEST.name, "--template", str(planted)])

    assert status == 1
    assert 'Call to untyped function "CreateSchema"' in capsys.readouterr().err
