"""What the audit keeps stays as it is. What it shares with converted tests is said in one line each."""

import ast
import json
import sys
from pathlib import Path

import pytest

from oneloop_tools.cli import main
from tests.support.environment import commit_all
from tests.tools.audit.conftest import copy_sample
from tests.tools.convert.snippets import convert, split

KEPT = ("tests/snippet/test_snippet.py::test_kept", "tests/snippet/test_snippet.py::TestBoth::test_kept")

FIXTURE = """
import pytest

@pytest.fixture
def user(client):
    assert client.post("/users").status_code == 201
    return "ann"

def test_converted(client, user):
    assert client.get(f"/users/{user}").status_code == 200

def test_kept(user):
    assert user == "ann"
"""
CLASS = """
class TestBoth:
    path = "/health"

    def test_converted(self, client):
        assert client.get(self.path).status_code == 200

    def test_kept(self):
        assert self.path == "/health"

    def test_of_another_client(self, client):
        with client.stream("GET", "/health") as response:
            assert response.status_code == 200
"""


def test_shared_fixture_is_said() -> None:
    changed, listed = convert(split(FIXTURE), kept=KEPT)

    assert "async def user(async_client):" in changed["test_snippet.py"]
    assert "\ndef test_kept(user):" in changed["test_snippet.py"]
    sentence = "user is async from now on, also for tests that stay: test_kept"
    assert listed == [f"test_snippet.py:5: note: {sentence} [shared-fixture]"]


def test_fixture_of_converted_tests_alone_is_not_said() -> None:
    _, listed = convert(split(FIXTURE))

    assert listed == []


def test_test_that_moves_is_said() -> None:
    """It needs what a converted test of its class needs."""
    changed, listed = convert(split(CLASS), kept=KEPT)

    _, _, moved = changed["test_snippet.py"].partition("class TestBothAsync:")
    assert "    def test_kept(self):\n" in moved
    assert [line.rpartition("[")[2] for line in listed] == ["streams]", "split-class]", "moved]"]
    assert "note: test_kept stays as it is" in listed[2]
    assert listed[2].endswith(": TestBothAsync [moved]")


RUNS = "import asyncio\n\nimport pytest\n\n\n@pytest.fixture\ndef row():\n    return asyncio.run(make())\n"
MARKED = "import pytest\n\npytestmark = pytest.mark.anyio\n"
# By what it is: a file in which one test is kept. Nothing but the other test is changed.
SURROUNDINGS = {
    "a mark of the file": ("import pytest\n\npytestmark = pytest.mark.asyncio\n", "async def test_kept():\n"),
    "a mark of the test": ("import pytest\n", "@pytest.mark.asyncio\nasync def test_kept():\n"),
    "nested loops": (
        "import asyncio\n\nimport nest_asyncio\n\nnest_asyncio.apply()\n",
        "def test_kept():\n    asyncio.run(asyncio.sleep(0))\n",
    ),
    "an async fixture": (
        "import pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def row():\n    return 1\n",
        "async def test_kept(row):\n",
    ),
    "a fixture that runs a loop": (
        RUNS,
        "def test_kept(row):\n",
    ),
    "a fixture that runs a loop for another fixture": (
        f"{RUNS}\n\n@pytest.fixture\ndef rows(row):\n    return [row]\n",
        "def test_kept(rows):\n",
    ),
    "a class of sync tests with a mark": (
        "import pytest\n\n\n@pytest.mark.asyncio\nclass TestBoth:\n    def test_kept(self):\n        assert 1\n",
        "",
    ),
    "a class with a mark": (
        "import pytest\n\n\n@pytest.mark.asyncio\nclass TestBoth:\n    async def test_kept(self):\n        assert 1\n",
        "",
    ),
}


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_nothing_else_of_a_file_changes(what: str) -> None:
    """Nor in a file beside it that has no tests."""
    head, kept = SURROUNDINGS[what]
    kept = f"{kept}    assert 1\n" if kept else ""
    before = f"{head}\n\n{kept}\n\ndef test_converted(client):\n    assert client.get('/').status_code == 200\n"

    changed, listed = convert({"test_snippet.py": before, "conftest.py": MARKED}, kept=KEPT)

    expected = before.replace("def test_converted(client)", "async def test_converted(async_client)")
    assert changed["test_snippet.py"] == expected.replace("client.get('/')", "(await async_client.get('/'))")
    assert changed["conftest.py"] == MARKED
    assert listed == []


PATHS = ["tests", "tests/test_shop.py", "tests/conftest.py"]


def test_same_with_a_report_and_without(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Also for a file that has no tests. What the audit keeps has the text that it had."""
    suite = copy_sample("factory", tmp_path / "factory")
    suite.write("pyproject.toml", f"{(suite.root / 'pyproject.toml').read_text()}[tool.oneloop]\npackage = 'shop'\n")
    commit_all(suite.root, "Start")
    root, report, python = str(suite.root), str(tmp_path / "audit.json"), ["--python", sys.executable]
    before = _tests_of(suite.root)
    assert main(["audit", root, *python, "--json", report]) == 0
    capfd.readouterr()
    results = [
        [(main(["convert", root, path, *which]), *capfd.readouterr()) for path in PATHS]
        for which in (["--audit", report], python)
    ]

    assert results[0] == results[1]
    assert main(["convert", root, "tests", "--audit", report, "--write"]) == 0
    after, verdicts = _tests_of(suite.root), {test["nodeid"]: test["verdict"] for test in _report(report)}
    changed = {name for name, text in before.items() if after.get(name) != text}
    assert changed
    assert {verdicts[name] for name in changed} <= {"convert-first", "convert", "own-loop"}


def _report(report: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(Path(report).read_text("utf-8"))["tests"]
    return found


def _tests_of(root: Path) -> dict[str, str]:
    """Return the text of each test; this suite has no classes."""
    files = {path.relative_to(root).as_posix(): ast.parse(path.read_text("utf-8")) for path in root.glob("tests/*.py")}
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        f"{file}::{node.name}": ast.unparse(node)
        for file, tree in files.items()
        for node in tree.body
        if isinstance(node, functions) and node.name.startswith("test")
    }


NO_APP = {
    "no app": (["--python", sys.executable], "Fix that, or convert every test that can be:\n"),
    "no interpreter": (["--python", "nowhere/python"], "There is no interpreter nowhere/python."),
}


@pytest.mark.parametrize("why", NO_APP)
def test_suite_that_cannot_be_audited_is_not_converted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], why: str
) -> None:
    """The other result, that of `--all`, is never given for that of the audit."""
    arguments, words = NO_APP[why]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text(FIXTURE)

    status = main(["convert", str(tmp_path), "tests", *arguments])
    printed = capfd.readouterr()

    assert (status, printed.out) == (2, "")
    assert words in printed.err
    assert printed.err.endswith(f"    oneloop-tools convert {tmp_path} --all\n")
    assert main(["convert", str(tmp_path), "tests", "--all"]) == 0


AUTOUSE = """
import pytest

@pytest.fixture(autouse=True)
def row(client):
    assert client.post("/rows").status_code == 201

def test_converted(client):
    assert client.get("/rows").status_code == 200

def test_of_no_client():
    assert True
"""


def test_test_is_converted_if_it_or_its_client_changes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A test that only gets an autouse fixture which is async now is not one that was converted."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text(AUTOUSE)

    main(["convert", str(tmp_path), "tests", "--all"])

    assert capfd.readouterr().err.startswith("1 test would be converted, 0 left, 1 file")
