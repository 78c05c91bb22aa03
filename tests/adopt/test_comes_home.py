"""Adopt, audit, convert, run: a suite in trouble becomes green, and nobody has edited one of its tests."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.adopt.commands import audit, commit, convert
from tests.adopt.conftest import each_sample
from tests.adopt.sample import SAMPLES, AdoptSample
from tests.docs.markdown import blocks
from tests.support.environment import git

LISTED = re.compile(r"^\S+:\d+: left: (?P<test>\S+) .*\[(?P<reason>[\w-]+)\]$", re.MULTILINE)
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
    "shelf": Home(tests=9, runs=10, wrong=8, left={}),
    # Two people sign in by a generator that is unpacked: it is left as it was, and fails as it did.
    "monorepo": Home(tests=15, runs=17, wrong=12, left={"test_two_people": "laziness"}),
}


def test_every_sample_has_its_figures() -> None:
    assert HOMES.keys() == SAMPLES.keys()


@pytest.mark.parametrize("name", each_sample())
def test_suite_becomes_green(adopt_sample: AdoptSample, tmp_path: Path, name: str) -> None:
    """At least nine in ten of the tests that need it are converted and green. Each other one has a reason."""
    home, project = HOMES[name], commit(adopt_sample(name).copy(tmp_path / name))

    audit(project, "--json", "audit.json")
    report = json.loads((project.root / "audit.json").read_text())
    shown = convert(project, "--diff")
    assert git(project.top, "status", "--porcelain") == ""
    written = convert(project, "--write")
    run = project.pytest()

    own = [name for name in run.ended if ".harness." not in name]
    assert (len(report["tests"]), len(own)) == (home.tests, home.runs)
    assert report["totals"]["convert-first"] + report["totals"]["convert"] == home.wrong
    assert f"\n{home.wrong - len(home.left)} tests converted, {len(home.left)} left" in f"\n{written}"
    planned = shown.replace("would be ", "").replace("Nothing was written. To write this, add --write.\n", "")
    assert planned.endswith(written)
    assert len(home.left) <= home.wrong / 10
    assert {each["test"]: each["reason"] for each in LISTED.finditer(written)} == home.left
    assert run.having("failure") | run.having("error") == home.left.keys(), run.output
    assert f"{len(home.left)} of {home.tests} tests" in audit(project)
    edited = git(project.top, "diff", "--name-only").splitlines()
    assert all(path.startswith(f"{project.sample.tests}/") and "/harness/" not in path for path in edited)


@pytest.mark.nightly
def test_its_own_fixtures_may_go(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """The page's last step: the seam makes users, and no test creates or drops a table any more."""
    project = commit(adopt_sample("brief").copy(tmp_path / "brief"))
    audit(project, "--json", "audit.json")
    convert(project, "--write")
    seam = project.root / "tests/seam.py"
    (block,) = blocks(MIGRATION, "python")
    begin = seam.read_text().index('@pytest.fixture(scope="session")\ndef oneloop_roles()')
    seam.write_text(seam.read_text()[:begin] + block.text)
    (project.root / "tests/conftest.py").unlink()

    run = project.pytest()

    own = [name for name in run.ended if ".harness." not in name]
    assert len(own) == HOMES["brief"].tests, run.output
    # With roles there are answers to declare: the failure prints tests/access.py.
    not_passed = run.outcomes.keys() - run.having("passed")
    assert not_passed == {"test_every_route_has_a_declared_answer_for_every_role"}, run.output
    assert "changed the schema" not in run.output
    assert "your fixtures override" not in run.output
