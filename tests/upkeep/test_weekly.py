"""Once a week a service's CI asks whether a release is out, where the template can be reached from there."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Once
from tests.packaging.test_linters import plant, schema, zizmor
from tests.support.environment import git, run, succeed
from tests.upkeep.conftest import CHANGED, Service

WORKFLOW = ".github/workflows/update.yml"
ADDRESS = "https://example.com/team/oneloop.git"
INSTALLS_UV = 'python -m pip install "uv>=0.13,<1"'


def leads_to(folder: Path, address: str, cache: Path) -> dict[str, str]:
    """Let git find a folder of this machine at an address of the network, which nobody asks."""
    rewrite = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{folder}.insteadOf", "GIT_CONFIG_VALUE_0": address}
    return {**rewrite, "COPIER_CACHE_DIR": str(cache)}


def render(releases: Path, folder: Path, address: str, asked: str | None = None, **answers: str) -> Path:
    """Render 0.4.0 from an address; `asked` is what git asks when Copier is given a short form."""
    data = [f"--data={name}={answer}" for name, answer in answers.items()]
    copier = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref=0.4.0", *data]
    env = leads_to(releases, asked or address, folder.with_name("cache"))
    succeed(*copier, address, folder, cwd=releases, env=env)
    return folder


@pytest.fixture(scope="session")
def remote(once: Once, releases: Path) -> Callable[..., Path]:
    """Return a render whose template has an address on the network. Never change it."""

    def remote(ci: str) -> Path:
        return once(f"remote-{ci}", lambda folder: render(releases, folder, ADDRESS, ci=ci))

    return remote


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


class TestTheJob:
    @pytest.mark.parametrize(
        ("address", "asked"),
        [
            (ADDRESS, ADDRESS),
            ("git+https://example.com/oneloop", "https://example.com/oneloop"),
            ("ssh://git@example.com/oneloop.git", "ssh://git@example.com/oneloop.git"),
            ("git@example.com:team/oneloop.git", "git@example.com:team/oneloop.git"),
            ("gh:team/oneloop", "https://github.com/team/oneloop.git"),
        ],
    )
    def test_is_there_for_an_address_on_the_network(
        self, releases: Path, tmp_path: Path, address: str, asked: str
    ) -> None:
        folder = render(releases, tmp_path / "service", address, asked)

        assert (folder / WORKFLOW).exists()
        assert f"_src_path: {address}\n" in (folder / ".copier-answers.yml").read_text()

    @pytest.mark.parametrize("ci", ["github", "gitlab"])
    def test_is_not_there_for_a_folder_of_this_machine(self, releases: Path, tmp_path: Path, ci: str) -> None:
        folder = render(releases, tmp_path / "service", str(releases), ci=ci)

        assert not (folder / WORKFLOW).exists()
        assert ci == "github" or "update" not in load(folder / ".gitlab-ci.yml")

    def test_of_github_runs_weekly_and_may_only_read(self, remote: Callable[..., Path]) -> None:
        workflow = load(remote("github") / WORKFLOW)
        job = workflow["jobs"]["update"]

        assert workflow[True]["schedule"] == [{"cron": "23 5 * * 1"}]  # YAML reads `on` as true
        assert workflow["permissions"] == {}
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 15

    def test_of_gitlab_runs_by_a_schedule_alone(self, remote: Callable[..., Path]) -> None:
        job = load(remote("gitlab") / ".gitlab-ci.yml")["update"]

        assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]

    def test_passes_the_linters(self, remote: Callable[..., Path]) -> None:
        for result in (
            schema("github-workflows", remote("github") / WORKFLOW),
            zizmor(remote("github") / ".github"),
            schema("gitlab-ci", remote("gitlab") / ".gitlab-ci.yml"),
        ):
            assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize(
        ("right", "wrong", "finding"),
        [
            ("persist-credentials: false", "clean: true", "artipacked"),
            ("permissions: {}", "permissions: write-all", "excessive"),
        ],
    )
    def test_planted_holes_are_found(
        self, releases: Path, tmp_path: Path, right: str, wrong: str, finding: str
    ) -> None:
        folder = render(releases, tmp_path / "service", ADDRESS)
        plant(folder / WORKFLOW, right, wrong)

        assert finding in zizmor(folder / ".github").stdout


class TestTheQuestion:
    """What the jobs run, run here: with Python and uv alone, in a checkout that has no history."""

    @pytest.fixture
    def checkout(self, service: Service, tmp_path: Path) -> Service:
        git(tmp_path, "clone", "--quiet", "--depth=1", service.root.as_uri(), "checkout")
        return Service(tmp_path / "checkout")

    @staticmethod
    def ask(service: Service, command: str, env: dict[str, str]) -> tuple[int, str]:
        """Run a job's command where `python` is one that has no packages of ours."""
        folder = service.root.with_name("bin")
        folder.mkdir(exist_ok=True)
        if not (folder / "python").exists():
            (folder / "python").symlink_to(sys.executable)
        path = os.pathsep.join([str(folder), os.environ["PATH"]])
        done = run("sh", "-ec", command, cwd=service.root, env={**env, "PATH": path})
        return done.returncode, done.stdout

    def commands(self, remote: Callable[..., Path]) -> set[str]:
        steps = load(remote("github") / WORKFLOW)["jobs"]["update"]["steps"]
        pipeline = load(remote("gitlab") / ".gitlab-ci.yml")
        first, second = [step["run"] for step in steps if "run" in step]
        assert first == INSTALLS_UV
        assert pipeline["default"]["before_script"] == [INSTALLS_UV]
        return {second, *pipeline["update"]["script"]}

    def test_is_answered_by_a_failure_that_says_what_to_do(
        self, remote: Callable[..., Path], checkout: Service, releases: Path
    ) -> None:
        (command,) = self.commands(remote)

        status, said = self.ask(checkout, command, {"GITHUB_ACTIONS": "true"})
        plain = self.ask(checkout, command, {})[1]

        message = f"{releases} has a release after 0.4.0. Run: uv run poe update\n"
        assert status == 2
        assert said == f"::error title=A release is out::{message}"
        assert plain == message

    def test_is_silent_when_there_is_none(self, remote: Callable[..., Path], service: Service, releases: Path) -> None:
        service.verb("update")
        service.commit()
        (command,) = self.commands(remote)

        assert self.ask(service, command, {}) == (0, f"{releases} has nothing newer than 0.5.0.\n")

    def test_that_cannot_be_answered_is_not_taken_for_a_release(self, checkout: Service, releases: Path) -> None:
        checkout.edit(".copier-answers.yml", str(releases), "ssh://git@127.0.0.1:1/oneloop.git")

        done = checkout.verb("update", "--check", env={"GITHUB_ACTIONS": "true"})

        assert done.returncode == 1
        assert "Copier stopped; its reason stands above." in done.stdout
        assert "::error" not in done.stdout


def test_an_update_comes_from_the_network(releases: Path, tmp_path: Path) -> None:
    """What the other tests do with a folder works with a URL."""
    service = Service(render(releases, tmp_path / "service", ADDRESS))
    service.commit()

    done = service.verb("update", env=leads_to(releases, ADDRESS, tmp_path / "cache"))

    assert done.returncode == 0, done.stdout
    assert service.read(CHANGED).startswith('"""A fix. ')
    assert f"CHANGELOG.md of {ADDRESS}, from 0.4.0 to 0.5.0" in done.stdout
