"""What the emitted files for Docker and CI say: the verbs, the versions, and where secrets come from."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Rendered
from tests.packaging.dockerfile import build_context, parse

VERSIONS = ["3.11", "3.12", "3.13", "3.14"]


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def github(folder: Path) -> Any:
    return load(folder / ".github/workflows/ci.yml")


def gitlab(folder: Path) -> Any:
    return load(folder / ".gitlab-ci.yml")


def github_commands(folder: Path) -> list[str]:
    steps = [step for job in github(folder)["jobs"].values() for step in job["steps"]]
    return [step["run"] for step in steps if "run" in step]


def gitlab_commands(folder: Path) -> list[str]:
    pipeline = gitlab(folder)
    jobs = [pipeline[name] for name in ("check", "test")]
    return [*pipeline["default"]["before_script"], *(line for job in jobs for line in job["script"])]


def poe_tasks(folder: Path) -> Any:
    return tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]


class TestContinuousIntegration:
    @pytest.mark.parametrize(
        ("ci", "commands"),
        [
            pytest.param("github", github_commands, id="github"),
            pytest.param("gitlab", gitlab_commands, id="gitlab"),
        ],
    )
    def test_runs_the_verbs_that_people_run(
        self, rendered: Rendered, ci: str, commands: Callable[[Path], list[str]]
    ) -> None:
        """CI runs `poe check` and `poe test`, which pyproject.toml has, and no command of its own beside them."""
        folder = rendered(ci=ci)

        verbs = {"uv run poe check", "uv run poe test", "uv run --group contract poe test -m contract"}
        expected = {'python -m pip install "uv>=0.13,<1"', *verbs}
        assert set(commands(folder)) == expected
        assert {"check", "test"} <= set(poe_tasks(folder))

    @pytest.mark.parametrize("oldest", VERSIONS)
    def test_tests_every_python_from_the_oldest_allowed(self, rendered: Rendered, oldest: str) -> None:
        """The matrix begins at python_min, and `check` runs on it."""
        job = github(rendered(python_min=oldest))["jobs"]["test"]
        pipeline = gitlab(rendered(ci="gitlab", python_min=oldest))

        expected = VERSIONS[VERSIONS.index(oldest) :]
        assert job["strategy"]["matrix"]["python"] == expected
        assert pipeline["test"]["parallel"]["matrix"] == [{"PYTHON": expected}]
        assert pipeline["check"]["variables"]["PYTHON"] == oldest

    @pytest.mark.parametrize(
        ("ci", "present"),
        [("github", {".github"}), ("gitlab", {".gitlab-ci.yml"}), ("none", set())],
    )
    def test_only_the_chosen_one_is_rendered(self, rendered: Rendered, ci: str, present: set[str]) -> None:
        names = {path.name for path in rendered(ci=ci).iterdir()}

        assert names & {".github", ".gitlab-ci.yml"} == present

    def test_every_job_ends_in_time_and_may_do_little(self, rendered: Rendered) -> None:
        """Each job has a timeout and names its permissions; nothing is granted to all."""
        workflow = github(rendered())

        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"] <= 15
            assert job["permissions"] == {"contents": "read"}


class TestDocker:
    def test_the_oldest_allowed_python_is_the_image_s(self, rendered: Rendered) -> None:
        """The version that every machine and CI job can run is the one that serves."""
        arg = parse((rendered(python_min="3.12") / "Dockerfile").read_text())[0]

        assert (arg.keyword, arg.value) == ("ARG", "PYTHON_VERSION=3.12")

    def test_the_context_holds_no_secret_and_no_history(self, rendered: Rendered) -> None:
        """The build sees what the Dockerfile copies, and nothing else: `.env` can end in no layer."""
        context = set(build_context(rendered()))
        tops = {name.split("/")[0] for name in context}

        assert tops == {"pyproject.toml", "README.md", "src", "alembic.ini", "migrations"}


class TestCompose:
    def test_secrets_come_from_the_environment_alone(self, rendered: Rendered) -> None:
        """Each use of a secret refuses an empty one, and says how to make it; .env.example has its name."""
        text = (rendered() / "compose.yaml").read_text()
        example = (rendered() / ".env.example").read_text()

        for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
            uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
            assert uses
            assert set(uses) == {f"${{{name}:?add it to .env, openssl rand -hex 32 makes one}}"}
            assert f"\n{name}=\n" in example

    def test_the_service_waits_for_the_database_and_the_migrations(self, rendered: Rendered) -> None:
        services = load(rendered() / "compose.yaml")["services"]

        assert services["migrate"]["command"] == ["alembic", "upgrade", "head"]
        assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
        assert services["app"]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
        assert "healthcheck" in services["db"]

    def test_the_service_may_change_nothing(self, rendered: Rendered) -> None:
        """A read-only file system, no capabilities, no new privileges; the port is this machine's alone."""
        app = load(rendered() / "compose.yaml")["services"]["app"]

        assert app["read_only"] is True
        assert app["cap_drop"] == ["ALL"]
        assert app["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in app["ports"])
