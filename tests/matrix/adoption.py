"""Steps of a cell in which an existing project takes the plugin in: a sample with the cell's driver."""

from pathlib import Path

from tests.adopt.commands import follow
from tests.adopt.samples import SAMPLES, Adopted, begin
from tests.matrix.cells import Cell
from tests.support.project import Project

OF_DRIVER = {"postgresql+asyncpg": "brief", "postgresql+psycopg": "factory", "sqlite+aiosqlite": "sqlmodel"}


def sample_of(cell: Cell) -> str:
    """Return the name of the sample that has the cell's driver."""
    return OF_DRIVER[cell.values["driver"]]


def commit_sample(cell: Cell, root: Path) -> dict[str, str]:
    """Copy the sample, as its user's work, and return its answers."""
    sample = SAMPLES[sample_of(cell)]
    begin(sample, root)
    return sample.answers


def adopted(cell: Cell, project: Project) -> Adopted:
    return Adopted(SAMPLES[sample_of(cell)], project.root, project.python, resolution=project.resolution)


def names_what_it_needs(cell: Cell, project: Project) -> str:
    """Do what Copier's message lists, and write each line of settings that the plugin names."""
    asked = follow(adopted(cell, project), project.message)
    assert asked
    return "\n".join(asked)


def names_what_is_wrong(cell: Cell, project: Project) -> str:
    """The plugin's checks pass, and the tests that reach no database. Every other one fails because of its loop."""
    run = adopted(cell, project).pytest()
    own = {name for name in run.ended if ".harness." not in name}
    assert {kind for name, kind in run.ended.items() if name not in own} == {"passed"}, run.output
    assert len([name for name in own if run.ended[name] == "passed"]) == SAMPLES[sample_of(cell)].keep, run.output
    wrong = [run.texts[name] for name in own if run.ended[name] != "passed"]
    assert all("WrongLoopError" in said or "ClientPolicyError" in said for said in wrong), run.output
    return run.output
