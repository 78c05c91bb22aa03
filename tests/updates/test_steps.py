"""The steps of an update: each finds out whether it is needed, and leaves what it is not sure of."""

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.environment import ROOT, git
from tests.support.template import TESTS
from tests.updates.conftest import Fresh
from tests.updates.outcome import contents
from tests.updates.releases import NEXT, PAST, RELEASES, sections
from tests.updates.update_steps import PLUGIN, all_steps, apply, load, text_of, track, unannounced

INSTALL = "Install the test plugin from tests/harness"
CONFIGURE = "Configure the test plugin in [tool.oneloop]"
CONFTEST = "Remove the old conftest.py beside pytest.ini"
COMMANDS = "Write the new names of the commands"
PERMISSION = "List the roles that may change any document"
LOGIN = "Lock the user's row while a login issues tokens"
MIGRATE = "Let the fixture `migrate` take a revision"
IMAGE = "Copy the test plugin's pyproject.toml into the image"
MYPY = "Let mypy find the test plugin once"
IMPORTS = "Import from oneloop what came from tests.harness"
SEAM = "Let the plugin name the test database of an adopted suite"

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
    return {Path(path).name: text.decode("utf-8") for path, text in contents(folder).items()}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


ERRORS = """\
from http import HTTPStatus
from fastapi.responses import JSONResponse

def problem(status):
    title = HTTPStatus(status).phrase

async def http_error(request, error):
    assert isinstance(error, HTTPException)
    return problem(error.status_code)
"""
LOGIN_CODE = """\
    valid, rehashed = await asyncio.to_thread(_verify, hasher, credentials.password, hashed)
    if user is None or not valid or not user.is_active:
        raise InvalidCredentialsError
"""
OLD_SEAM = """\
import pytest
from sqlalchemy import MetaData

from tests.harness.adopting import alembic, no_users
from tests.harness.ahead import name_database

VARIABLE = "DB_URL"
DRIVER = "postgresql+psycopg"

name_database(VARIABLE, app="shop.main", driver=DRIVER)

migrate = alembic("alembic.ini", VARIABLE)
"""
OLD_IMPORTS = """\
import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from my_service.models import User

from tests.harness import HarnessError, get_auth_token_async
from tests.harness.clients import SyncClient
from tests.harness.fixtures.clients import ClientAs
from tests.harness.people import Person


def use() -> None:
    from tests.harness.sessions import FreshSession  # noqa: PLC0415  late
"""
NEW_IMPORTS = """\
import pytest
from httpx2 import AsyncClient
from oneloop import OneloopError as HarnessError, get_auth_token_async
from oneloop.clients import ClientAs, SyncClient
from oneloop.users import UserWithPassword as Person
from sqlalchemy.ext.asyncio import AsyncSession

from my_service.models import User


def use() -> None:
    from oneloop.database.sessions import FreshSession  # noqa: PLC0415  late
"""

# A step, the files of a service, and a text that a file must have then.
CHANGES = {
    "a list without a comma at its end": (
        INSTALL,
        {"pyproject.toml": GROUPS},
        '    "mypy>=2",\n    "oneloop-vendored", # the test plugin\n    "ruff>=0.17"\n]',
    ),
    "a last line without a comma": (
        INSTALL,
        {"pyproject.toml": '[dependency-groups]\ndev = [\n    "mypy"\n]\n'},
        '    "mypy",\n    "oneloop-vendored", # the test plugin\n]',
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
    "imports of the old names": (IMPORTS, {"tests/test_a.py": OLD_IMPORTS}, NEW_IMPORTS),
    "old names after a docstring alone": (
        IMPORTS,
        {"tests/test_a.py": '"""Mine."""\n\nfrom tests.harness.lifespan import in_own_task\n\nX = in_own_task\n'},
        '"""Mine."""\n\nfrom oneloop.app import in_own_task\n\nX = in_own_task\n',
    ),
    "the seam of an adopted suite": (
        SEAM,
        {"tests/seam.py": OLD_SEAM},
        'no_users\n\nVARIABLE = "DB_URL"\n\nmigrate = alembic("alembic.ini", VARIABLE)\n',
    ),
    "a seam that its user has corrected": (
        CONFIGURE,
        {"pyproject.toml": "", "tests/seam.py": OLD_SEAM},
        'package = "shop"\nexisting_suite = true\ndatabase_url_variable = "DB_URL"\ndriver = "postgresql+psycopg"\n',
    ),
    "the ratchet in a pipeline": (
        COMMANDS,
        {"ci.yml": "  - uv run python -m tests.harness.audit --ratchet tests/audit_ratchet.json\n"},
        "  - uvx --from 'git+https://example.com/oneloop.git#subdirectory=tools' oneloop-tools audit . --ratchet",
    ),
    "the converter in a page": (
        COMMANDS,
        {"a.md": "Run uv run --with libcst python -m tests.harness.convert tests --write\n"},
        "Run uvx --from 'git+https://github.com/team/oneloop#subdirectory=tools' oneloop-tools convert . tests",
    ),
    "a group for generated requests": (
        "Add the group `contract` with Schemathesis",
        {"pyproject.toml": GROUPS, "pytest.ini": "[pytest]\naddopts = -ra\n"},
        "[pytest]\naddopts = -ra -p no:schemathesis\n",
    ),
    "a page of another name": (
        "Name the page that replaced docs/testing/one-loop.md",
        {"NOTES.md": "See docs/testing/one-loop.md.\n"},
        "See docs/testing/clients.md.\n",
    ),
    "a fixture that goes one way": (
        MIGRATE,
        {"tests/conftest.py": 'def migrate():\n    def g(url: str) -> None:\n        command.upgrade(config, "head")'},
        'def g(url: str, revision: str = "head") -> None:\n        (command.downgrade if revision == "base"',
    ),
    "a class with two kinds of client": (
        "Give the tests of a wrong login body a class of their own",
        {"tests/test_a.py": '        assert "m=8,t=1,p=1" in fresh.hashed_password\n\n    def test_next(self): ...\n'},
        "\n\nclass TestLoginBody:\n",
    ),
    "a space at the end of a header": (
        "Test a request ID that every client sends as it is",
        {"tests/test_a.py": "ID = 'quo\"te-and-space '\n"},
        "ID = 'quo\"te and space'\n",
    ),
    "a service without a table of access": (
        "Declare in tests/access.py what each role gets from each route",
        {"src/a/routes.py": 'APIRouter(prefix="/users")\n'},
        '    "GET /api/users/me": Access(anonymous=401, admin=200, editor=200, writer=200),\n    "GET /api/users"',
    ),
    "a login without a lock": (
        LOGIN,
        {"src/a/service.py": LOGIN_CODE},
        "valid = user.hashed_password == hashed\n    if user is",
    ),
    "a status without a name": (
        "Answer a status without a standard name, and one without a body",
        {"src/a/errors.py": ERRORS},
        'title = responses.get(status, "Error")',
    ),
    "an image": (
        IMAGE,
        {"Dockerfile": "COPY pyproject.toml uv.lock ./\nRUN uv sync --locked\n", ".dockerignore": "*\n"},
        "*\n!tests/harness/pyproject.toml\n",
    ),
    "a task that fails on purpose": (
        "Mark the test whose background task fails on purpose",
        {"tests/test_a.py": "async def test_background_task_that_fails_leaves_the_answer_whole():\n    ...\n"},
        '@pytest.mark.background_error("the task fails on purpose")\nasync def test_background',
    ),
}
ANSWERS = {
    "a seam that its user has corrected": "kind: harness\napp: app.main:app\ndriver: postgresql+asyncpg\n",
    "the ratchet in a pipeline": "_src_path: https://example.com/oneloop.git\n",
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_is_made_once(tmp_path: Path, case: str) -> None:
    """A second time there is nothing to do, and no other line has changed."""
    title, files, expected = CHANGES[case]
    service, answers = write(tmp_path, files), ANSWERS.get(case, "_src_path: gh:team/oneloop\n")

    apply(title, service, answers)

    after = files_of(service)
    assert any(expected in text for text in after.values()), after
    assert not apply(title, service, answers).is_needed
    assert files_of(service) == after


def test_a_snapshot_is_written_once(tmp_path: Path) -> None:
    """By a program, since a step cannot import the service."""
    title = "Write the first snapshot of the API"

    before = apply(title, tmp_path).programs
    write(tmp_path, {"tests/contract/openapi.json": "{}\n"})

    assert [program[:2] for program in before] == [("pytest", "-q")]
    assert apply(title, tmp_path).programs == []


def test_only_what_git_tracks_is_changed(tmp_path: Path) -> None:
    """Neither a repository inside of it, such as a submodule, nor what a build has written."""
    text = "See docs/testing/one-loop.md.\n"
    service = write(tmp_path, {".gitignore": "build/\n", **dict.fromkeys(["a.md", "build/b.md", "vendor/c.md"], text)})
    track(service / "vendor")
    git(service / "vendor", "commit", "--quiet", "--message", "Theirs")

    apply("Name the page that replaced docs/testing/one-loop.md", service)

    assert [path for path, after in files_of(service).items() if after == text] == ["b.md", "c.md"]


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
    "a module that is gone": (
        IMPORTS,
        {"tests/test_a.py": "from tests.harness.network import ExternalHTTP\n"},
        "instead of tests.harness.network",
    ),
    "a fixture that is gone": (IMPORTS, {"tests/test_a.py": "def test(external_http): ...\n"}, "httpx2.MockTransport"),
    "a file that is no Python": (IMPORTS, {"tests/test_a.py": "from tests.harness import (\n"}, "Import from oneloop"),
    "a test database with another name": (
        SEAM,
        {"tests/seam.py": "from tests.harness.ahead import name_database\n\nif CI:\n    name_database(A, app=B)\n"},
        "Remove what uses `name_database`",
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
    track(service)

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
