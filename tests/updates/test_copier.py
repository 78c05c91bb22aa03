"""What depends on Copier itself: its oldest version, its answers file, its message, and that it may be killed."""

import runpy
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import Installed
from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import ROOT, commit_all, git, succeed, uv
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import SOMEBODY, deadly, update
from tests.updates.edits import append, cut, edit
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM


@pytest.mark.nightly
def test_the_oldest_that_is_let_in_copies_and_updates(repository: Path, fresh: Fresh, tmp_path: Path) -> None:
    """`_min_copier_version` is a version that works, not a wish."""
    oldest = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))["_min_copier_version"]
    copier = [uv(), "run", "--quiet", "--no-project", "--with", f"copier=={oldest}", "copier"]
    service = tmp_path / "service"

    succeed(*copier, "copy", "--quiet", "--defaults", f"--vcs-ref={FROM[0]}", repository, service, cwd=tmp_path)
    before = contents(service)
    commit_all(service, "Start")
    succeed(*copier, "update", "--quiet", "--defaults", f"--vcs-ref={FIX}", cwd=service)

    assert look(service, before, fresh(FIX, after=FROM[0])) == CLEAN


@pytest.mark.nightly
def test_another_template_keeps_its_answers(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`adopt` names a second file for the plugin, and `oneloop update` takes that one, also from a folder below."""
    own, others = ".copier-answers.oneloop.yml", ".copier-answers.yml"
    service = template.render(repository, tmp_path / "service", ref=FROM[0], answers_file=own)
    (service / others).write_text("_src_path: https://example.com/another\n")
    commit_all(service, "Start")

    template.update(service, ref=FIX, answers_file=own)

    assert f"_commit: {FIX}" in (service / own).read_text()
    assert (service / others).read_text() == "_src_path: https://example.com/another\n"
    chosen = runpy.run_path(str(service / "tests/harness/oneloop/commands/update/steps/answers.py"))["answers_file"]
    monkeypatch.chdir(service / "tests")
    assert chosen() == own
    (service / own).unlink()
    assert chosen() == others


@pytest.mark.nightly
def test_says_what_is_left_to_do(old: Old, capsys: pytest.CaptureFixture[str]) -> None:
    template.update(old(FROM[-1]), ref=FIX, quiet=False)

    said = capsys.readouterr().err
    assert "uv run python tests/harness/oneloop/commands/update/steps\n" in said


def test_a_formatter_with_settings_of_a_team_leaves_the_templates_files(old: Old) -> None:
    """A formatted file would conflict with the next release."""
    service = old(FROM[-1])
    settings = service / "pyproject.toml"
    edit(settings, "line-length = 100\n", "line-length = 60\n")
    append(settings, '\n[tool.ruff.format]\nquote-style = "single"\n')
    commit_all(service, "Set the formatter")
    ruff = Path(sys.executable).with_name("ruff")

    succeed(ruff, "check", "--fix-only", "--quiet", cwd=service)
    succeed(ruff, "format", "--quiet", cwd=service)

    changed = git(service, "diff", "--name-only").splitlines()
    assert len([path for path in changed if is_users(path)]) > 10
    assert [path for path in changed if not is_users(path)] == []


@pytest.mark.parametrize(
    ("without", "variables"),
    [(".git", {}), ("tests", {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})],
    ids=["a ZIP", "a clone that another user owns"],
)
def test_a_copy_that_no_update_can_reach_says_so(
    oneloop: Path, tmp_path: Path, without: str, variables: dict[str, str]
) -> None:
    """Copier says it, and each test run."""
    shutil.copytree(oneloop, tmp_path / "oneloop", ignore=lambda path, _: [without] if path == str(oneloop) else [])
    copier = (sys.executable, "-m", "copier", "copy", "--defaults", "oneloop", "service")

    said = succeed(*copier, cwd=tmp_path, env=variables)

    assert "This copy can never be updated" in said
    assert "_commit" not in (tmp_path / "service/.copier-answers.yml").read_text()


@pytest.mark.nightly
def test_each_run_of_such_a_copy_says_so(installed: Installed, tmp_path: Path) -> None:
    service = installed().copy(tmp_path / "service")
    before = service.run("pytest", "--collect-only").stdout
    cut(service.root / ".copier-answers.yml", r"^_commit: .*?\n")

    after = service.run("pytest", "--collect-only").stdout

    line = "oneloop: .copier-answers.yml names no release, so no update can come. See: uv run oneloop update\n"
    assert (line in before, line in after) == (False, True)


RECOVER = next(block.text for block in blocks(Path("docs/updating.md"), "sh") if "stash" in block.text)

# Copier asks git once for each file that it writes: for the old render, then in the service, then for the new one.
MOMENTS = {
    "before it writes": ("*write-tree*", 0),
    "while it writes": ("*core.fileMode*", 1.5),
    "before it merges": ("*apply*--reject*", 0),
}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(each, marks=[] if each == "while it writes" else pytest.mark.nightly) for each in MOMENTS],
)
def test_a_killed_update_is_undone_and_done_again(old: Old, fresh: Fresh, tmp_path: Path, moment: str) -> None:
    service = old(FROM[0], does_all_of_it)
    before, head = contents(service), git(service, "rev-parse", "HEAD")
    pattern, renders = MOMENTS[moment]
    templates = [path for path in fresh(FIX, after=FROM[0]) if not is_users(path)]

    killed = update(
        service,
        f"--vcs-ref={FIX}",
        programs=deadly(tmp_path / "bin", pattern, max(1, int(renders * len(templates)))),
    )

    assert killed.returncode == -9, killed.stdout
    half_way = contents(service)
    assert git(service, "rev-parse", "HEAD") == head
    assert {path for path in before if is_users(path) and before[path] != half_way.get(path)} == set()
    assert (half_way == before) is (moment == "before it writes")

    succeed("sh", "-ec", RECOVER, cwd=service, env=SOMEBODY)

    assert contents(service) == before
    template.update(service, ref=FIX)
    assert look(service, before, fresh(FIX, after=FROM[0])) == CLEAN


def test_wants_the_same_copier_as_the_template() -> None:
    programs = ROOT / "template" / template.TESTS / "harness/oneloop/commands/update/programs.py"
    wanted = programs.read_text("utf-8").split('COPIER = "copier>=')[1].split('"')[0]

    assert f'_min_copier_version: "{wanted}"' in (ROOT / "copier.yml").read_text("utf-8")
