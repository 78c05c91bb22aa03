"""The pages' commands work, in the order of the pages, where a suite was adopted."""

import re
from pathlib import Path

import pytest

from tests.adopt.adoption import adopt
from tests.adopt.commands import copied, shell
from tests.adopt.samples import SAMPLES, AdoptSample, begin
from tests.docs.markdown import blocks
from tests.docs.test_audit import PLANTED, steps
from tests.support import template
from tests.support.environment import ROOT, commit_all, run, succeed, uv

ADOPTING = Path("docs/adopting.md")
CONVERTING = Path("docs/convert.md")
MIGRATION = Path("template/docs/testing/migration.md")


def commands(page: Path) -> list[str]:
    return [block.text.strip() for block in blocks(page, "sh")]


@pytest.mark.parametrize("number", [0, 1], ids=["asking", "answered"])
def test_adopting_is_one_command(oneloop: Path, tmp_path: Path, number: int) -> None:
    """Each brings what the tests of this folder bring; nobody sits here to be asked, so the defaults are taken."""
    command = commands(ADOPTING)[number].replace("ADDRESS", f"--vcs-ref HEAD {oneloop}")
    if "--defaults" not in command:
        command = command.replace("copier copy", "copier copy --defaults --data migrations=create_all")
    top = begin(SAMPLES["brief"], tmp_path / "by-command")

    output = succeed("sh", "-ec", command, cwd=top)

    by_library = template.files(adopt(oneloop, SAMPLES["brief"], begin(SAMPLES["brief"], tmp_path / "by-library")))
    paths = {path for path in by_library if not path.startswith(".git/")}
    assert paths == {path for path in template.files(top) if not path.startswith(".git/")}
    assert "Nothing that stood there was changed" in output


def test_migration_page_from_its_first_command_to_its_last(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """Put off and green, audited, converted, taken off the baseline, all green, held."""
    project = copied(adopt_sample("brief"), tmp_path / "brief")
    collect, put_off, audit, convert, take_off, everything, hold, held = commands(MIGRATION)

    assert commands(ADOPTING)[2] == collect
    assert "tests collected" in shell(project, collect)
    assert "4 tests fail by the loop" in shell(project, put_off)
    assert re.search(r"\b4 passed, .*\b4 xfailed\b", project.pytest().output)
    assert "6 of 8 tests are on the wrong client." in shell(project, f"{audit}; {audit.partition(' --json')[0]}")
    assert "6 tests converted, 0 left" in shell(project, commands(CONVERTING)[-1])
    commit_all(project.top, "Put off")
    assert "6 tests converted, 0 left" in shell(project, convert)
    assert "is empty, and was deleted" in shell(project, take_off)
    assert re.search(r"\d{3} passed in ", shell(project, everything))
    shell(project, hold)
    shell(project, held)


@pytest.mark.parametrize("name", ["brief", "monorepo"])
def test_step_of_a_pipeline_holds_the_number(adopt_sample: AdoptSample, tmp_path: Path, name: str) -> None:
    """The steps of docs/audit.md, in the folder where pytest runs: red by the name of one sync test more."""
    project = copied(adopt_sample(name), tmp_path / name)
    github, gitlab = steps().values()
    assert github == gitlab == commands(MIGRATION)[-1]

    shell(project, commands(MIGRATION)[-2])
    shell(project, github)
    route = {"brief": "/api/metrics", "monorepo": "/me"}[name]
    (project.root / "tests/test_planted.py").write_text(PLANTED.replace("/count", route))
    done = run("sh", "-ec", github, cwd=project.root, env=project.environment)

    assert done.returncode == 1
    assert "tests/test_planted.py::test_planted" in done.stdout


def test_header_says_what_the_page_says(adopt_sample: AdoptSample) -> None:
    """Each line of the page's table is in the header of one of two runs."""
    rows = re.findall(r"^\| `((?:harness|contract|hint)[^`]*)` \|", (ROOT / MIGRATION).read_text(), re.MULTILINE)
    beginnings = {re.sub(r"\d+\.\d+\.\d+", "", row.removesuffix(" ...")) for row in rows}

    headers = [
        run(uv(), "run", "--quiet", "pytest", "--collect-only", cwd=project.root, env=project.environment).stdout
        for project in (adopt_sample("brief"), adopt_sample("sqlmodel"))
    ]

    said = re.sub(r"\d+\.\d+\.\d+", "", "".join(headers))
    assert len(beginnings) >= 5
    assert {beginning for beginning in beginnings if f"\n{beginning}" not in said} == set()
