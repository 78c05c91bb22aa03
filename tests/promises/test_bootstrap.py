"""`oneloop.py`: two commands on a machine with only Python and git, and one sentence for each thing that is wrong."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.environment import ROOT, clean_environment, commit_all, git, run

BOOTSTRAP = "oneloop.py"

# A stand-in for uv: it renders with the Copier of these tests, and writes down what else it was told to run.
# With RENDER_STATUS it has rendered only when something is installed already, and ends so.
RECORDER = """#!{python}
import json, os, pathlib, shutil, subprocess, sys, time
here = pathlib.Path(__file__).parent
with (here / "calls").open("a") as calls:
    bytecode = os.environ.get("PYTHONDONTWRITEBYTECODE")
    calls.write(json.dumps({{"arguments": sys.argv[1:], "folder": os.getcwd(), "bytecode": bytecode}}) + "\\n")
if sys.argv[1] == "sync":
    pathlib.Path(".venv/bin").mkdir(parents=True)
    shutil.copy(__file__, ".venv/bin/python")
    pathlib.Path("uv.lock").touch()
if sys.argv[1] == "-c":
    time.sleep(60)
ends = time.monotonic() + 10
if "--offline" in sys.argv and "CACHE_IS_COLD" in os.environ:
    sys.exit("No Copier in the cache")
if "-c" in sys.argv and "ENDS_HALF_WAY" in os.environ:
    pathlib.Path(sys.argv[-2], "half").mkdir(parents=True)
    sys.exit(int(os.environ["ENDS_HALF_WAY"]))
if sys.argv[1:3] == ["run", "pytest"] and "WAIT_FOR" in os.environ:
    while not os.path.exists(os.environ["WAIT_FOR"]):
        time.sleep(0.01) if time.monotonic() < ends else sys.exit("Nothing was compiled meanwhile.")
if "-c" in sys.argv and "RENDER_STATUS" in os.environ:
    subprocess.run([{python!r}, *sys.argv[sys.argv.index("-c"):]], check=True)
    while not pathlib.Path(sys.argv[-2], "uv.lock").exists():
        time.sleep(0.01) if time.monotonic() < ends else sys.exit("Nothing was installed meanwhile.")
    sys.exit(int(os.environ["RENDER_STATUS"]))
if "-c" in sys.argv:
    os.execv({python!r}, [{python!r}, *sys.argv[sys.argv.index("-c"):]])
sys.exit(int(os.environ.get("RECORDER_STATUS", "0")))
"""


def folders_without_uv() -> list[str]:
    """Return the PATH of a machine like this one on which nobody has installed uv."""
    folders = os.environ["PATH"].split(os.pathsep)
    return [f for f in folders if not (Path(f) / "uv").exists() and not Path(f).is_relative_to(sys.prefix)]


def noted(calls: Path) -> list[dict[str, Any]]:
    """Return what a stand-in wrote down."""
    return [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []


class Machine:
    """A PATH with chosen programs on it, a clone, and the bootstrap run from it."""

    def __init__(self, folder: Path, clone: Path) -> None:
        self.clone = Path(shutil.copytree(clone, folder / "clone"))
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.path = [str(self.bin), *folders_without_uv()]
        self.add("uv", RECORDER.format(python=sys.executable))

    def add(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def remove(self, name: str) -> None:
        (self.bin / name).unlink()

    def calls(self) -> list[dict[str, Any]]:
        return noted(self.bin / "calls")

    def __call__(self, *arguments: str, python: str = sys.executable, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python, BOOTSTRAP, *arguments],
            cwd=self.clone,
            env={**clean_environment(), "PATH": os.pathsep.join(self.path), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path, oneloop: Path) -> Machine:
    """A machine on which uv only takes notes: fast, and what the bootstrap asks of it can be read."""
    return Machine(tmp_path, oneloop)


def sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the one sentence of a refusal: no traceback, and an exit status that says so."""
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    return done.stderr


class TestNew:
    def test_renders_the_clone_and_runs_the_new_services_tests(self, machine: Machine, tmp_path: Path) -> None:
        done = machine("new", "../service", "--data", "package_name=orders", "--data", "ci=none")

        assert done.returncode == 0
        assert (tmp_path / "service/src/orders/main.py").exists()
        assert not (tmp_path / "service/.github").exists()
        assert machine.calls()[-1]["arguments"][:2] == ["run", "pytest"]
        assert machine.calls()[-1]["folder"] == str(tmp_path / "service")
        assert done.stderr == (
            f"oneloop: {tmp_path / 'service'} is written, and its tests passed. Its README.md says how to go on.\n"
        )

    def test_gives_the_first_run_the_cores_it_may_use(self, machine: Machine) -> None:
        ours = os.sched_getaffinity(0)
        assert len(ours) > 1, "two cores, to see the difference"
        machine("new", "../on-all")
        machine("new", "../by-my-settings", PYTEST_ADDOPTS="-p no:xdist")
        os.sched_setaffinity(0, {min(ours)})
        try:
            machine("new", "../on-one")
        finally:
            os.sched_setaffinity(0, ours)

        runs = [call["arguments"] for call in machine.calls() if call["arguments"][1] == "pytest"]
        workers = ["-n", str(min(len(ours), 4))]
        assert runs == [["run", "pytest", *workers], ["run", "pytest"], ["run", "pytest"]]

    def test_says_where_its_own_uv_is(self, machine: Machine) -> None:
        """The service's verbs begin with `uv`, which nobody has put on PATH."""
        (machine.clone / ".uv").mkdir()
        (machine.bin / "uv").rename(machine.clone / ".uv/uv")

        done = machine("new", "../service")

        assert done.returncode == 0
        assert f"is not on PATH: install it, or put {machine.clone / '.uv'} there." in done.stderr

    def test_records_the_commit_and_an_absolute_path(self, machine: Machine, tmp_path: Path) -> None:
        """So that `copier update` finds the template again."""
        machine("new", "../service")

        # Read as YAML: an abbreviated commit may be all digits, and is then quoted.
        answers = yaml.safe_load((tmp_path / "service/.copier-answers.yml").read_text())
        assert answers["_src_path"] == str(machine.clone)
        assert answers["_commit"] == git(machine.clone, "describe", "--tags", "--always")

    def test_of_a_clone_with_uncommitted_changes_renders_its_last_commit(
        self, machine: Machine, tmp_path: Path
    ) -> None:
        """A draft has a commit that no update would find."""
        (machine.clone / "template/DRAFT.md").write_text("draft\n")

        done = machine("new", "../service")

        assert done.returncode == 0
        assert "This clone has uncommitted changes; the service is written from commit" in done.stderr
        assert not (tmp_path / "service/DRAFT.md").exists()

    def test_takes_an_empty_folder(self, machine: Machine, tmp_path: Path) -> None:
        (tmp_path / "service").mkdir()

        assert machine("new", "../service").returncode == 0

    def test_installs_while_it_renders(self, machine: Machine, tmp_path: Path) -> None:
        """The one waits for the network, the other for a processor."""
        done = machine("new", "../service", RENDER_STATUS="0")

        assert done.returncode == 0, done.stderr
        sync = machine.calls()[1]
        assert sync["arguments"] == ["sync", "--quiet", "--no-install-project"]
        assert sync["folder"] == str(tmp_path / "service")

    def test_compiles_while_it_tests(self, machine: Machine, tmp_path: Path) -> None:
        """A new environment holds no bytecode. The stand-in has tests that end when it is asked to compile."""
        done = machine("new", "../service", RENDER_STATUS="0", WAIT_FOR=str(tmp_path / "service/.venv/bin/calls"))

        assert done.returncode == 0, done.stderr
        (compiles,) = noted(tmp_path / "service/.venv/bin/calls")
        assert "compileall" in compiles["arguments"][1]

    def test_leaves_nothing_installed_for_a_service_that_was_not_written(
        self, machine: Machine, tmp_path: Path
    ) -> None:
        done = machine("new", "../service", RENDER_STATUS="3")

        assert done.returncode == 1
        assert machine.calls()[1]["arguments"][0] == "sync"
        assert not {".venv", "uv.lock"} & {path.name for path in (tmp_path / "service").iterdir()}

    def test_asks_an_index_for_copier_only_when_none_is_in_the_cache(self, machine: Machine, tmp_path: Path) -> None:
        assert machine("new", "../service").returncode == 0
        assert machine("new", "../other", CACHE_IS_COLD="1").returncode == 0

        asked = [call["arguments"][1] for call in machine.calls() if "-c" in call["arguments"]]
        assert asked == ["--offline", "--offline", "--quiet"]
        assert (tmp_path / "other/pyproject.toml").exists()

    def test_does_not_ask_twice_for_an_answer_that_is_refused(self, machine: Machine) -> None:
        machine("new", "../service", "--data", "package_name=email")

        assert len(machine.calls()) == 1

    @pytest.mark.parametrize("status", ["1", "137"])
    def test_does_not_render_into_what_a_first_attempt_left(self, machine: Machine, status: str) -> None:
        """One that was killed, say: a second would write beside it, and hide why."""
        assert machine("new", "../service", ENDS_HALF_WAY=status).returncode == 1
        assert len(machine.calls()) == 1

    def test_shows_what_is_wrong_with_the_template_once(self, machine: Machine) -> None:
        (machine.clone / "template/broken.txt.jinja").write_text("{% if %}")
        commit_all(machine.clone, "Break it")

        said = machine("new", "../service")

        assert said.returncode == 1
        assert said.stderr.count("TemplateSyntaxError") >= 1
        assert len([call for call in machine.calls() if "-c" in call["arguments"]]) == 1

    def test_passes_the_status_of_the_tests_on(self, machine: Machine) -> None:
        done = machine("new", "../service", RECORDER_STATUS="3")

        assert done.returncode == 3
        assert "is written, but its tests did not pass: the reason stands above." in done.stderr

    def test_lets_its_children_write_bytecode(self, machine: Machine) -> None:
        machine("new", "../service", PYTHONDONTWRITEBYTECODE="1")

        assert {call["bytecode"] for call in machine.calls()} == {None}


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ([], "Use `oneloop.py new ../my-service"),
            (["help"], "Use `oneloop.py new ../my-service"),
            (["new"], "The following arguments are required: destination. Use `oneloop.py new"),
            (["new", "--defaults"], "The following arguments are required: destination. Use `oneloop.py new"),
            (["new", "../service", "extra"], "Unrecognized arguments: extra. Use `oneloop.py new"),
            (["new", "../service", "--data", "ci"], "`--data ci` has no answer. Use `oneloop.py new"),
            (["new", "../service", "--trust"], "Unrecognized arguments: --trust. Use `oneloop.py new"),
            (["new", "../service", "--data", "package_name=email"], "email is taken by Python"),
            (["new", "../service", "--data", "ci=jenkins"], "'jenkins' is not in ['github', 'gitlab', 'none']"),
            (["new", "../service", "--data", "name=Orders"], "There is no question 'name'; the questions are: kind, "),
            (["new", "../service", "--data", "app=app.main:app"], "There is no question 'app'; the questions are: "),
            (["new", "../service", "--data", "reserved_names="], "There is no question 'reserved_names'"),
            (["new", "service"], "is inside this clone. Name a folder beside it: ../my-service"),
            (["new", "."], "is not an empty folder. Name one that does not exist yet."),
            (["new", "oneloop.py"], "is not an empty folder. Name one that does not exist yet."),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, list) else "",
    )  # fmt: skip
    def test_is_refused_in_a_sentence_and_nothing_is_written(
        self, machine: Machine, tmp_path: Path, arguments: list[str], expected: str
    ) -> None:
        before = git(machine.clone, "status", "--porcelain")

        assert expected in sentence(machine(*arguments))
        assert not (tmp_path / "service").exists()
        assert git(machine.clone, "status", "--porcelain") == before

    def test_a_folder_that_is_not_empty_keeps_what_it_holds(self, machine: Machine, tmp_path: Path) -> None:
        (tmp_path / "service").mkdir()
        (tmp_path / "service/mine.txt").write_text("mine")

        assert "service is not an empty folder." in sentence(machine("new", "../service"))
        assert [path.name for path in (tmp_path / "service").iterdir()] == ["mine.txt"]

    def test_without_git(self, machine: Machine) -> None:
        machine.path = [str(machine.bin)]

        assert "git is missing. Install git, then try again." in sentence(machine("new", "../service"))

    def test_of_a_folder_that_is_no_clone(self, machine: Machine) -> None:
        shutil.rmtree(machine.clone / ".git")

        assert "is not a git clone" in sentence(machine("new", "../service"))

    def test_with_a_python_that_is_too_old(self) -> None:
        """An old Python reads the whole file first: it may hold nothing newer than 3.6 knows."""
        source = (ROOT / BOOTSTRAP).read_text("utf-8")
        ast.parse(source, feature_version=(3, 6))
        imported = {node.names[0].name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import)}
        assert imported == {"argparse", "os", "shutil", "subprocess", "sys", "tempfile", "time"}

        pretend = "import sys; sys.version_info = (3, 10, 0); import oneloop; sys.exit(oneloop.main(['test']))"
        done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)

        assert "Python 3.10 is too old. Use Python 3.11 or newer." in sentence(done)


class TestWithoutUv:
    """pip is a stand-in too: it writes a uv where pip would, or fails as pip does."""

    @pytest.fixture
    def machine(self, machine: Machine) -> Machine:
        machine.remove("uv")
        return machine

    @pytest.fixture
    def python(self, machine: Machine, tmp_path: Path) -> str:
        """A Python whose `-m venv` and `-m pip` are stand-ins."""
        modules = tmp_path / "modules"
        modules.mkdir()
        (modules / "venv.py").write_text(
            "import os, pathlib, sys\n"
            "if os.environ.get('NO_VENV'): sys.exit('ensurepip is not available')\n"
            "home = pathlib.Path(sys.argv[1], 'bin'); home.mkdir(parents=True, exist_ok=True)\n"
            f"(home / 'python').symlink_to({sys.executable!r})\n"
        )
        (modules / "pip.py").write_text(
            "import os, pathlib, sys\n"
            "if os.environ.get('NO_NETWORK'): sys.exit('No matching distribution found for uv')\n"
            "own = pathlib.Path(sys.orig_argv[0]).parent\n"
            "home = pathlib.Path(sys.argv[sys.argv.index('--target') + 1], 'bin') if '--target' in sys.argv else own\n"
            "home.mkdir(parents=True, exist_ok=True)\n"
            "(home / 'uv').write_text('#!/bin/sh\\necho our own uv: $*\\n'); (home / 'uv').chmod(0o755)\n"
        )
        machine.add("python", f'#!/bin/sh\nPYTHONPATH={modules} exec {sys.executable} "$@"\n')
        return str(machine.bin / "python")

    @pytest.mark.parametrize("venv", [{}, {"NO_VENV": "1"}], ids=["with a venv", "by pip --target"])
    def test_one_is_put_into_an_ignored_folder(self, machine: Machine, python: str, venv: dict[str, str]) -> None:
        first = machine("test", "-k", "nothing", python=python, **venv)
        second = machine("test", python=python, NO_NETWORK="1", **venv)

        assert "our own uv: run --quiet pytest -k nothing" in first.stdout
        assert "putting one into .uv/ (once)" in first.stderr
        assert "putting one" not in second.stderr
        assert second.returncode == 0
        assert git(machine.clone, "status", "--porcelain") == ""
        assert [path.name for path in (machine.clone / ".uv").iterdir()] == ["uv"]

    def test_when_pip_fails_it_says_so_and_leaves_nothing(self, machine: Machine, python: str) -> None:
        refused = sentence(machine("test", python=python, NO_NETWORK="1"))

        assert "pip could not install it (No matching distribution found for uv)." in refused
        assert "Install uv by hand, then try again." in refused
        assert not (machine.clone / ".uv").exists()


class TestForReal:
    """No stand-ins. From nothing to green is the README's first command: tests/docs/test_commands.py runs it."""

    def test_without_uv_on_path_one_is_installed_and_used(self, oneloop: Path, tmp_path: Path) -> None:
        clone = Path(shutil.copytree(oneloop, tmp_path / "clone"))
        hidden = {"PATH": os.pathsep.join(folders_without_uv())}

        done = run(sys.executable, clone / BOOTSTRAP, "test", "--version", cwd=clone, env=hidden)

        assert done.returncode == 0, done.stdout
        assert "pytest 9" in done.stdout
        assert (clone / ".uv/uv").exists()
