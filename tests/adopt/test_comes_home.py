"""Adopt, audit, convert, run: a suite in trouble comes home, and nobody has edited one of its tests."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.adopt.commands import AUDIT, CONVERT, copied, shell
from tests.adopt.samples import SAMPLES, AdoptSample
from tests.docs.markdown import blocks
from tests.support.environment import ROOT, git

LISTED = re.compile(r"^\S+:\d+: left: (?P<test>\S+) .*\[(?P<page>[\w/.]+)#(?P<reason>[\w-]+)\]$", re.MULTILINE)
MIGRATION = Path("template/docs/testing/migration.md")


class Home(NamedTuple):
    """What comes of a sample: its tests by the audit and as they run, and those that are left, by their reasons."""

    tests: int
    runs: int
    wrong: int
    left: dict[str, str]


HOMES = {
    "brief": Home(tests=8, runs=8, wrong=6, left={}),
    "sqlmodel": Home(tests=12, runs=14, wrong=9, left={}),
    "factory": Home(tests=14, runs=16, wrong=10, left={}),
    # Two people sign in by a generator that is unpacked: it is left as it was, and fails as it did.
    "monorepo": Home(tests=15, runs=17, wrong=12, left={"test_two_people": "laziness"}),
}


def test_page_has_the_figures_of_every_sample() -> None:
    """A sample that is added comes home too, and its row is in the table of the page."""
    figures = [
        f"{home.tests} | {home.wrong} | {home.wrong - len(home.left)} | {len(home.left)} "
        f"| {SAMPLES[name].keep} of {home.runs} | {home.runs - len(home.left)} of {home.runs} |"
        for name, home in HOMES.items()
    ]

    assert HOMES.keys() == SAMPLES.keys()
    assert re.findall(r"^\| [^|]+ \| (\d.*\|)$", (ROOT / MIGRATION).read_text(), re.MULTILINE) == figures


@pytest.mark.parametrize("name", HOMES)
def test_suite_comes_home(adopt_sample: AdoptSample, tmp_path: Path, name: str) -> None:
    """At least nine in ten of the tests that need it are converted; those are green, and the others have a reason."""
    home, project = HOMES[name], copied(adopt_sample(name), tmp_path / name)

    shell(project, f"{AUDIT} --json audit.json")
    audit = json.loads((project.root / "audit.json").read_text())
    shown = shell(project, f"{CONVERT} tests --audit audit.json --diff")
    assert git(project.top, "status", "--porcelain") == ""
    written = shell(project, f"{CONVERT} tests --audit audit.json --write")
    run = project.pytest()

    assert (len(audit["tests"]), len(run.ended)) == (home.tests, home.runs)
    assert audit["totals"]["convert-first"] + audit["totals"]["convert"] == home.wrong
    assert f"\n{home.wrong - len(home.left)} tests converted, {len(home.left)} left" in f"\n{written}"
    assert shown.endswith(written)
    assert len(home.left) <= home.wrong / 10
    assert {each["test"]: each["reason"] for each in LISTED.finditer(written)} == home.left
    assert run.having("failure") | run.having("error") == home.left.keys(), run.output
    assert f"{len(home.left)} of {home.tests} tests" in shell(project, AUDIT)
    edited = git(project.top, "diff", "--name-only").splitlines()
    assert all(path.startswith(f"{project.sample.tests}/") and "/harness/" not in path for path in edited)


def test_its_own_fixtures_may_go(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """The page's last step: the seam says how a user is made, and no test makes or drops a table any more."""
    project = copied(adopt_sample("brief"), tmp_path / "brief")
    shell(project, f"{AUDIT} --json audit.json > /dev/null && {CONVERT} tests --audit audit.json --write")
    seam = project.root / "tests/seam.py"
    (block,) = blocks(MIGRATION, "python")
    begin = seam.read_text().index('@pytest.fixture(scope="session")\ndef roles()')
    seam.write_text(seam.read_text()[:begin] + block.text)
    (project.root / "tests/conftest.py").unlink()

    run = project.pytest()

    assert len(run.having("passed")) == HOMES["brief"].tests, run.output
    assert "changed the schema" not in run.output
    assert "your fixtures win" not in run.output
