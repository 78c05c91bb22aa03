"""A new service catches the bugs in its own code. Those that change nothing are listed in equivalent.json."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from oneloop_tools.plant.kinds import KINDS
from oneloop_tools.plant.outcome import Baseline
from tests.conftest import Installed
from tests.support.environment import ROOT, clean_environment
from tests.tools.plant import page

EQUIVALENT = Path(__file__).parent / "equivalent.json"
SOME = ("background-dropped", "background-early", "like-unescaped")
# A new service has neither relations, nor isolation levels of its own, nor a migration of rows.
NO_SITE = {"backfill-dropped", "eager-load-dropped", "isolation-lowered", "rollback-dropped"}


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


@pytest.mark.nightly
def test_every_bug_is_caught_or_equivalent(installed: Installed, tmp_path: Path) -> None:
    """At least 150 bugs of all kinds that have a site."""
    report = tmp_path / "report.json"

    done = plant(installed().root, report, "--baseline", str(EQUIVALENT))

    bugs = bugs_in(report)
    missed = [bug["id"] for bug in bugs if bug["state"] not in ("caught", "equivalent")]
    assert missed == [], done.stdout
    assert len(bugs) >= 150
    assert {bug["kind"] for bug in bugs} == {kind.name for kind in KINDS} - NO_SITE
    assert [name for name in Baseline.read(EQUIVALENT).known if name not in {bug["id"] for bug in bugs}] == []


def test_every_equivalent_bug_has_a_reason() -> None:
    assert all(Baseline.read(EQUIVALENT).known.values())


def test_page_has_the_kinds_of_the_code() -> None:
    """`PYTHONPATH=tools/src uv run python -m tests.tools.plant.page` writes it."""
    text = page.PAGE.read_text("utf-8")

    assert page.render(text) == text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_test_to_copy_is_in_a_new_service(installed: Installed, kind: Any) -> None:
    path, _, name = kind.test.partition("::")

    text = (installed().root / path).read_text("utf-8")

    assert f"def {name.rpartition('::')[2]}(" in text
