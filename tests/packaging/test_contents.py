"""What a service's files for Docker and CI contain: the commands, the versions, and where secrets come from."""

import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.conftest import Rendered
from tests.packaging.dockerfile import build_context, parse
from tests.support.answers import ODD
from tests.support.shipped import find_client, start_temporary

VERSIONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]
LOWEST = "uv run --isolated --resolution lowest-direct pytest"
HIGHEST = "uv run --isolated --upgrade pytest"
SPLIT = 'uv run --with "pytest-split>=0.11,<1" pytest --splits "${}" --group "${}"'
CONTRACT = "uv run --group contract poe test -m contract"
FIRST_SHARD = {f'if [ "$CI_NODE_INDEX" = 1 ]; then {CONTRACT}; fi'}


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
    jobs = [job for job in pipeline.values() if "script" in job]
    return [*pipeline["default"]["before_script"], *(line for job in jobs for line in job["script"])]


EACH: list[tuple[dict[str, str], str]] = [
    ({}, "3.11"),
    ({"python_min": "3.15"}, "3.15"),
    ({"ci": "gitlab"}, "3.11"),
    (ODD, ODD["python_min"]),
]
IDS = ["github-3.11", "github-3.15", "gitlab-3.11", "gitlab-odd"]


def pythons(folder: Path, job: str) -> Any:
    """Return the Pythons of a job, by whichever CI the service has."""
    if (folder / ".github").exists():
        return github(folder)["jobs"][job]["strategy"]["matrix"]["python"]
    return gitlab(folder)[job]["parallel"]["matrix"][0]["PYTHON"]


def poe_tasks(folder: Path) -> Any:
    return tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]


class TestContinuousIntegration:
    @pytest.mark.parametrize(
        ("answers", "commands"),
        [
            pytest.param({}, github_commands, id="github"),
            pytest.param({"ci": "gitlab"}, gitlab_commands, id="gitlab"),
        ],
    )
    def test_runs_the_commands_that_users_run(
        self, rendered: Rendered, answers: dict[str, str], commands: Callable[[Path], list[str]]
    ) -> None:
        """CI runs `poe check` and `poe test`, which pyproject.toml has, and pytest on other dependencies."""
        folder = rendered(**answers)

        verbs = {"uv run poe check", "uv run poe test", CONTRACT}
        expected = {'python -m pip install "uv>=0.13,<1"', *verbs, LOWEST, HIGHEST}
        assert {command for command in commands(folder) if "pytest-split" not in command} - FIRST_SHARD == expected
        assert {"check", "test"} <= set(poe_tasks(folder))

    @pytest.mark.parametrize(("answers", "oldest"), EACH, ids=IDS)
    def test_tests_every_python_from_the_oldest_allowed(
        self, rendered: Rendered, answers: dict[str, str], oldest: str
    ) -> None:
        assert pythons(rendered(**answers), "test") == VERSIONS[VERSIONS.index(oldest) :]

    @pytest.mark.parametrize(("answers", "oldest"), EACH, ids=IDS)
    @pytest.mark.parametrize("job", ["lowest", "highest"])
    def test_tests_other_dependencies_on_the_oldest_and_the_newest_python(
        self, rendered: Rendered, job: str, answers: dict[str, str], oldest: str
    ) -> None:
        assert pythons(rendered(**answers), job) == list(dict.fromkeys([oldest, VERSIONS[-1]]))

    def test_what_others_release_holds_up_no_pull_request(self, rendered: Rendered) -> None:
        jobs = github(rendered())["jobs"]
        rules = gitlab(rendered(ci="gitlab"))["highest"]["rules"]

        assert {name: job["if"] for name, job in jobs.items() if "SHARDS" not in job.get("if", "SHARDS")} == {
            "highest": "github.event_name == 'push'"
        }
        assert rules == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]

    def test_shards_take_the_place_of_the_tests_when_a_variable_says_so(self, rendered: Rendered) -> None:
        """Off by default; the number of shards stands in one place."""
        jobs, pipeline = github(rendered())["jobs"], gitlab(rendered(ci="gitlab"))
        split = jobs["shards"]["steps"][-2]

        assert {name: job["if"] for name, job in jobs.items() if "SHARDS" in job.get("if", "")} == {
            "test": "vars.SHARDS != 'true'",
            "shards": "vars.SHARDS == 'true'",
        }
        assert split["run"] == SPLIT.format("SHARDS", "SHARD")
        assert (split["env"]["SHARDS"], split["env"]["SHARD"]) == ("${{ strategy.job-total }}", "${{ matrix.shard }}")
        assert jobs["shards"]["strategy"]["matrix"] == {"shard": [1, 2, 3]}
        assert pipeline["test"]["rules"] == [{"if": '$SHARDS != "true"'}]
        assert pipeline["shards"]["rules"] == [{"if": '$SHARDS == "true"'}]
        assert pipeline["shards"]["script"][0] == SPLIT.format("CI_NODE_TOTAL", "CI_NODE_INDEX")
        assert pipeline["shards"]["parallel"] == 3

    def test_tests_where_developers_sit_and_says_that_it_binds_nobody(self, rendered: Rendered) -> None:
        """Once on macOS, once on Windows; every other job is on Linux, and has to succeed."""
        jobs = github(rendered())["jobs"]

        assert jobs["systems"]["strategy"]["matrix"] == {"os": ["macos-latest", "windows-latest"]}
        assert {name for name, job in jobs.items() if job.get("continue-on-error")} == {"systems"}
        assert {job["runs-on"] for name, job in jobs.items() if name != "systems"} == {"ubuntu-latest"}

    @pytest.mark.parametrize(
        ("answers", "present"),
        [({}, {".github"}), ({"ci": "gitlab"}, {".gitlab-ci.yml"}), ({"ci": "none"}, set())],
        ids=["github", "gitlab", "none"],
    )
    def test_only_the_chosen_one_is_rendered(
        self, rendered: Rendered, answers: dict[str, str], present: set[str]
    ) -> None:
        names = {path.name for path in rendered(**answers).iterdir()}

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
        """So every machine and every CI job can run the version that serves."""
        arg = parse((rendered(**ODD) / "Dockerfile").read_text())[0]

        assert (arg.keyword, arg.value) == ("ARG", f"PYTHON_VERSION={ODD['python_min']}")

    def test_the_context_holds_no_secret_and_no_history(self, rendered: Rendered) -> None:
        """The build sees what the Dockerfile copies, and nothing else: `.env` can end in no layer."""
        context = set(build_context(rendered()))
        tops = {name.split("/")[0] for name in context if not name.startswith("tests/")}

        assert tops == {"pyproject.toml", "README.md", "src", "alembic.ini", "migrations"}
        # The lock file is checked against the plugin's settings too; nothing else of the tests is sent.
        assert [name for name in context if name.startswith("tests/")] == ["tests/harness/pyproject.toml"]


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

    def test_the_service_is_no_superuser(self, rendered: Rendered) -> None:
        """The script of the database's first start, as psql runs it, with a password that needs quotes."""
        compose = load(rendered() / "compose.yaml")
        script = compose["configs"]["plain-role"]["content"]
        asked = "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"

        with start_temporary() as server:
            psql = [find_client(), "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
            run = partial(subprocess.run, check=True, capture_output=True, text=True)
            secret = {**os.environ, "POSTGRES_PASSWORD": "it's secret", "PGPASSWORD": "it's secret"}
            run([*psql, f"--dbname={server.url}"], input=script, env=secret)
            (folder,) = parse_qs(urlsplit(server.url).query)["host"]
            app = run([*psql, f"--host={folder}", "--username=app", "--dbname=app"], input=asked, env=secret)

        assert app.stdout.strip() == "app|f|f"
        assert compose["services"]["db"]["configs"][0]["source"] == "plain-role"
        assert "//app:" in compose["services"]["app"]["environment"]["DATABASE_URL"]

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
