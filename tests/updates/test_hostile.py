"""Whatever a user, git and hooks do: an update has 0 conflicts, loses 0 bytes, and can be reverted."""

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Once
from tests.support import template
from tests.support.bugs import run_tests
from tests.support.environment import git, interpreter, run
from tests.support.project import Project
from tests.updates import table
from tests.updates.conftest import Releases
from tests.updates.copier_program import SOMEBODY
from tests.updates.edits import edit
from tests.updates.hostile import NO_HOOKS, START, STEPS, Hostile
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, FROM, NEXT, PAST
from tests.updates.test_suites import UPDATE_CONTRACT

LEFT = re.compile(r"^  (\S.*?): ", re.MULTILINE)


class Updated(Hostile):
    """A hostile user, and at the end one update with its steps."""

    to: str
    wanted: int
    done: list[tuple[int, list[str]]]

    def teardown(self) -> None:
        """Update, and look for what is lost. Hypothesis begins with what is too simple, which is left out."""
        if len(self.edits) < 3 or len(self.done) == self.wanted:
            return
        self.commit("Work")
        before, start = contents(self.service), git(self.service, "rev-parse", "HEAD")

        done = self.update()
        if self.edited and (conflicts := look(self.service, before, self.fresh).conflicts):
            done = self.resolves(conflicts)

        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        assert git(self.service, "status", "--porcelain", "--ignore-submodules=all") == "", done.stdout
        left = LEFT.findall(done.stdout.partition("Left to you:")[2])
        # `uv run pytest` cannot run here. Of the rest only what the user has changed may be left.
        assert {path for path in left if not path.startswith("pytest -q ")} <= self.changed(start), done.stdout
        self.assert_nothing_is_lost(start, before)
        if self.runs_tests:
            self.assert_its_tests_are_green()
        git(self.service, *NO_HOOKS, "revert", "--no-edit", f"{start}..HEAD")
        assert git(self.service, "rev-parse", "HEAD^{tree}") == git(self.service, "rev-parse", f"{start}^{{tree}}")
        self.done.append((done.stdout.count("Committed: ") - 1, left))
        shutil.rmtree(self.service)

    def changed(self, commit: str, since: str = START) -> set[str]:
        """Return the paths that have changed, those of moved files among them."""
        names = ("-c", "core.quotePath=false", "diff", "--no-renames", "--name-only", since, commit)
        return {*git(self.service, *names).splitlines()}

    def resolves(self, conflicts: frozenset[str]) -> "CompletedProcess[str]":
        """Take the template's text of the files with a conflict, and go on."""
        assert {path.removesuffix(".rej") for path in conflicts} <= self.edited, conflicts
        for path in conflicts:
            (self.service / path).unlink()
            if not path.endswith(".rej"):
                (self.service / path).write_bytes(self.fresh[path])
        return self.run(sys.executable, STEPS, "--yes", "--no-selftest")

    def assert_nothing_is_lost(self, start: str, before: Mapping[str, bytes]) -> None:
        commits = git(self.service, "log", "--format=%H", "--reverse", f"{start}..").splitlines()
        after, steps = contents(self.service), self.changed("HEAD", commits[0])
        by_steps = {path: after[path] for path in steps if path in after}
        kept = {path: text for path, text in before.items() if path not in steps}
        outcome = look(self.service, {**kept, **by_steps}, self.fresh, self.edited)
        assert outcome == CLEAN, vars(outcome)

    def assert_its_tests_are_green(self) -> None:
        service = Project(self.service, interpreter("3.11")).install()
        service.succeed(*UPDATE_CONTRACT)
        ended = run_tests(service)
        assert ended.exit_status == 0, ended.output

    def update(self) -> "CompletedProcess[str]":
        """Update by the plugin's command; before 0.4.0 by Copier, and then by the command that it prints."""
        if self.has_command:
            options = ("--yes", "--no-selftest", f"--to={self.to}")
            return self.run(sys.executable, "-m", "oneloop.commands", "update", *options)
        copier = self.run(sys.executable, "-m", "copier", "update", "--defaults", "--quiet", f"--vcs-ref={self.to}")
        assert copier.returncode == 0, copier.stdout
        return self.run(sys.executable, STEPS, "--yes", "--no-selftest")

    def run(self, *command: str) -> "CompletedProcess[str]":
        environment = {"GIT_CONFIG_GLOBAL": str(self.git_config), "PYTHONPATH": "tests/harness", **SOMEBODY}
        if not self.has_command:
            environment["UV"] = str(self.home / "uv")
        return run(*command, cwd=self.service, env=environment)


# A dozen on each push. A thin release updates in the same way, and has fewer of the template's files.
NIGHTLY = [pytest.mark.nightly, pytest.mark.timeout(7200)]
CASES = [
    *(pytest.param("thin", release, 3) for release in FROM),
    *(pytest.param("thin", release, 70, marks=NIGHTLY) for release in FROM),
    *(pytest.param("full", release, 10, marks=NIGHTLY) for release in FROM),
]


@pytest.mark.parametrize(("releases", "release", "examples"), CASES)
def test_whatever_the_user_has_done(
    request: pytest.FixtureRequest, tmp_path: Path, *, releases: str, release: str, examples: int
) -> None:
    """Each example is one service with three to eight edits, one update and its steps."""
    done = update_examples(request.getfixturevalue(releases), tmp_path, release, examples)

    steps, left = sum(count for count, _ in done), sum(len(lines) for _, lines in done)
    outcome = f"ok, {steps} steps, {left} left"
    table.record(request.node, release, f"hostile, {releases}, {examples} updates", outcome)
    assert len(done) == examples


@pytest.mark.nightly
@pytest.mark.parametrize("release", FROM)
def test_the_service_is_green_after_what_breaks_no_test(full: Releases, tmp_path: Path, release: str) -> None:
    """The user adds files, branches, hooks, settings and line ends, and edits files of the template."""
    assert len(update_examples(full, tmp_path, release, 1, runs_tests=True)) == 1


def update_examples(
    releases: Releases, folder: Path, release: str, wanted: int, *, runs_tests: bool = False
) -> list[tuple[int, list[str]]]:
    """Update so many services of a release, and return how many steps were applied in each, and what was left."""
    done: list[tuple[int, list[str]]] = []
    to = NEXT if release in PAST else FIX
    attributes = {"started": releases.started(release), "folder": folder, "has_command": to == FIX}
    attributes |= {"to": to, "fresh": releases.fresh(to, after=release), "wanted": wanted, "done": done}
    attributes |= {"runs_tests": runs_tests}
    machine = type("Machine", (Updated,), attributes)
    run_state_machine_as_test(
        seed(FROM.index(release))(machine) if wanted < 10 else machine,
        settings=settings(
            max_examples=max(8, 2 * wanted),
            stateful_step_count=8,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],  # an example takes seconds, so it is not made smaller
            suppress_health_check=list(HealthCheck),
        ),
    )
    return done


class Bug(NamedTuple):
    """A change of a release, and the release whose hostile users it is brought to."""

    file: str
    right: str
    wrong: str
    release: str = PAST[-1]


UPDATE = f"template/{template.TESTS}/harness/oneloop/commands/update"
BUGS = {
    "the branch is printed": Bug(f"{UPDATE}/programs.py", " status.branch=0", ""),
    "colours are printed": Bug(f"{UPDATE}/programs.py", " color.ui=0", ""),
    "hooks run": Bug(f"{UPDATE}/steps/apply_steps.py", '"--no-verify", ', ""),
    "hooks run in what Copier makes": Bug(f"{UPDATE}/programs.py", '"core.hooksPath": os.devnull, ', "", NEXT),
    "a template of git's is taken": Bug(f"{UPDATE}/programs.py", '"init.templateDir": ""', "", NEXT),
    "a step loses a file": Bug(f"{UPDATE}/steps/write_files.py", "target = path", "target = path.parent", PAST[0]),
    "a star too few": Bug("copier.yml", "'update' %}/**", "'update' %}/*"),
}


@pytest.mark.nightly
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_wrong_release_is_found(once: Once, thin: Releases, tmp_path: Path, bug: Bug) -> None:
    def spoil(folder: Path) -> None:
        template.snapshot_of(thin.repository, folder)
        for version in (NEXT, FIX):
            git(folder, "switch", "--quiet", "--detach", version)
            edit(folder / bug.file, bug.right, bug.wrong)
            git(folder, "commit", "--quiet", "--all", "--message", "Plant a bug")
            git(folder, "tag", "--force", version)

    spoilt = Releases(once, f"spoilt-{[*BUGS.values()].index(bug)}", spoil)

    with pytest.raises(AssertionError):
        update_examples(spoilt, tmp_path, bug.release, 1)
