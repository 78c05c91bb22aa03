"""What a user has, and what a step makes of it: the cases of test_steps.py."""

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
        {"conftest.py": OLD_CONFTEST + "\n\n@pytest.fixture\ndef mine(app: App) -> int:\n    return app.number\n"},
        "import pytest\n\n\n@pytest.fixture\ndef mine(app: App) -> int:\n    return app.number\n",
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
    "a conftest.py that uses what it imports": (
        CONFTEST,
        {"conftest.py": OLD_CONFTEST.replace("import app", "import app as base") + "\nAPPS = [base]\n"},
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
