"""Steps of a cell in which a project that stands takes the harness in: a sample with the cell's driver."""

from pathlib import Path

from tests.adopt.samples import SAMPLES, Adopted, begin, follow
from tests.matrix.cells import Cell
from tests.support.project import Project

OF_DRIVER = {"postgresql+asyncpg": "brief", "postgresql+psycopg": "factory", "sqlite+aiosqlite": "sqlmodel"}


def sample_of(cell: Cell) -> str:
    """Return the name of the sample that has the cell's driver."""
    return OF_DRIVER[cell.values["driver"]]


def stand(cell: Cell, root: Path) -> dict[str, str]:
    """Put the sample there, as somebody's work, and return what is answered of it."""
    sample = SAMPLES[sample_of(cell)]
    begin(sample, root)
    return sample.answers


def adopted(cell: Cell, project: Project) -> Adopted:
    return Adopted(SAMPLES[sample_of(cell)], project.root, project.python, resolution=project.resolution)


def says_what_it_misses(cell: Cell, project: Project) -> str:
    """Do what the harness says, in order: a command for its packages, a line for each setting."""
    said = follow(adopted(cell, project)).said
    assert [line for line in said if line.startswith("Run: uv add --dev ")], said
    return "\n".join(said)


def keeps_its_promises(cell: Cell, project: Project) -> str:
    """The harness's own tests pass there, on the sample's app and driver."""
    run = adopted(cell, project).pytest("tests/harness")
    assert run.exit_status == 0, run.output
    return run.output


def names_what_is_wrong(cell: Cell, project: Project) -> str:
    """The sample's tests that reach no database pass; every other is told that its loop is the wrong one."""
    here = adopted(cell, project)
    run = here.pytest()
    assert len(run.having("passed")) == here.sample.keep, run.output
    wrong = [outcome for outcome in run.outcomes.values() if outcome.kind != "passed"]
    assert all("from an event loop that does not own its connections" in each.said for each in wrong), run.output
    return run.output
