"""The command `convert`: what it shows and writes, and what it does with files that cannot be converted."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import libcst
import pytest

from oneloop_tools.cli import main
from oneloop_tools.convert import rewrite
from oneloop_tools.convert.conversion import convert
from oneloop_tools.convert.files import TO_CONVERT, Selection
from oneloop_tools.convert.index import ProjectIndex, read_module
from tests.support.environment import commit_all, git
from tests.tools.audit.conftest import Audited, copy_sample

SYNC = """def test_health(client):
    assert client.get("/health").status_code == 200
"""
ASYNC = """async def test_health(async_client):
    assert (await async_client.get("/health")).status_code == 200
"""
LEFT = """def test_stream(client):
    with client.stream("GET", "/") as response:
        assert response.read()
"""

ADD_WRITE = "Nothing was written. To write this, add --write.\n"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A project that has adopted the plugin, with tests/test_a.py, committed."""
    folder = tmp_path / "suite"
    (folder / "tests").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[tool.oneloop]\npackage = "app"\n')
    (folder / "tests/test_a.py").write_text(SYNC)
    commit_all(folder, "Start")
    return folder


@pytest.fixture
def command(suite: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Convert every test: this suite has no app that could be audited."""

    def command(*arguments: str) -> tuple[int, str, str]:
        which = [] if "--audit" in arguments else ["--all"]
        status = main(["convert", str(suite), *arguments, *which])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def add(suite: Path, name: str, content: str | bytes) -> Path:
    path = suite / "tests" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    commit_all(suite, f"Add {name}")
    return path


class TestDiffAndWrite:
    def test_diff_is_the_default_and_writes_nothing(self, suite: Path, command: Command) -> None:
        status, out, err = command("tests")

        assert status == 0
        assert out.startswith("--- a/tests/test_a.py\n+++ b/tests/test_a.py\n")
        assert "+async def test_health(async_client):" in out
        assert err == f"1 test would be converted, 0 left, 1 file would be changed\n{ADD_WRITE}"
        assert (suite / "tests/test_a.py").read_text() == SYNC
        assert command("tests", "--diff") == (status, out, err)

    @pytest.mark.parametrize(
        ("installed", "library"),
        [(["httpx"], "httpx"), (["httpx", "httpx2"], "httpx2"), ([], "httpx2")],
        ids=["httpx", "both", "neither"],
    )
    def test_the_library_is_the_one_that_the_project_has(
        self, suite: Path, command: Command, installed: list[str], library: str
    ) -> None:
        """The plugin's clients are of that library."""
        environment = suite / ".venv"
        for name in installed:
            (environment / "lib/python3.11/site-packages" / name).mkdir(parents=True)
        (environment / "bin").mkdir(parents=True)
        (environment / "bin/python").touch()
        typed = SYNC.replace("(client)", "(client: TestClient) -> None")
        add(suite, "test_typed.py", f"from fastapi.testclient import TestClient\n\n\n{typed}")

        _, out, _ = command("tests/test_typed.py")

        assert f"+from {library} import AsyncClient\n" in out, out

    def test_the_diff_is_one_that_git_applies(self, suite: Path, command: Command) -> None:
        add(suite, "test_b.py", SYNC.rstrip("\n"))
        _, out, _ = command("tests")
        (suite / "patch").write_text(out)

        git(suite, "apply", "patch")

        assert (suite / "tests/test_a.py").read_text() == ASYNC
        assert (suite / "tests/test_b.py").read_text() == ASYNC.rstrip("\n")

    def test_write_writes_what_diff_shows_and_a_second_time_nothing(self, suite: Path, command: Command) -> None:
        _, shown, _ = command("tests")
        status, out, err = command("tests", "--write")

        assert (status, out, err) == (0, "", "1 test converted, 0 left, 1 file changed\n")
        assert (suite / "tests/test_a.py").read_text() == ASYNC
        assert git(suite, "diff").split("+++", 1)[1] == shown.rstrip("\n").split("+++", 1)[1]
        commit_all(suite, "Convert")
        assert command("tests", "--write")[2] == "0 tests converted, 0 left, 0 files changed\n"
        assert command("tests")[2] == "0 tests would be converted, 0 left, 0 files would be changed\n"

    @pytest.mark.parametrize("text", [None, "[tool.pytest.ini_options]\n"], ids=["no file", "no table"])
    def test_a_project_without_the_plugin_is_only_previewed(
        self, suite: Path, command: Command, text: str | None
    ) -> None:
        """No test there could use `async_client`."""
        (suite / "pyproject.toml").unlink()
        if text is not None:
            (suite / "pyproject.toml").write_text(text)

        status, out, err = command("tests/test_a.py::test_health", "--write")

        assert (status, out) == (2, "")
        assert err == (
            f"{suite} has not adopted Oneloop's test plugin, so its tests have no `async_client`. Adopt it first:\n"
            f"    oneloop-tools adopt {suite}\n"
        )
        assert (suite / "tests/test_a.py").read_text() == SYNC
        assert command("tests")[0] == 0

    @pytest.mark.parametrize("folder", [".", "tests"], ids=["above", "beside the tests"])
    def test_the_plugin_may_be_in_a_folder_above_or_below(
        self, suite: Path, capsys: pytest.CaptureFixture[str], folder: str
    ) -> None:
        """A repository of several projects, converted from its top or from one of them."""
        (suite / "pyproject.toml").rename(suite / folder / "pyproject.toml")
        root, path = (suite / "tests", "test_a.py") if folder == "." else (suite, "tests")

        assert main(["convert", str(root), path, "--write", "--all"]) == 0, capsys.readouterr().err
        assert (suite / "tests/test_a.py").read_text() == ASYNC

    def test_what_is_left_is_listed_with_line_and_reason(self, suite: Path, command: Command) -> None:
        add(suite, "test_b.py", LEFT)

        _, _, err = command("tests")

        assert err.splitlines()[:1] == ["tests/test_b.py:2: left: test_stream reads a stream from the client [streams]"]
        assert err.endswith("docs/convert.md of Oneloop explains the words in brackets.\n")

    def test_paths_are_the_suite_if_they_are_left_out(self, command: Command) -> None:
        assert command()[2] == f"1 test would be converted, 0 left, 1 file would be changed\n{ADD_WRITE}"

    def test_paths_may_come_after_an_option(self, suite: Path, command: Command) -> None:
        add(suite, "test_b.py", SYNC)

        assert command("--write", "tests/test_a.py")[2] == "1 test converted, 0 left, 1 file changed\n"

    def test_permissions_stay(self, suite: Path, command: Command) -> None:
        (suite / "tests/test_a.py").chmod(0o755)
        commit_all(suite, "Executable")

        command("tests", "--write")

        assert (suite / "tests/test_a.py").stat().st_mode & 0o777 == 0o755


class TestSelection:
    TWO = SYNC + "\n\n" + SYNC.replace("test_health", "test_again")

    @pytest.mark.parametrize("asked", ["tests/test_a.py::test_health", "./tests/test_a.py::test_health[1]"])
    def test_one_test(self, suite: Path, command: Command, asked: str) -> None:
        add(suite, "test_a.py", self.TWO)

        _, out, err = command(asked)

        assert "+async def test_health" in out
        assert "+async def test_again" not in out
        assert err.startswith("1 test would be converted")

    @pytest.mark.parametrize(
        ("kept", "converted"), [("tests/test_a.py", 0), ("tests/test_a.py::test_again", 1), ("tests", 0)]
    )
    def test_keep(self, suite: Path, command: Command, kept: str, converted: int) -> None:
        add(suite, "test_a.py", self.TWO)

        _, _, err = command("tests", "--keep", kept)

        assert err.startswith(f"{converted} test{'' if converted == 1 else 's'} would be converted")
        assert f"{2 - converted} kept" in err

    @pytest.mark.parametrize(
        ("verdict", "said"),
        [
            ("convert-first", "1 test would be converted, 0 left, 1 kept"),
            ("convert", "1 test would be converted, 0 left, 1 kept"),
            ("own-loop", "1 test would be converted, 0 left, 1 kept"),
            ("keep", "0 tests would be converted, 0 left, 2 kept"),
            ("unknown", "0 tests would be converted, 0 left, 2 kept"),
        ],
    )
    def test_audit(self, suite: Path, command: Command, verdict: str, said: str) -> None:
        """The verdict decides. A test that is not in the report stays: pytest collects it no more, or not yet."""
        add(suite, "test_a.py", self.TWO)
        tests = [{"nodeid": "tests/test_a.py::test_health", "verdict": verdict}]
        (suite / "audit.json").write_text(json.dumps({"version": 1, "tests": tests}))

        _, _, err = command("tests", "--audit", "audit.json")

        assert said in err

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            pytest.param("no json", "is not a report of the audit", id="no JSON"),
            pytest.param('{"tests": [{"nodeid": 1}]}', "is not a report of the audit", id="another shape"),
            pytest.param('[{"nodeid": "a"}]', "is not a report of the audit", id="no document"),
            pytest.param(None, "cannot be read", id="missing"),
        ],
    )
    def test_an_audit_that_cannot_be_read(self, suite: Path, command: Command, content: str | None, words: str) -> None:
        if content is not None:
            (suite / "audit.json").write_text(content)

        status, out, err = command("tests", "--audit", "audit.json")

        assert (status, out) == (2, "")
        assert words in err

    def test_a_path_that_does_not_exist(self, suite: Path, command: Command) -> None:
        status, _, err = command("tests/test_nowhere.py")

        assert status == 2
        assert err.startswith(f"There is no tests/test_nowhere.py in {suite}. Name a file")

    def test_a_path_elsewhere(self, command: Command, tmp_path: Path) -> None:
        status, _, err = command(str(tmp_path))

        assert status == 2
        assert "is outside of" in err

    def test_the_app_is_named_when_there_are_two(self, suite: Path, command: Command) -> None:
        text = "from fastapi.testclient import TestClient\nfrom app.{0} import app\n\n\ndef test_{0}():\n"
        text += "    assert TestClient(app).get('/').status_code == 200\n"
        add(suite, "test_one.py", text.format("one"))
        add(suite, "test_two.py", text.format("two"))

        assert "2 left" in command("tests/test_one.py", "tests/test_two.py")[2]
        assert "1 test would be converted, 1 left" in command(
            "tests/test_one.py", "tests/test_two.py", "--app", "app.one.app"
        )[2]  # fmt: skip


class TestBadInput:
    """Each gets a clear message, and the other files are converted."""

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            pytest.param("def broken(:\n", "is not valid Python in line 1", id="syntax error"),
            pytest.param('print "a"\n', "it looks like Python 2", id="Python 2"),
            pytest.param(b"\xff\xfe\x00", "is not valid Python", id="no text"),
            pytest.param(b"x = 1\x00\n", "is not valid Python", id="NUL"),
        ],
    )
    def test_what_is_no_python(self, suite: Path, command: Command, content: str | bytes, sentence: str) -> None:
        path = add(suite, "test_b.py", content)
        before = path.read_bytes()

        status, _, err = command("tests", "--write")

        assert status == 1
        (line,) = [line for line in err.splitlines() if line.startswith("tests/test_b.py: ")]
        assert sentence in line
        assert path.read_bytes() == before
        assert (suite / "tests/test_a.py").read_text() == ASYNC

    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            pytest.param(lambda path: path.chmod(0o444), "is read-only", id="read-only"),
            pytest.param(
                lambda path: path.write_text("# @generated by a tool\n" + SYNC), "is generated", id="generated"
            ),
            pytest.param(lambda path: path.write_text(SYNC + "# mine\n"), "uncommitted", id="dirty"),
        ],
    )
    def test_a_file_that_may_not_be_changed(
        self, suite: Path, command: Command, spoil: Callable[[Path], object], sentence: str
    ) -> None:
        path = add(suite, "test_b.py", SYNC)
        spoil(path)
        if sentence != "uncommitted":
            commit_all(suite, "Spoil")
        before = path.read_bytes()

        _, _, err = command("tests", "--write")

        (line,) = [line for line in err.splitlines() if line.startswith("tests/test_b.py:")]
        assert sentence in line
        assert path.read_bytes() == before
        assert (suite / "tests/test_a.py").read_text() == ASYNC

    def test_a_dirty_file_is_written_when_that_is_wanted(self, suite: Path, command: Command) -> None:
        (suite / "tests/test_a.py").write_text("# mine\n" + SYNC)

        command("tests", "--write", "--allow-dirty")

        assert (suite / "tests/test_a.py").read_text() == "# mine\n" + ASYNC

    def test_a_link_is_named_and_not_followed(self, suite: Path, command: Command, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere.py"
        elsewhere.write_text(SYNC)
        (suite / "tests/test_b.py").symlink_to(elsewhere)
        commit_all(suite, "Link")

        status, _, err = command("tests", "--write")

        assert status == 1
        assert f"tests/test_b.py: is a link to {elsewhere}: name that file instead" in err
        assert elsewhere.read_text() == SYNC
        assert (suite / "tests/test_b.py").is_symlink()

    def test_a_helper_in_a_file_that_may_not_be_changed_leaves_its_users(self, suite: Path, command: Command) -> None:
        """Half of a change would be worse than none."""
        helper = add(suite, "helpers.py", "def health(client):\n    return client.get('/health').json()\n")
        users = "from tests.helpers import health\n\n\ndef test_b(client):\n    assert health(client)\n"
        path = add(suite, "test_b.py", users)
        helper.chmod(0o444)

        _, _, err = command("tests", "--write")

        assert "test_b depends on a helper that is left: `health` (tests/helpers.py:1)" in err
        assert "# TODO: not converted (helpers)" in path.read_text()
        assert "async" not in helper.read_text()

    def test_byte_order_mark_and_windows_lines_stay(self, suite: Path, command: Command) -> None:
        content = b"\xef\xbb\xbf" + (SYNC + "\n\n" + LEFT).replace("\n", "\r\n").encode()
        path = add(suite, "test_b.py", content)

        command("tests", "--write")

        written = path.read_bytes()
        assert written.startswith(b"\xef\xbb\xbfasync def test_health(async_client):\r\n")
        assert b"# TODO: not converted (streams), see docs/convert.md of Oneloop\r\n" in written
        assert written.count(b"\n") == written.count(b"\r\n")

    def test_another_encoding_stays(self, suite: Path, command: Command) -> None:
        content = "# -*- coding: latin-1 -*-\nNAME = 'é'\n\n\n".encode("latin-1") + SYNC.encode()
        path = add(suite, "test_b.py", content)

        command("tests", "--write")

        assert path.read_bytes() == "# -*- coding: latin-1 -*-\nNAME = 'é'\n\n\n".encode("latin-1") + ASYNC.encode()

    def test_without_git_it_says_so(self, suite: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(suite))

        _, _, err = command("tests", "--write")

        assert "This is not a git repository, so the changes cannot be undone with git." in err
        assert (suite / "tests/test_a.py").read_text() == ASYNC

    def test_nothing_is_half_written(self, suite: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        """The disk is full at the second file: the first one is unchanged, and no other file is left behind."""
        add(suite, "test_b.py", SYNC)
        real, made = os.fdopen, []

        def full(handle: int, mode: str) -> object:
            made.append(handle)
            if len(made) > 1:
                os.close(handle)
                raise OSError(28, "No space left on device")
            return real(handle, mode)

        monkeypatch.setattr(os, "fdopen", full)
        status, _, err = command("tests", "--write")

        assert status == 2
        assert err == "Nothing was written: No space left on device. Fix that, and run the command again.\n"
        assert git(suite, "status", "--porcelain") == ""
        assert (suite / "tests/test_a.py").read_text() == SYNC

    def test_what_would_be_no_python_is_never_written(
        self, suite: Path, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A planted bug of the converter."""
        monkeypatch.setattr(rewrite, "awaited", lambda *_, **__: libcst.Name("class"))

        status, _, err = command("tests", "--write")

        assert status == 2
        assert err.startswith("Nothing was written: tests/test_a.py would not be valid Python.")
        assert (suite / "tests/test_a.py").read_text() == SYNC


@pytest.mark.parametrize("arguments", [["--keep", "tests/test_a.py::test_helth"], ["tests/test_a.py::test_helth"]])
def test_mistyped_test_is_refused(suite: Path, command: Command, arguments: list[str]) -> None:
    """With `--keep` it would be converted."""
    status, _, err = command(*arguments, "--write")

    assert status == 2
    assert err.startswith(f"There is no {arguments[-1]} in ")
    assert (suite / "tests/test_a.py").read_text() == SYNC


@pytest.mark.parametrize("name", ["brief", "factory", "shelf", "shop"])
def test_audit_chooses_tests_and_changes_no_judgement(tmp_path: Path, name: str) -> None:
    """What the audit would convert comes out the same without it: converted, or left for the same reason."""
    suite = copy_sample(name, tmp_path / name)
    wrong = [test for test, verdict in suite.beside().items() if verdict in TO_CONVERT]
    tests = [{"nodeid": test, "verdict": verdict} for test, verdict in _verdicts(suite).items()]
    (tmp_path / "audit.json").write_text(json.dumps({"tests": tests}))

    judged = [_judged(suite.root, *audit) for audit in ((), ("--audit", str(tmp_path / "audit.json")))]

    without, with_it = ({test: how for test, how in each.items() if test in wrong} for each in judged)
    assert without == with_it
    assert with_it


def _verdicts(suite: Audited) -> dict[str, str]:
    beside = suite.beside()
    files = [
        read_module(path, path.relative_to(suite.root).as_posix(), path.read_bytes()) for path in _files(suite.root)
    ]
    tests = [each for file in files for each in file.functions if each.kind == "test"]
    return {each.nodeid: beside.get(each.name, "keep") for each in tests}


def _judged(root: Path, *arguments: str) -> dict[str, str]:
    selection = Selection(["tests"])
    if arguments:
        selection.read_audit(Path(arguments[1]))
    modules = [read_module(path, path.relative_to(root).as_posix(), path.read_bytes()) for path in _files(root)]
    done = convert(ProjectIndex(root, modules), selection)
    left = {entry.name.rpartition("::")[2]: entry.reason for entry in done.left}
    return {name.rpartition("::")[2]: "converted" for name in done.converted} | left


def _files(root: Path) -> list[Path]:
    return sorted((root / "tests").rglob("*.py"))
