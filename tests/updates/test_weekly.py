"""Once a week a service's CI asks whether a release is out, if it can reach the template."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Once
from tests.docs.markdown import blocks
from tests.packaging.test_linters import plant, schema, zizmor
from tests.support.environment import clean_environment, commit_all, git, interpreter, run, succeed, uv
from tests.updates.conftest import Old
from tests.updates.copier_program import SOMEBODY
from tests.updates.edits import cut
from tests.updates.releases import FIX, NEXT

WORKFLOW = ".github/workflows/update.yml"
ADDRESS = "https://example.com/team/oneloop.git"
COMMAND = "uv run oneloop update --check"
UPDATE = "uv run oneloop update --yes"


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
    def test_of_github_runs_weekly_and_gives_its_token_to_one_step(self, remote: Callable[..., Path]) -> None:
        """Only the job that opens the pull request may write, and the tests run without the token."""
        workflow = load(remote("github") / WORKFLOW)
        job = workflow["jobs"]["update"]

        assert workflow[True]["schedule"] == [{"cron": "23 5 * * 1"}]  # YAML reads `on` as true
        assert workflow["permissions"] == {}
        assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
        assert job["timeout-minutes"] <= 15
        assert job["steps"][0]["with"] == {"persist-credentials": False}
        assert [UPDATE in step.get("run", "") for step in job["steps"]] == [False, False, False, True, False]
        assert ["GH_TOKEN" in step.get("env", {}) for step in job["steps"]] == [False, False, False, False, True]

    def test_of_gitlab_runs_on_a_schedule_alone(self, remote: Callable[..., Path]) -> None:
        job = load(remote("gitlab") / ".gitlab-ci.yml")["update"]

        assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
        assert UPDATE in job["script"]

    def test_of_renovate_is_valid_and_short(self, tmp_path: Path) -> None:
        (text,) = (block.text for block in blocks(Path("docs/updating.md"), "json"))
        (tmp_path / "renovate.json").write_text(text)

        assert len(text.splitlines()) <= 12
        assert schema("renovate", tmp_path / "renovate.json").returncode == 0

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


# A `gh` that keeps what it was called with.
GH = '#!/bin/sh\nprintf "%s\\n" "$@" >> "$RUNNER_TEMP/gh.txt"\ncat "$RUNNER_TEMP/body.md" >> "$RUNNER_TEMP/gh.txt"\n'


@pytest.mark.nightly
class TestThePullRequest:
    """The commands of the jobs, on a service whose template and whose own repository have network addresses."""

    @pytest.fixture
    def service(self, repository: Path, tmp_path: Path) -> Path:
        return self.make(repository, tmp_path, "github")

    def make(self, repository: Path, tmp_path: Path, ci: str) -> Path:
        service = render(repository, tmp_path / "service", ADDRESS, ci=ci)
        succeed(uv(), "lock", "--quiet", cwd=service, env={"UV_PYTHON": interpreter("3.11")})
        commit_all(service, "Start")
        git(tmp_path, "clone", "--quiet", "--bare", str(service), "origin.git")
        return service

    def environment(self, repository: Path, service: Path, address: str) -> dict[str, str]:
        programs = service.parent / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "gh").write_text(GH)
        (programs / "gh").chmod(0o755)
        git(service, "config", f"url.{service.parent}/origin.git.insteadOf", address)
        return {
            **SOMEBODY,
            **leads_to(repository, ADDRESS, service.parent / "cache"),
            "UV_PYTHON": interpreter("3.11"),
            "RUNNER_TEMP": str(service.parent),
            "PATH": f"{programs}:{clean_environment()['PATH']}",
        }

    def test_of_github_is_opened_once_with_the_result_of_the_tests(self, repository: Path, service: Path) -> None:
        *_, update, request = load(service / WORKFLOW)["jobs"]["update"]["steps"]
        output = service.parent / "output"
        env = {
            **self.environment(repository, service, "https://x-access-token:T@github.com/team/orders"),
            "GITHUB_SHA": git(service, "rev-parse", "HEAD"),
            "GITHUB_OUTPUT": str(output),
            "GH_TOKEN": "T",
            "GITHUB_REPOSITORY": "team/orders",
        }

        first = run("bash", "-ec", update["run"], cwd=service, env=env)
        outputs = dict(line.split("=") for line in output.read_text().splitlines())
        env |= {"BRANCH": outputs["branch"], "RESULT": outputs["result"]}
        second = run("bash", "-ec", request["run"], cwd=service, env=env)
        again = run("bash", "-ec", request["run"], cwd=service, env=env)

        assert first.returncode == 0, first.stdout
        assert outputs == {"result": "passed", "branch": f"oneloop-{FIX}"}
        assert second.returncode == 0, second.stdout
        assert again.stdout.endswith("There is a pull request already.\n")
        opened = (service.parent / "gh.txt").read_text()
        assert "Update Oneloop: the tests passed" in opened
        assert f"Update Oneloop {NEXT} → {FIX}" in opened
        pushed = git(service.parent / "origin.git", "rev-parse", f"oneloop-{FIX}")
        assert pushed == git(service, "rev-parse", "HEAD")

    def test_of_gitlab_is_asked_for_by_the_push(self, repository: Path, tmp_path: Path) -> None:
        service = self.make(repository, tmp_path, "gitlab")
        git(tmp_path / "origin.git", "config", "receive.advertisePushOptions", "true")
        env = {
            **self.environment(repository, service, "https://oneloop:T@gitlab.example.com/team/orders.git"),
            "CI_COMMIT_SHA": git(service, "rev-parse", "HEAD"),
            "UPDATE_TOKEN": "T",
            "CI_SERVER_HOST": "gitlab.example.com",
            "CI_PROJECT_PATH": "team/orders",
        }

        done = run("bash", "-ec", "\n".join(load(service / ".gitlab-ci.yml")["update"]["script"]), cwd=service, env=env)

        assert done.returncode == 0, done.stdout
        pushed = git(tmp_path / "origin.git", "rev-parse", f"oneloop-{FIX}")
        assert pushed == git(service, "rev-parse", "HEAD")
