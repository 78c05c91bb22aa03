"""The command `oneloop-tools`: it finds the project's interpreter, and leaves nothing in the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oneloop_tools import interpreter
from oneloop_tools.cli import main
from tests.support.environment import ROOT, clean_environment, run, succeed, uv
from tests.tools.audit.conftest import Audited, copy_sample

PRINT_ENVIRONMENT = """
echo "${PYTHONPATH%%:*}"
echo "${PYTHONPATH#*:}"
echo "${VIRTUAL_ENV:-unset}"
pwd
echo "${PATH%%:*}"
ls "${PYTHONPATH%%:*}"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Audited:
    return copy_sample("shop", tmp_path / "shop")


def fake_python(path: Path, output: str) -> Path:
    """Write a program that prints `output` and its arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "{output} $@"\n')
    path.chmod(0o755)
    return path


class TestTheInterpreter:
    @pytest.mark.parametrize("folder", [".venv", "venv", "."])
    def test_is_that_of_the_virtual_environment(self, tmp_path: Path, folder: str) -> None:
        """Also where `python -m venv .` made it around the project."""
        python = fake_python(tmp_path / folder / "bin/python", "")
        (python.parents[1] / "pyvenv.cfg").touch()

        assert interpreter.find_python(tmp_path, None) == python

    def test_is_the_one_that_is_named(self, tmp_path: Path) -> None:
        """Relative to the project, and before its virtual environment."""
        fake_python(tmp_path / ".venv/bin/python", "")
        named = fake_python(tmp_path / "other/python", "")

        assert interpreter.find_python(tmp_path, Path("other/python")) == named

    def test_is_the_one_that_poetry_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "poetry.lock").touch()
        fake_python(tmp_path / "bin/poetry", "/somewhere/python for:")
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

        assert interpreter.find_python(tmp_path, None) == Path("/somewhere/python for: env info --executable")

    def test_is_where_the_variable_of_uv_says(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        python = fake_python(tmp_path / "kept/bin/python", "")
        monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "kept")

        assert interpreter.find_python(tmp_path, None) == python

    def test_is_not_made(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A command that reads a project without an environment leaves it as it is."""
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "orders"\nversion = "1"\ndependencies = []\n')

        assert main(["audit", str(tmp_path)]) == 2
        assert capsys.readouterr().err.startswith(f"No Python environment was found in {tmp_path}, and nothing was")
        assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]

    def test_is_never_that_of_virtual_env(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is the tool's own environment."""
        fake_python(tmp_path / "own/bin/python", "")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "own"))

        with pytest.raises(interpreter.NoInterpreterError, match="No Python environment was found"):
            interpreter.find_python(tmp_path, None)

    def test_that_is_named_has_to_exist(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["audit", str(tmp_path), "--python", "nowhere/python"]) == 2
        assert capsys.readouterr().err.startswith("There is no interpreter nowhere/python.")


class TestTheProcessInTheProject:
    def test_sees_the_package_of_the_tools_and_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The user's PYTHONPATH stays, the project's programs come first, and the folder of the package is removed."""
        python = tmp_path / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\n{PRINT_ENVIRONMENT}\nexit 7\n")
        python.chmod(0o755)
        monkeypatch.setenv("PYTHONPATH", "lib")
        monkeypatch.setenv("VIRTUAL_ENV", "/tools")

        status = main(["audit", str(tmp_path)])

        path, others, virtual_env, folder, programs, *content = capfd.readouterr().out.splitlines()
        assert status == 7
        assert (others, virtual_env, folder) == ("lib", "unset", str(tmp_path))
        assert programs == str(python.parent)
        assert content == ["oneloop_tools"]
        assert not Path(path).exists()

    def test_passes_arguments_on_to_pytest(self, shop: Audited) -> None:
        done = shop.tool("--observe", "--", "tests/test_routes.py", "-k", "nothing_of_that_name")

        assert done.returncode == 2
        assert "The suite did not run: pytest ended with status 5, see above." in done.stderr
        assert done.stderr.endswith("    pytest tests/test_routes.py -k nothing_of_that_name\n")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param(["--update"], "--update needs --ratchet FILE or --baseline.", id="update alone"),
            pytest.param(["--", "-x"], "The argument '-x' is for pytest. Add --observe or --baseline.", id="no run"),
        ],
    )
    def test_refuses_options_that_mean_nothing_alone(self, shop: Audited, arguments: list[str], message: str) -> None:
        assert shop.audit(*arguments).stderr == f"{message}\n"


def test_folder_has_to_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith(f"There is no folder {tmp_path / 'nowhere'}.")


@pytest.mark.parametrize("command", ["adopt", "audit", "convert", "plant"])
def test_advice_is_the_command_that_the_user_called(command: str) -> None:
    """`oneloop.py` names itself in a variable."""
    tool = (sys.executable, "-m", "oneloop_tools", command, "--help")
    environment = clean_environment({"PYTHONPATH": str(ROOT / "tools/src"), "ONELOOP_PROGRAM": "python3 oneloop.py"})

    text = subprocess.check_output(tool, env=environment, text=True)

    assert text.startswith(f"usage: python3 oneloop.py {command} REPO")


@pytest.mark.parametrize("command", ["adopt", "audit", "convert", "plant"])
def test_unknown_option_shows_the_usage_of_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, str(tmp_path), "--frobnicate"])

    usage, error = capsys.readouterr().err.splitlines()
    assert usage.startswith(f"usage: oneloop-tools {command} REPO ")
    assert error == f"oneloop-tools {command}: error: unrecognized arguments: --frobnicate"


def test_runs_from_the_template_with_uvx(shop: Audited, tmp_path: Path) -> None:
    """As its own distribution, with LibCST from the index and nothing of it in the project."""
    before = sorted(shop.root.rglob("*"))
    tool = (uv(), "tool", "run", "--quiet", "--from", str(ROOT / "tools"), "oneloop-tools")

    audit = run(*tool, "audit", shop.root, "--python", sys.executable, "--json", tmp_path / "audit.json", cwd=tmp_path)
    convert = run(*tool, "convert", shop.root, "--audit", tmp_path / "audit.json", cwd=tmp_path)

    assert audit.returncode == 0, audit.stdout
    assert "54 of 87 tests use the wrong client." in audit.stdout
    assert convert.returncode == 0, convert.stdout
    assert " converted, " in convert.stdout
    assert sorted(shop.root.rglob("*")) == before


def test_changed_source_is_built_again(tmp_path: Path) -> None:
    """A pull brings new code, and uv keeps what it has built from a path until the files that are named change."""
    tools = Path(shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__")))
    command = (uv(), "run", "--quiet", "--no-project", "--with", str(tools), "oneloop-tools", "--help")
    assert "Bring an existing suite over" in succeed(*command, cwd=tmp_path)

    file = tools / "src/oneloop_tools/cli.py"
    file.write_text(file.read_text().replace("Bring an existing suite over", "Changed"))

    assert "Changed" in succeed(*command, cwd=tmp_path)
