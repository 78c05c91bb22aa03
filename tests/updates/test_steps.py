"""The steps of an update: each finds out whether it is needed, and leaves what it is not sure of."""

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.environment import ROOT
from tests.support.template import TESTS
from tests.updates.conftest import Fresh
from tests.updates.releases import NEXT, PAST, RELEASES, sections
from tests.updates.update_steps import PLUGIN, all_steps, apply, load, text_of, unannounced

INSTALL = "Install the test plugin from tests/harness"
CONFIGURE = "Configure the test plugin in [tool.oneloop]"
CONFTEST = "Remove the old conftest.py beside pytest.ini"
COMMANDS = "Write the new names of the commands"
PERMISSION = "List the roles that may change any document"
LOGIN = "Lock the user's row while a login issues tokens"
MIGRATE = "Let the fixture `migrate` take a revision"
IMAGE = "Copy the test plugin's pyproject.toml into the image"
MYPY = "Let mypy find the test plugin once"

GROUPS = '[project]\nname = "a"\n\n[dependency-groups]\ndev = [\n    "mypy>=2",\n    "ruff>=0.17"\n]\n'
OLD_CONFTEST = """\
\"\"\"Loads the harness, name by name.\"\"\"

import pytest

pytest.register_assert_rewrite("tests.harness")

from tests.harness.fixtures.application import app
"""


class TestTheChangelog:
    """CHANGELOG.md says what the steps say."""

    @pytest.mark.parametrize("version", [*RELEASES, NEXT])
    def test_lists_the_steps_of_each_release(self, version: str) -> None:
        listed = re.search(r"^### Steps\n\n(.*?)(?=^#{2,3} |\Z)", sections()[version], re.MULTILINE | re.DOTALL)

        assert (listed[1].strip() if listed else "") == text_of(version).strip()

    def test_announces_each_change_that_an_update_cannot_bring(self, fresh: Fresh) -> None:
        """A release that changes a contract of the user's own files has a step for it, or a line that says why not."""
        folder = PLUGIN / "commands/update/steps"
        steps = [file.read_text("utf-8") for file in folder.glob("*.py") if f'"{NEXT}",' in file.read_text("utf-8")]
        text = "\n".join([sections()[NEXT], *steps])

        assert unannounced(fresh(PAST[-1]), fresh(NEXT), text) == []

    def test_a_change_that_is_not_announced_is_found(self) -> None:
        old = {"src/a/service.py": b"x = 1\n", "pytest.ini": b"[pytest]\n", "README.md": b"a"}
        new = {"src/a/service.py": b"x = 2\n", "pytest.ini": b"# why\n[pytest]\n", "README.md": b"b"}

        assert unannounced(old, new, "Nothing.") == ["src/a/service.py"]
        assert unannounced(old, new, "In `src/a/service.py`: a fix.") == []
        assert unannounced(old, new, "In `src/`: a fix.") == []

    def test_names_no_step_of_a_release_that_does_not_exist(self) -> None:
        assert {step.release for step in all_steps()} <= {*RELEASES, NEXT}

    def test_titles_are_subjects_of_commits(self) -> None:
        """Each one of its own, short, and in the imperative as those of this repository."""
        titles = [step.title for step in all_steps()]

        assert len({*titles}) == len(titles)
        assert [title for title in titles if len(title) > 70 or title.endswith(".")] == []


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode("utf-8") for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


# A step, the files of a service, and a text that a file must have then.
CHANGES = {
    "a list without a comma at its end": (
        INSTALL,
        {"pyproject.toml": GROUPS},
        '    "mypy>=2",\n    "oneloop-vendored", # the test plugin\n    "ruff>=0.17"\n]',
    ),
    "a list on one line": (
        INSTALL,
        {"pyproject.toml": '[dependency-groups]\ndev = ["mypy", "httpx2[ws]>=2"]\n'},
        'dev = ["mypy", "httpx2[ws]>=2", "oneloop-vendored"]',
    ),
    "an empty list": (INSTALL, {"pyproject.toml": "[dependency-groups]\ndev = []\n"}, 'dev = ["oneloop-vendored"]'),
    "sources that are there": (
        INSTALL,
        {"pyproject.toml": GROUPS + '\n[tool.uv.sources]\nmine = { path = "mine" }\n'},
        'mine = { path = "mine" }\noneloop-vendored = { path = "tests/harness", editable = true }\n',
    ),
    "CRLF": (
        INSTALL,
        {"pyproject.toml": GROUPS.replace("\n", "\r\n")},
        '    "oneloop-vendored", # the test plugin\r\n',
    ),
    "a package of another name": (
        CONFIGURE,
        {"pyproject.toml": "", "src/orders/__init__.py": ""},
        'package = "orders"',
    ),
    "pytest.ini without minversion": (
        CONFIGURE,
        {"pyproject.toml": "[tool.oneloop]\n", "pytest.ini": "[pytest]\naddopts = -ra\n"},
        "[pytest]\nrequired_plugins = oneloop-vendored\naddopts = -ra\n",
    ),
    "a fixture of the user's in conftest.py": (
        CONFTEST,
        {"conftest.py": OLD_CONFTEST + "\n\n@pytest.fixture\ndef mine() -> int:\n    return 1\n"},
        "import pytest\n\n\n@pytest.fixture\ndef mine() -> int:\n    return 1\n",
    ),
    "a workflow": (
        COMMANDS,
        {".github/workflows/update.yml": "      - run: python -m tests.harness.update --check\n"},
        "      - run: uv run oneloop update --check\n",
    ),
    "a script of the user's": (
        COMMANDS,
        {"bin/db.sh": "uv run python -m tests.harness.dev run psql\n"},
        "uv run oneloop run psql\n",
    ),
    "a moved file": (
        PERMISSION,
        {"src/orders/papers/rules.py": "    if user.role is Role.WRITER and document.author_id != user.id:\n"},
        "    if user.role not in {Role.ADMIN, Role.EDITOR} and document.author_id != user.id:\n",
    ),
    "files of mypy over several lines": (
        MYPY,
        {"pyproject.toml": '[tool.mypy]\nfiles = [\n    "src",\n    "conftest.py",\n]\n'},
        ' # mypy finds the plugin where it is installed\nfiles = [\n    "src",\n]\n',
    ),
}


@pytest.mark.parametrize(("title", "files", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_made_once(tmp_path: Path, title: str, files: dict[str, str], expected: str) -> None:
    """A second time there is nothing to do, and no other line has changed."""
    service = write(tmp_path, files)

    apply(title, service)

    after = files_of(service)
    assert any(expected in text for text in after.values()), after
    assert not apply(title, service).is_needed
    assert files_of(service) == after


LEAVES = {
    "a project of another tool": (
        INSTALL,
        {"pyproject.toml": '[tool.poetry]\nname = "a"\n'},
        "uv add --dev --editable",
    ),
    "required plugins of the user's": (
        CONFIGURE,
        {"pyproject.toml": "[tool.oneloop]\n", "pytest.ini": "[pytest]\nrequired_plugins = pytest-mock\n"},
        "required_plugins = oneloop-vendored",
    ),
    "a conftest.py that uses the plugin": (
        CONFTEST,
        {"conftest.py": "import tests.harness.people\n\nPERSON = tests.harness.people.Person\n"},
        "Import from oneloop",
    ),
    "a permission of another form": (
        PERMISSION,
        {"src/a/service.py": "if user.role is Role.WRITER and mine(document):\n"},
        "Role.ADMIN",
    ),
    "a login of another form": (
        LOGIN,
        {"src/a/service.py": "ok = await asyncio.to_thread(_verify, hasher, password, hashed)\n"},
        "with_for_update",
    ),
    "a fixture of another form": (
        MIGRATE,
        {"tests/conftest.py": "def migrate():\n    return lambda url: command.upgrade(make(url), REVISION)\n"},
        "revision",
    ),
    "an image of another form": (
        IMAGE,
        {"Dockerfile": "COPY pyproject.toml .\nRUN uv sync --locked\n"},
        "COPY tests/harness",
    ),
    "an exclude of the user's": (MYPY, {"pyproject.toml": '[tool.mypy]\nexclude = ["old"]\n'}, "^tests/harness/"),
}


@pytest.mark.parametrize(("title", "files", "line"), LEAVES.values(), ids=LEAVES)
def test_what_is_not_sure_is_left_with_the_reason(tmp_path: Path, title: str, files: dict[str, str], line: str) -> None:
    """Not a byte is changed."""
    service = write(tmp_path, files)
    before = files_of(service)

    (left,) = apply(title, service).left

    assert files_of(service) == before
    assert line in "\n".join([left.reason, *left.lines])


@pytest.mark.parametrize("step", all_steps(), ids=lambda step: step.title)
@pytest.mark.parametrize("text", ["", "\ufeff[", "{ not: [a text", "\x00\n" * 3, "é" * 40], ids=range(5))
def test_rubbish_in_each_file_stops_no_step(tmp_path: Path, step: Any, text: str) -> None:
    names = ("pyproject.toml", "pytest.ini", "conftest.py", "Dockerfile", ".dockerignore", ".gitignore")
    service = write(tmp_path, dict.fromkeys((*names, "tests/conftest.py", "src/a/service.py"), text))
    (service / "src/a/latin.py").write_bytes(b"\xe9\n")

    files = step.try_on(load("steps.step").ServiceFiles(service, ""))

    for path, new in files.changed.items():
        assert new is None or text.strip("\ufeff").encode() in new or path not in names


def test_a_step_that_fails_is_left_and_the_others_go_on(tmp_path: Path) -> None:
    def fail(files: Any) -> None:
        files.write("a.txt", "half of it")
        raise KeyError("what is not there")

    step = load("steps.step").Step("9.9.9", "Fail", "It says why.", fail)

    files = step.try_on(load("steps.step").ServiceFiles(tmp_path, ""))

    assert files.changed == {}
    assert "It failed: KeyError('what is not there'). Nothing was changed." in files.left[0].reason


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files cannot be written, so the first is restored. No draft stays."""
    service = write(tmp_path, {"a.txt": "a", "b.txt": "b"})
    files = load("steps.step").ServiceFiles(service, "")
    files.write("a.txt", "new")
    files.write("b.txt", "new")
    copymode: Callable[..., None] = load("steps.write_files").shutil.copymode

    def full(source: Path, draft: Path) -> None:
        if source.name == "b.txt":
            raise OSError(28, "No space left on device")
        copymode(source, draft)

    monkeypatch.setattr(load("steps.write_files"), "shutil", SimpleNamespace(copymode=full))

    with pytest.raises(OSError, match="No space left"), load("steps.write_files").written(files):
        pass

    assert files_of(service) == {"a.txt": "a", "b.txt": "b"}


def test_the_access_table_is_the_one_of_a_new_service() -> None:
    """Without the routes that a service without the table cannot have."""
    lines = (ROOT / f"template/{TESTS}/access.py").read_text("utf-8").splitlines(keepends=True)

    assert "".join(each for each in lines if '"HEAD /api/health"' not in each) == load("steps.access_table").TABLE


def test_the_steps_run_without_a_package() -> None:
    """`commands` and all below it import the standard library alone."""
    folder = ROOT / f"template/{TESTS}/harness/oneloop/commands"
    found = [node for file in [folder / "__init__.py", *folder.glob("update/**/*.py")] for node in imports(file)]

    assert {name.split(".")[0] for name in found} - sys.stdlib_module_names == set()


def imports(file: Path) -> list[str]:
    nodes = [*ast.walk(ast.parse(file.read_text("utf-8")))]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return [*modules, *(alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names)]
