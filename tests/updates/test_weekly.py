"""Once a week a service's CI asks whether a release is out, if it can reach the template."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Once
from tests.packaging.test_linters import plant, schema, zizmor
from tests.support.environment import commit_all, git, interpreter, run, succeed
from tests.updates.conftest import Old
from tests.updates.copier_program import SOMEBODY
from tests.updates.edits import cut
from tests.updates.releases import FIX, NEXT

WORKFLOW = ".github/workflows/update.yml"
ADDRESS = "https://example.com/team/oneloop.git"
COMMAND = "uv run oneloop update --check"


def leads_to(folder: Path, address: str, cache: Path) -> dict[str, str]:
    """Let git find a folder of this machine at a network address, which is never reached."""
    rewrite = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{folder}.insteadOf", "GIT_CONFIG_VALUE_0": address}
    return {**rewrite, "COPIER_CACHE_DIR": str(cache)}


def render(repository: Path, folder: Path, address: str, asked: str | None = None, **answers: str) -> Path:
    """Render from an address; `asked` is the address that git gets if Copier is given a short form."""
    data = [f"--data={name}={answer}" for name, answer in answers.items()]
    copier = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", f"--vcs-ref={NEXT}", *data]
    env = leads_to(repository, asked or address, folder.with_name("cache"))
    succeed(*copier, address, folder, cwd=repository, env=env)
    return folder


@pytest.fixture(scope="session")
def remote(once: Once, repository: Path) -> Callable[..., Path]:
    """Return a render whose template has a network address. Never change it."""

    def remote(ci: str) -> Path:
        return once(f"remote-{ci}", lambda folder: render(repository, folder, ADDRESS, ci=ci))

    return remote


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


class TestTheJob:
    def test_of_github_runs_weekly_and_may_only_read(self, remote: Callable[..., Path]) -> None:
        workflow = load(remote("github") / WORKFLOW)
        job = workflow["jobs"]["update"]

        assert workflow[True]["schedule"] == [{"cron": "23 5 * * 1"}]  # YAML reads `on` as true
        assert workflow["permissions"] == {}
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 15
        assert job["steps"][-1]["run"] == COMMAND

    def test_of_gitlab_runs_on_a_schedule_alone(self, remote: Callable[..., Path]) -> None:
        job = load(remote("gitlab") / ".gitlab-ci.yml")["update"]

        assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
        assert job["script"] == [COMMAND]

    @pytest.mark.nightly
    def test_passes_the_linters(self, remote: Callable[..., Path]) -> None:
        for result in (
            schema("github-workflows", remote("github") / WORKFLOW),
            zizmor(remote("github") / ".github"),
            schema("gitlab-ci", remote("gitlab") / ".gitlab-ci.yml"),
        ):
            assert result.returncode == 0, result.stdout

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("address", "asked"),
        [
            ("git+https://example.com/oneloop", "https://example.com/oneloop"),
            ("ssh://git@example.com/oneloop.git", "ssh://git@example.com/oneloop.git"),
            ("git@example.com:team/oneloop.git", "git@example.com:team/oneloop.git"),
            ("gh:team/oneloop", "https://github.com/team/oneloop.git"),
        ],
    )
    def test_is_rendered_for_each_form_of_address(
        self, repository: Path, tmp_path: Path, address: str, asked: str
    ) -> None:
        folder = render(repository, tmp_path / "service", address, asked)

        assert (folder / WORKFLOW).exists()
        assert f"_src_path: {address}\n" in (folder / ".copier-answers.yml").read_text()

    @pytest.mark.parametrize("ci", ["github", "gitlab"])
    def test_is_not_rendered_for_a_folder_of_this_machine(self, old: Old, ci: str) -> None:
        service = old(NEXT, ci=ci)

        assert not (service / WORKFLOW).exists()
        assert ci == "github" or "update" not in load(service / ".gitlab-ci.yml")

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("right", "wrong", "finding"),
        [
            ("persist-credentials: false", "clean: true", "artipacked"),
            ("permissions: {}", "permissions: write-all", "excessive"),
        ],
    )
    def test_planted_holes_are_found(
        self, repository: Path, tmp_path: Path, right: str, wrong: str, finding: str
    ) -> None:
        folder = render(repository, tmp_path / "service", ADDRESS)
        plant(folder / WORKFLOW, right, wrong)

        assert finding in zizmor(folder / ".github").stdout


class TestTheQuestion:
    """The job's command, in a checkout without history."""

    @pytest.fixture
    def checkout(self, old: Old, tmp_path: Path) -> Path:
        git(tmp_path, "clone", "--quiet", "--depth=1", old(NEXT).as_uri(), "checkout")
        return tmp_path / "checkout"

    @staticmethod
    def ask(service: Path, **env: str) -> tuple[int, str]:
        done = run("sh", "-ec", COMMAND, cwd=service, env={**SOMEBODY, "UV_PYTHON": interpreter("3.11"), **env})
        return done.returncode, done.stdout

    @pytest.mark.nightly
    def test_is_answered_by_a_failure_that_says_what_to_do(self, checkout: Path, repository: Path) -> None:
        status, said = self.ask(checkout, GITHUB_ACTIONS="true")

        message = f"{repository} has a release after {NEXT}. Run: uv run oneloop update\n"
        assert status == 2
        assert said.endswith(f"\n::error title=A release is out::{message}")

    @pytest.mark.nightly
    def test_has_no_answer_if_there_is_none(self, old: Old, repository: Path) -> None:
        status, said = self.ask(old(FIX))

        assert (status, said.splitlines()[-1]) == (0, f"{repository} has nothing newer than {FIX}.")

    @pytest.mark.nightly
    def test_that_cannot_be_answered_is_not_taken_for_a_release(self, checkout: Path) -> None:
        cut(checkout / ".copier-answers.yml", r"^_src_path: .*?\n")
        with (checkout / ".copier-answers.yml").open("a") as answers:
            answers.write("_src_path: ssh://git@127.0.0.1:1/oneloop.git\n")

        status, said = self.ask(checkout, GITHUB_ACTIONS="true")

        assert status == 1
        assert "Copier cannot tell. It reports:" in said
        assert "::error" not in said


@pytest.mark.nightly
def test_an_update_comes_from_the_network(repository: Path, tmp_path: Path) -> None:
    """As it does from a folder."""
    service = render(repository, tmp_path / "service", ADDRESS)
    commit_all(service, "Start")
    env = {**SOMEBODY, **leads_to(repository, ADDRESS, tmp_path / "cache"), "UV_PYTHON": interpreter("3.11")}
    commands = "uv lock --quiet && git add --all && git commit --quiet --message Lock && uv run oneloop update"

    done = run("sh", "-ec", commands, cwd=service, env=env)

    assert done.returncode == 0, done.stdout
    assert f"CHANGELOG of {ADDRESS} from {NEXT} to {FIX}" in done.stdout
