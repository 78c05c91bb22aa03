"""The checks of a new service can fail. That they pass: tests/matrix."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted
from tests.support.environment import run, succeed, uv
from tests.support.overlay import Overlay


@pytest.mark.parametrize(
    ("tool", "text", "complaint"),
    [
        ("ruff check", "import os\n", "F401"),
        ("ruff format --check", '"""Planted."""\n\nNUMBERS = [1,2]\n', "would be reformatted"),
        ("deptry src", "import httpx2\n", "'httpx2' imported but it is a transitive dependency"),
        ("deptry src", "from dotenv import load_dotenv\n", "'dotenv' imported but it is a transitive dependency"),
        ("deptry src", "import mypy\n", "'mypy' imported but declared as a dev dependency"),
        pytest.param("mypy", 'N: int = "one"\n', "Incompatible types in assignment", marks=pytest.mark.nightly),
    ],
    ids=["lint", "format", "transitive", "no dependency", "dev group", "types"],
)
def test_a_tool_of_poe_check_names_a_planted_bug(changed: Overlay, tool: str, text: str, complaint: str) -> None:
    (changed.root / "src/my_service/planted.py").write_text(text)
    settings = tomllib.loads((changed.root / "pyproject.toml").read_text("utf-8"))
    commands = [each["cmd"] for each in settings["tool"]["poe"]["tasks"]["check"]["sequence"]]

    done = run(changed.python, "-m", *shlex.split(tool), cwd=changed.root)

    assert tool in commands
    assert done.returncode != 0
    assert complaint in done.stdout


CHECKERS = [
    pytest.param(["mypy"], ["mypy", "-p", "oneloop"], id="mypy"),
    pytest.param(["pyrefly", "check"], ["pyrefly", "check"], id="pyrefly"),
    pytest.param(["ty", "check", "--exclude=tests/harness"], ["ty", "check", "oneloop"], id="ty"),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("of_service", "of_plugin"), CHECKERS)
def test_the_types_are_clean_for_every_checker(
    installed: Installed, tmp_path: Path, of_service: list[str], of_plugin: list[str]
) -> None:
    """The newest of each. A planted error is found in the service and in the plugin."""
    project = installed().copy(tmp_path / "service")
    plugin = project.root / "tests/harness"
    checker = [uv(), "run", "--quiet", "--project", str(project.root), "--with", of_service[0], "--"]
    succeed(*checker, *of_service, cwd=project.root)
    succeed(*checker, *of_plugin, cwd=plugin)

    for path in (project.root / "src/my_service/planted.py", plugin / "oneloop/planted.py"):
        path.write_text('NUMBER: int = "one"\n')

    assert "planted.py" in run(*checker, *of_service, cwd=project.root).stdout
    assert "planted.py" in run(*checker, *of_plugin, cwd=plugin).stdout


def test_the_lock_file_is_the_users(installed: Installed) -> None:
    """None is rendered, and uv's own is not ignored: a service commits it."""
    project = installed()

    assert (project.root / "uv.lock").exists()
    assert "uv.lock" not in (project.root / ".gitignore").read_text()


GREENLET = Edit("pyproject.toml", 'concurrency = ["greenlet", "thread"]\n', "")
UNUSED = Edit("src/my_service/documents/service.py", "", "\n\ndef unused() -> None:\n    raise OSError\n")
OF_DOCUMENTS = ("src/my_service/documents/routes.py", "src/my_service/documents/service.py")


def unreached(service: Overlay) -> dict[str, list[int]]:
    """Return the lines of the documents that no test of theirs reaches, as `poe cover` counts them."""
    settings = tomllib.loads((service.root / "pyproject.toml").read_text("utf-8"))
    task: str = settings["tool"]["poe"]["tasks"]["cover"]["cmd"]
    options = ["-q", "-n", "2", "--cov-report=json", "tests/documents"]

    done = run(service.python, "-m", *shlex.split(task), *options, cwd=service.root, env=service.environment)

    assert done.returncode == 0, done.stdout
    files = json.loads((service.root / "coverage.json").read_text("utf-8"))["files"]
    return {name: files[name]["missing_lines"] for name in OF_DOCUMENTS}


def test_coverage_counts_the_lines_after_an_await(changed: Overlay) -> None:
    """In every worker of xdist, and in the greenlets of SQLAlchemy."""
    with planted(changed, UNUSED):
        routes, service = unreached(changed).values()

    assert routes == []
    assert len(service) == 1


@pytest.mark.nightly
def test_coverage_without_its_settings_misses_lines(changed: Overlay) -> None:
    with planted(changed, GREENLET):
        assert any(unreached(changed).values())


SCRIPT = Path(__file__).with_name("sentry_probe.py")
VARIABLES = Edit("src/my_service/observability.py", "local_variables=False", "local_variables=True")


def ask(service: Overlay, asked: str) -> dict[str, Any]:
    said = succeed(service.python, SCRIPT, asked, cwd=service.root, env=service.environment)
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def test_an_error_reaches_sentry_without_what_the_request_held(changed: Overlay) -> None:
    """With local variables it would be sent, as a planted bug shows."""
    said = ask(changed, "wanted")
    with planted(changed, VARIABLES):
        with_variables = ask(changed, "wanted")

    assert said == {"imported": True, "status": 500, "errors": 1, "names it": True, "leaks": False}
    assert with_variables == {**said, "leaks": True}


def test_without_a_dsn_it_is_not_imported(changed: Overlay) -> None:
    assert ask(changed, "unwanted") == {
        "imported": False, "status": 500, "errors": 0, "names it": False, "leaks": False,
    }  # fmt: skip
