"""Does a cell as its values say, here and on GitHub: a new service is rendered and tested, or a project adopts."""

import json
import re
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.adopt.commands import follow
from tests.adopt.sample import SAMPLES, Adopted, begin
from tests.matrix.cells import Cell
from tests.support.environment import ROOT, interpreter, succeed, uv
from tests.support.outcomes import passed
from tests.support.project import Project

# The sample that an adoption begins with.
OF_DRIVER = {"postgresql+asyncpg": "brief", "postgresql+psycopg": "factory", "sqlite+aiosqlite": "sqlmodel"}
SCRIPTS = ROOT / "tests/support"
PYPROJECTS = ("pyproject.toml", "tests/harness/pyproject.toml")
RESOLUTION = {"lowest": "lowest-direct", "highest": "highest"}
MIGRATIONS = [["alembic", *step.split()] for step in ("upgrade head", "check", "downgrade base", "upgrade head")]


class UnknownKindError(Exception):
    """copier.yml has a kind of project that there are no steps for."""


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
    done = adopted(cell, project).pytest()
    own = {name for name in done.ended if ".harness." not in name}
    assert {kind for name, kind in done.ended.items() if name not in own} == {"passed"}, done.output
    assert len([name for name in own if done.ended[name] == "passed"]) == SAMPLES[sample_of(cell)].keep, done.output
    wrong = [done.texts[name] for name in own if done.ended[name] != "passed"]
    assert all("WrongLoopError" in said or "ClientPolicyError" in said for said in wrong), done.output
    return done.output


def copier(cell: Cell) -> str:
    """Return what to ask uv for: the oldest Copier that is let in, or the newest there is."""
    found = re.search(r'^_min_copier_version: "(.+)"$', (ROOT / "copier.yml").read_text("utf-8"), re.MULTILINE)
    assert found
    return f"copier=={found[1]}" if cell.values["copier"] == "oldest" else "copier"


def render(cell: Cell, template: Path, folder: Path) -> Project:
    """Render the template's last commit by the cell's Copier, as a user does, with no settings but the answers."""
    python = interpreter(cell.values["python"])
    asked = cell.answers
    answers, settings, root = folder / "answers.yml", folder / "settings.yml", folder / "service"
    if cell.values["kind"] == "harness":
        asked |= commit_sample(cell, root)
    answers.write_text(json.dumps(asked, ensure_ascii=False), "utf-8")  # YAML too, and no package is needed
    settings.write_text("{}", "utf-8")
    command = [uv(), "run", "--quiet", "--no-project", "--python", python, "--with", copier(cell), "copier"]
    given: list[str | Path] = ["--defaults", "--vcs-ref=HEAD", "--data-file", answers]
    said = succeed(*command, "copy", *given, template, root, cwd=folder, env={"COPIER_SETTINGS_PATH": str(settings)})
    if cell.values["dependencies"] == "lowest":
        hold_at_lower_bounds(root)
    return Project(root, python, resolution=RESOLUTION[cell.values["dependencies"]], message=said)


def hold_at_lower_bounds(service: Path) -> None:
    """Hold what the plugin needs at its lower bounds: uv lowers only what the service names itself."""
    settings, plugin = (tomllib.loads((service / file).read_text("utf-8")) for file in PYPROJECTS)
    own = {_name(line) for line in (*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"])}
    held = [line.replace(">=", "==") for line in plugin["project"]["dependencies"] if _name(line) not in own]
    text = (service / PYPROJECTS[0]).read_text("utf-8")
    before, _, after = text.partition("[tool.uv]\n")
    line = f"[tool.uv]\nconstraint-dependencies = {json.dumps(held)}\n"
    (service / PYPROJECTS[0]).write_text(f"{before.rstrip()}\n\n{line}{after}", "utf-8")


def _name(requirement: str) -> str:
    return re.split(r"[\[>]", requirement)[0]


def runs_on_the_cells_python(cell: Cell, project: Project) -> str:
    said = project.succeed("python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    assert said == cell.values["python"], said
    return f"Python {said}"


def has_the_cells_dependencies(cell: Cell, project: Project) -> str:
    """See that lowest is lowest: each one is at its bound, so that no bound is a wish."""
    if cell.values["dependencies"] == "highest":
        return "the newest that are allowed"
    return project.succeed("python", str(SCRIPTS / "at_lower_bounds.py"), *PYPROJECTS)


def is_linted_and_typed(_: Cell, project: Project) -> str:
    return project.succeed("poe", "check")


def is_green(_: Cell, project: Project) -> str:
    said = project.succeed("pytest")
    assert passed(said) >= 60, said
    return said


def migrates_without_drift(_: Cell, project: Project) -> str:
    """Up, down and up again; what the migrations make is what the models say, both times."""
    said = project.succeed("python", str(SCRIPTS / "with_database.py"), json.dumps([*MIGRATIONS, MIGRATIONS[1]]))
    assert said.count("No new upgrade operations detected.") == 2, said
    return said


Step = Callable[[Cell, Project], str]
STEPS: dict[str, list[Step]] = {
    "service": [
        runs_on_the_cells_python,
        has_the_cells_dependencies,
        is_linted_and_typed,
        is_green,
        migrates_without_drift,
    ],
    "harness": [
        names_what_it_needs,
        runs_on_the_cells_python,
        has_the_cells_dependencies,
        names_what_is_wrong,
    ],
}


def run(cell: Cell, template: Path) -> None:
    """Do the cell and print each step; the first that fails ends it."""
    kind = cell.values["kind"]
    if kind not in STEPS:
        raise UnknownKindError(f"no steps for kind {kind!r}: add them to STEPS in tests/matrix/run.py")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        print(f"{cell.name}: rendered by {copier(cell)}", flush=True)
        project = render(cell, template, Path(scratch))
        for step in STEPS[kind]:
            print(f"{cell.name}: {step.__name__}", flush=True)
            print(step(cell, project), flush=True)
