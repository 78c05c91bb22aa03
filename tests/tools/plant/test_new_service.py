"""A new service catches the bugs in its own code. Those that change nothing are listed in equivalent.json."""

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from oneloop_tools.interpreter import source_folder
from oneloop_tools.plant.command import open_workers
from oneloop_tools.plant.entry import add_arguments
from oneloop_tools.plant.kinds import KINDS
from oneloop_tools.plant.outcome import Baseline
from oneloop_tools.plant.places import Bug, Places, find_places
from oneloop_tools.plant.planting import examine, run_with
from oneloop_tools.plant.project_copy import ProjectCopy, copy_project
from tests.conftest import Installed
from tests.support.environment import ROOT, clean_environment
from tests.tools.plant import page

EQUIVALENT = Path(__file__).parent / "equivalent.json"
SOME = ("background-dropped", "background-early", "like-unescaped")


def plant(service: Path, report: Path, *options: str, pytest: str = "tests") -> "subprocess.CompletedProcess[str]":
    tool = ["python3", str(ROOT / "oneloop.py"), "plant", str(service), *options, "--json", str(report), "--", pytest]
    done = subprocess.run(tool, capture_output=True, text=True, env=clean_environment({}), check=False)
    assert report.exists(), done.stderr
    return done


def bugs_in(report: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["bugs"]
    return found


def test_bugs_of_some_kinds_are_caught(installed: Installed, tmp_path: Path) -> None:
    """By the command, with databases of each worker's own."""
    service, report = installed().root, tmp_path / "report.json"
    kinds = [part for name in SOME for part in ("--kind", name)]

    done = plant(service, report, "src/my_service/documents", *kinds, pytest="tests/documents/test_search.py")

    bugs = bugs_in(report)
    assert {bug["state"] for bug in bugs} == {"caught"}, done.stdout
    assert {bug["kind"] for bug in bugs} == set(SOME)
    assert done.returncode == 0


@pytest.mark.timeout(1800)
@pytest.mark.nightly
def test_every_bug_is_caught_or_equivalent(installed: Installed, tmp_path: Path) -> None:
    """At least 150 bugs of all kinds that have a site."""
    report = tmp_path / "report.json"

    done = plant(installed().root, report, "--baseline", str(EQUIVALENT))

    bugs = bugs_in(report)
    missed = [bug["id"] for bug in bugs if bug["state"] not in ("caught", "equivalent")]
    assert missed == [], done.stdout
    assert len(bugs) >= 150
    assert {bug["kind"] for bug in bugs} == {kind.name for kind in KINDS if not kind.sampled}
    assert [name for name in Baseline.read(EQUIVALENT).known if name not in {bug["id"] for bug in bugs}] == []


def test_every_equivalent_bug_has_a_reason() -> None:
    assert all(Baseline.read(EQUIVALENT).known.values())


def test_page_has_the_kinds_of_the_code() -> None:
    """`PYTHONPATH=tools/src uv run python -m tests.tools.plant.page` writes it."""
    text = page.PAGE.read_text("utf-8")

    assert page.render(text) == text


@pytest.fixture(scope="module")
def with_samples(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a new service, with the samples of the page."""
    copy = copy_project(installed().root, tmp_path_factory.mktemp("service") / "copy")
    page.write_samples(copy.root)
    return copy.root


def find_bugs(service: Path) -> Places:
    """`service` is a copy: no environment is in it."""
    return find_places(service, [], [], [path.relative_to(service).as_posix() for path in service.rglob("*.py")])


def is_at_its_site(bug: Bug) -> bool:
    return re.fullmatch(rf"{bug.kind.name} (src/\w+/)?{re.escape(bug.kind.site)} \d+", bug.id) is not None


def test_every_kind_has_a_site_and_a_test(installed: Installed, with_samples: Path) -> None:
    """In a new service, or in a sample of the page if the new service has none."""
    bugs = find_bugs(with_samples).bugs

    assert {bug.kind for bug in bugs if is_at_its_site(bug)} == set(KINDS)
    of_service = {bug.kind for bug in bugs if (installed().root / bug.path).exists()}
    assert {kind for kind in KINDS if kind.sampled} == set(KINDS) - of_service
    for kind in KINDS:
        path, _, name = kind.test.partition("::")
        assert f"def {name.rpartition('::')[2]}(" in (with_samples / path).read_text("utf-8")


@pytest.mark.timeout(1800)
@pytest.mark.nightly
def test_test_to_copy_catches_its_kind(installed: Installed, with_samples: Path) -> None:
    """The bug at the site of each kind fails the test that the kind names, run alone."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    root, options, places = installed().root, parser.parse_args(["."]), find_bugs(with_samples)
    missed = {kind.name for kind in KINDS}

    with source_folder() as source, open_workers(root, ProjectCopy(with_samples), source, options, 1) as (worker,):
        named = sorted({kind.test for kind in KINDS})
        suite = examine([worker], named, places.files, 600.0, with_samples.parent, isolated=True)
        for bug in filter(is_at_its_site, places.bugs):
            tests = [test for test in suite.reach.tests if test.partition("[")[0] == bug.kind.test]
            if bug.kind.name in missed and run_with(worker, suite, bug, tests).state == "caught":
                missed.remove(bug.kind.name)

    assert missed == set()
