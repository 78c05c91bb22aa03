"""What an investigation finds in projects of different shapes, without importing anything of them."""

from pathlib import Path

import pytest

from oneloop_tools.adopt import investigation
from oneloop_tools.adopt.finding import Findings
from oneloop_tools.adopt.plugin_table import lines
from tests.support.environment import interpreter
from tests.tools.adopt.conftest import APP, CONFTEST, DATABASE, NOTES, PYPROJECT, Project

SETTINGS = """
from functools import lru_cache

from pydantic import BaseModel, Field, PostgresDsn, computed_field
from pydantic_core import MultiHostUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class Server(BaseModel):
    host: str = "localhost"
    port: int = 5432


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="notes_", env_nested_delimiter="__")

    server: Server = Field(default_factory=Server)
    db_user: str = "notes"
    db_password: str = Field("none", alias="PGPASS")
    db_name: str = "notes"
    test_db_name: str = "notes_test"
    secret_key: str = "secret"

    @computed_field
    @property
    def url(self) -> PostgresDsn:
        return MultiHostUrl.build(
            scheme="postgresql+asyncpg",
            username=plain(self.db_user),
            password=plain(self.db_password),
            host=self.server.host,
            port=self.server.port,
            path=self.db_name if self.secret_key else self.test_db_name,
        )


def plain(value):
    return value


@lru_cache
def get_settings() -> Settings:
    return Settings()
"""
# A plain model, and the class that reads it, as services have them that pass their settings around.
MODEL = """
from pydantic import BaseModel, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict

COMMON = SettingsConfigDict(env_file=".env")


class Server(BaseModel):
    HOST: str
    PORT: int
    NAME: str

    @property
    def url(self) -> str:
        return str(PostgresDsn.build(scheme="postgresql+asyncpg", host=self.HOST, port=self.PORT, path=self.NAME))


class Read(BaseSettings, Server):
    model_config = COMMON | SettingsConfigDict(env_prefix="NOTES_")


def get_settings() -> Server:
    return Read()
"""
FROM_SETTINGS = DATABASE.replace("import os\n", "from .settings import get_settings\n").replace(
    'os.environ["DATABASE_URL"]', "str(get_settings().url)"
)
FIELD = """
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    DB_DSN: PostgresDsn


settings = Settings()
"""
FROM_FIELD = DATABASE.replace("import os\n", "from . import settings\n").replace(
    'os.environ["DATABASE_URL"]', "settings.settings.DB_DSN.unicode_string()"
)
MANAGER = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from .settings import Settings, settings


class Base(DeclarativeBase):
    pass


class Database:
    def __init__(self, settings: Settings) -> None:
        self.sessions = async_sessionmaker(create_async_engine(str(settings.DB_DSN)))

    async def session(self):
        async with self.sessions() as session:
            yield session


database = Database(settings)
"""
FROM_DEPENDENCY = """
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from .settings import Settings

Given = Annotated[Settings, Depends(Settings)]


class Base(DeclarativeBase):
    pass


def make_engine(url):
    return create_async_engine(url)


async def get_db(settings: Given):
    async with async_sessionmaker(make_engine(str(settings.DB_DSN)))() as session:
        yield session
"""
TWIN = """
import os

from sqlalchemy import create_engine

engine = create_engine(os.environ["SYNC_URL"])
jobs = create_engine(os.environ.get("JOBS_URL", "postgresql+psycopg://localhost/notes"))
"""
GROUPS = (
    DATABASE.replace('create_async_engine(os.environ["DATABASE_URL"])', "Manager().make(settings.writes)")
    .replace(
        "\nengine =",
        """
class Server(BaseModel):
    uri: str


class Settings(BaseSettings):
    model_config = {"env_nested_delimiter": "__"}

    writes: Server = Server(uri="postgresql+asyncpg://localhost/notes")
    reads: Server = writes


class Manager:
    @classmethod
    def make(cls, server: Server):
        return create_async_engine(server.uri)


settings = Settings()
engine =""",
    )
    .replace("new_session =", "read_engine = Manager().make(settings.reads)\nnew_session =")
    .replace("import os", "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings")
)
# The URL goes through two objects: one makes it from settings, the other keeps it and the one that makes it.
RUNTIME = DATABASE.replace(
    'engine = create_async_engine(os.environ["DATABASE_URL"])\nnew_session = async_sessionmaker(engine)\n',
    """
class Settings(BaseSettings):
    DB_TYPE: str = "postgresql+asyncpg"
    DB_USER: str | None = None
    DB_HOST: str | None = None
    DB_NAME: str = "notes"


class Maker:
    def load(self) -> Settings:
        return Settings()

    def network_url(self, settings: Settings) -> URL:
        return URL.create(settings.DB_TYPE, settings.DB_USER, None, settings.DB_HOST, 5432, settings.DB_NAME)

    def url(self) -> URL:
        return self.network_url(self.load())

    @staticmethod
    def session_maker(url: URL):
        return async_sessionmaker(create_async_engine(url=url))


class Runtime:
    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._url: URL | None = None

    def url(self) -> URL:
        if self._url is None:
            self._url = self._maker.url()
        return self._url

    def session_maker(self):
        return self._maker.session_maker(self.url())


new_session = Runtime(Maker()).session_maker()
""",
).replace(
    "from sqlalchemy.ext",
    "from pydantic_settings import BaseSettings\nfrom sqlalchemy import URL\nfrom sqlalchemy.ext",
    1,
)
FROM_MANAGER = APP.replace("import get_db", "import database").replace("Depends(get_db)", "Depends(database.session)")
LITERAL = DATABASE.replace('os.environ["DATABASE_URL"]', '"sqlite+aiosqlite:///notes.db"').replace("import os\n", "")
ASSIGNS = 'import os\n\nHOST = "localhost"\nos.environ["DATABASE_URL"] = f"{}"\n'
LAZY = (
    DATABASE.replace(
        'engine = create_async_engine(os.environ["DATABASE_URL"])',
        """HERE = Path(__file__).resolve().parent
FILE = PATH


def make_engine():
    return create_async_engine(f"sqlite+aiosqlite:///{FILE}")

""",
    )
    .replace("new_session = async_sessionmaker(engine)", "new_session = async_sessionmaker()")
    .replace("import os\n", "import os\nfrom pathlib import Path\n")
)
PATHS = (
    'HERE / "notes.db"',
    'str(HERE) + "/notes.db"',
    'HERE.joinpath("notes.db").as_posix()',
    'Path(HERE, "notes.db")',
    'Path(__file__).absolute().parents[0] / "notes.db"',
    'os.path.join(os.path.dirname(os.path.abspath(__file__)), "notes.db")',
)
IN_TESTS = """
import os

from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["NOTES_TEST_URL"])
"""
OWN_ENGINES = """
from sqlalchemy.ext.asyncio import create_async_engine

in_memory = create_async_engine("sqlite+aiosqlite:///:memory:")
shared = create_async_engine("sqlite+aiosqlite:///file:one?mode=memory&cache=shared&uri=true")
on_a_server = create_async_engine("postgresql+asyncpg://me:secret@localhost/notes_test")
"""
WITHOUT_PORT = DATABASE.replace(
    'os.environ["DATABASE_URL"]',
    "f\"postgresql+asyncpg://{os.environ['DB_USER']}:{os.environ['DB_PASSWORD']}\"\n"
    "    f\"@{os.environ['DB_HOST']}/{os.environ['DB_NAME']}\"",
)
FACTORY = APP.replace("app = FastAPI()", "def create_app():\n    return FastAPI()\n\n\napp = create_app()")
DECLARED = "routes = None\n\n\ndef build() -> FastAPI:\n    return make(routes)"
ELSEWHERE = "from fastapi import FastAPI\n\n\ndef create_app(settings):\n    app = FastAPI()\n    return app\n"
MADE_ELSEWHERE = "from notes.setup import create_app\n\nfrom . import routes\n\napi = create_app(None)\n"
WRAPPED = """
from fastapi import Depends

from notes.database import get_db


async def get_user_db(session=Depends(get_db)):
    yield UserDatabase(session)


def one(users=Depends(get_user_db)): ...


def two(users=Depends(get_user_db)): ...


def three(users=Depends(get_user_db)): ...
"""
ALEMBIC = "[alembic]\nscript_location = %(here)s/migrations\n"
ENV = "from notes.database import Base as Tables\n\ntarget_metadata = Tables.metadata\n"
OVERRIDES = (
    "from notes.main import app\nfrom notes.other import get_other\n\napp.dependency_overrides[get_other] = None\n"
)
OTHER = DATABASE.replace("get_db", "get_other")
SQLMODEL = """
from sqlmodel import Field, SQLModel


class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""


def look(project: Project, changes: dict[str, str | None], **given: str) -> Findings:
    return project(changes).look(**given).look()


class TestTheUrl:
    @pytest.mark.parametrize(
        ("changes", "variables"),
        [
            pytest.param({}, {"url": ["DATABASE_URL"]}, id="one variable"),
            pytest.param(
                {"notes/settings.py": SETTINGS, "notes/database.py": FROM_SETTINGS},
                {
                    "user": ["NOTES_DB_USER"],
                    "password": ["PGPASS"],
                    "host": ["NOTES_SERVER__HOST"],
                    "port": ["NOTES_SERVER__PORT"],
                    "name": ["NOTES_DB_NAME", "NOTES_TEST_DB_NAME"],
                },
                id="parts of a settings class",
            ),
            pytest.param(
                {"notes/settings.py": MODEL, "notes/database.py": FROM_SETTINGS},
                {"host": ["NOTES_HOST"], "port": ["NOTES_PORT"], "name": ["NOTES_NAME"]},
                id="a plain model that a settings class reads",
            ),
            pytest.param(
                {"notes/settings.py": FIELD, "notes/database.py": FROM_FIELD},
                {"url": ["DB_DSN"]},
                id="a settings class",
            ),
            pytest.param(
                {
                    "notes/settings.py": FIELD.replace("Settings()", "Settings.model_validate({})"),
                    "notes/database.py": FROM_FIELD,
                },
                {"url": ["DB_DSN"]},
                id="a settings class, by a method of pydantic",
            ),
            pytest.param(
                {"notes/settings.py": FIELD, "notes/database.py": FROM_DEPENDENCY},
                {"url": ["DB_DSN"]},
                id="settings that a route's dependency is given",
            ),
            pytest.param(
                {"notes/sync.py": TWIN},
                {"url": ["DATABASE_URL"], "postgresql": ["SYNC_URL"], "postgresql+psycopg": ["JOBS_URL"]},
                id="sync engines beside it",
            ),
            pytest.param(
                {"notes/database.py": GROUPS},
                {"url": ["WRITES__URI", "READS__URI"]},
                id="groups of settings that are passed on",
            ),
            pytest.param(
                {"notes/database.py": RUNTIME},
                {"user": ["DB_USER"], "host": ["DB_HOST"], "name": ["DB_NAME"]},
                id="an object that another one keeps",
            ),
            pytest.param(
                {"notes/settings.py": FIELD, "notes/database.py": MANAGER, "notes/main.py": FROM_MANAGER},
                {"url": ["DB_DSN"]},
                id="an object that makes the engine",
            ),
            pytest.param(
                {
                    "notes/settings.py": FIELD.replace(
                        "settings = Settings()",
                        'import os\n\nBY_NAME = {"live": Settings}\nsettings = BY_NAME[os.environ["ENVIRONMENT"]]()',
                    ),
                    "notes/database.py": FROM_FIELD,
                },
                {"url": ["DB_DSN"]},
                id="a class for each environment",
            ),
            pytest.param({"notes/database.py": LITERAL}, {}, id="a text in the code"),
            pytest.param(
                {"notes/database.py": WITHOUT_PORT},
                {"user": ["DB_USER"], "password": ["DB_PASSWORD"], "address": ["DB_HOST"], "name": ["DB_NAME"]},
                id="a host with its port",
            ),
            pytest.param(
                {"tests/engine.py": IN_TESTS},
                {"url": ["DATABASE_URL"], "postgresql+asyncpg": ["NOTES_TEST_URL"]},
                id="a variable of the tests",
            ),
        ],
    )
    def test_is_traced_to_its_variables(
        self, project: Project, changes: dict[str, str | None], variables: dict[str, list[str]]
    ) -> None:
        assert look(project, changes).url_variables == variables

    @pytest.mark.parametrize(
        ("changes", "urls"),
        [
            pytest.param({}, [], id="in a variable"),
            pytest.param({"notes/database.py": LITERAL}, ["sqlite+aiosqlite:///notes.db"], id="of the app"),
            pytest.param(
                {"notes/database.py": LITERAL.replace("notes.db", "").replace("///", "//")},
                ["sqlite+aiosqlite://"],
                id="of the app, in memory",
            ),
            pytest.param(
                {"tests/engine.py": OWN_ENGINES},
                ["postgresql+asyncpg://localhost/notes_test"],
                id="of the tests, on the same kind of server",
            ),
            pytest.param(
                {"tests/conftest.py": ASSIGNS.format("postgresql+asyncpg://me:word@{HOST}/notes_test")},
                ["postgresql+asyncpg://localhost/notes_test"],
                id="that a conftest gives the variable",
            ),
            pytest.param(
                {"tests/conftest.py": ASSIGNS.format("sqlite+aiosqlite:///test.db").replace("f", "")},
                [],
                id="not a SQLite database that a conftest gives it",
            ),
            pytest.param(
                {"notes/database.py": LITERAL, "tests/engine.py": OWN_ENGINES},
                ["sqlite+aiosqlite:///notes.db"],
                id="not those in memory",
            ),
        ],
    )
    def test_in_the_code_is_listed_without_its_account(
        self, project: Project, changes: dict[str, str | None], urls: list[str]
    ) -> None:
        assert look(project, changes).written_urls == urls

    @pytest.mark.parametrize("path", PATHS)
    def test_is_followed_where_the_path_is_made_from_the_place_of_the_code(self, project: Project, path: str) -> None:
        """Of the app, whose engine is made later than at import, and of the tests."""
        app, own = LAZY.replace("PATH", path), LAZY.replace("PATH", path).replace("notes.db", "own.db")
        found = look(project, {"notes/database.py": app, "tests/engine.py": own})

        assert found.written_urls == ["sqlite+aiosqlite:///notes/notes.db", "sqlite+aiosqlite:///tests/own.db"]

    def test_that_only_a_run_can_tell_is_asked_for(self, project: Project) -> None:
        made = project({"notes/database.py": LAZY.replace("PATH", "str(1) + '.db'")})

        done = made.adopt("--dry-run")

        assert "not found: the URL of the engine at notes/database.py:13. Write it below [tool.oneloop]:" in done.stderr

    def test_names_the_driver(self, project: Project) -> None:
        """The code's driver, before one that is only declared."""
        found = look(project, {"notes/database.py": LITERAL})

        assert (found.driver.value, found.driver.where) == ("sqlite+aiosqlite", "notes/database.py:6")

    def test_names_the_driver_of_an_extra(self, project: Project) -> None:
        """SQLAlchemy's own extras bring a driver, which only the lock file names."""
        pyproject = PYPROJECT.replace(
            '"sqlalchemy[asyncio]", "asyncpg"', '"sqlalchemy[postgresql-asyncpg]", "psycopg2"'
        )
        found = look(
            project, {"pyproject.toml": pyproject, "uv.lock": '[[package]]\nname = "asyncpg"\nversion = "0.30"\n'}
        )

        assert (found.driver.value, found.driver.where) == ("postgresql+asyncpg", "asyncpg 0.30, locked")

    def test_names_the_driver_of_an_environment_of_hatch(self, project: Project) -> None:
        """Its tables below `tool.hatch.envs` declare packages."""
        tables = '\n[tool.hatch.envs.default]\ndependencies = ["psycopg"]\n'
        found = look(project, {"pyproject.toml": PYPROJECT.replace(', "asyncpg"', "") + tables})

        assert (found.driver.value, found.driver.where) == ("postgresql+psycopg", "pyproject.toml:12")

    def test_variable_that_means_something_else_is_kept(self, project: Project) -> None:
        """TEST_DATABASE_URL names a server to the plugin; here the suite itself reads it."""
        tests = IN_TESTS.replace("NOTES_TEST_URL", "TEST_DATABASE_URL")

        assert look(project, {"tests/engine.py": tests}).has_server_variable


class TestTheSessionDependency:
    def test_of_a_library_is_named_by_it(self, project: Project) -> None:
        """After those of the project, and before a session factory."""
        app = APP.replace("from notes.database import get_db", "from shared.sessions import session_dependency")
        found = look(project, {"notes/main.py": app.replace("get_db", "session_dependency")}).session_dependency

        assert found.value == "shared.sessions:session_dependency"
        assert found.where == "notes/main.py:13, of a library, used once"

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            pytest.param({}, "notes.database:get_db", id="used by a route"),
            pytest.param(
                {"notes/other.py": OTHER, "tests/conftest.py": CONFTEST + OVERRIDES},
                "notes.other:get_other",
                id="overridden in the tests",
            ),
            pytest.param(
                {"notes/settings.py": FIELD, "notes/database.py": MANAGER, "notes/main.py": FROM_MANAGER},
                "notes.database:database.session",
                id="a method of an object",
            ),
            pytest.param({"notes/a_users.py": WRAPPED}, "notes.database:get_db", id="not what is made of a session"),
            pytest.param(
                {"notes/main.py": APP.replace("Depends(get_db)", "None").replace("get_db", "new_session")},
                "notes.database:new_session",
                id="a session factory, where no route depends on a session",
            ),
        ],
    )
    def test_is_found(self, project: Project, changes: dict[str, str | None], name: str) -> None:
        assert look(project, changes).session_dependency.value == name


class TestTheApp:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            pytest.param({}, "notes.main:app", id="in its module"),
            pytest.param({"notes/main.py": FACTORY}, "notes.main:app", id="made by a function"),
            pytest.param(
                {"notes/routes.py": APP.replace("FastAPI()", "APIRouter()").replace("FastAPI", "APIRouter"),
                 "notes/setup.py": ELSEWHERE, "notes/main.py": MADE_ELSEWHERE},
                "notes.main:api",
                id="made by a function of another module",
            ),
            pytest.param({"notes/main.py": APP.replace("app = FastAPI()", DECLARED).replace("@app", "@routes")},
                         "notes.main:build", id="declared by the function that a library helps"),
            pytest.param({"notes/admin.py": "from fastapi import FastAPI\n\nadmin = FastAPI()\n"}, "notes.main:app",
                         id="the one of two that the tests import"),
            pytest.param({"notes/admin.py": "from fastapi import FastAPI\n\nadmin = FastAPI()\n",
                          "notes/main.py": f"from notes.admin import admin\n{APP}",
                          "tests/test_notes.py": "def test_it(): pass\n"}, "notes.main:app",
                         id="the one that imports the others"),
            pytest.param({"tests/test_own.py": "from fastapi import FastAPI\n\nown = FastAPI()\n"}, "notes.main:app",
                         id="not one of the tests"),
        ],
    )  # fmt: skip
    def test_is_found(self, project: Project, changes: dict[str, str | None], name: str) -> None:
        assert look(project, changes).app.value == name


class TestTheTables:
    @pytest.mark.parametrize(
        ("changes", "metadata", "migrations"),
        [
            pytest.param({}, "notes.database:Base.metadata", "create_all", id="by their models"),
            pytest.param(
                {"db/alembic.ini": ALEMBIC, "db/migrations/env.py": ENV, "db/migrations/versions/one.py": ""},
                "notes.database:Base.metadata",
                "db/alembic.ini",
                id="by env.py",
            ),
            pytest.param(
                {
                    "alembic.ini": ALEMBIC,
                    "migrations/env.py": ENV.replace("Tables.metadata", "[Tables.metadata]"),
                    "migrations/versions/one.py": "",
                    "notes/other.py": DATABASE,
                },
                "notes.database:Base.metadata",
                "alembic.ini",
                id="by a list of env.py",
            ),
            pytest.param(
                {"db/alembic.ini": ALEMBIC, "db/migrations/env.py": ENV},
                "notes.database:Base.metadata",
                "create_all",
                id="without a revision",
            ),
            pytest.param(
                {"notes/models.py": SQLMODEL, "notes/database.py": DATABASE.replace("DeclarativeBase)", "object)")},
                "sqlmodel:SQLModel.metadata",
                "create_all",
                id="SQLModel",
            ),
        ],
    )
    def test_are_found(self, project: Project, changes: dict[str, str | None], metadata: str, migrations: str) -> None:
        found = look(project, changes)

        assert (found.metadata.value, found.migrations.value) == (metadata, migrations)


class TestThePackageManager:
    @pytest.mark.parametrize(
        ("changes", "name", "command"),
        [
            pytest.param({"uv.lock": ""}, "uv", "uv add --dev", id="uv"),
            pytest.param({"poetry.lock": ""}, "Poetry", "poetry add --group dev", id="Poetry by its lock"),
            pytest.param(
                {"pyproject.toml": f"{PYPROJECT}\n[tool.poetry]\n", "requirements.txt": "fastapi\n"},
                "Poetry",
                "poetry add --group dev",
                id="Poetry by its table",
            ),
            pytest.param({"pdm.lock": ""}, "PDM", "pdm add --dev", id="PDM"),
            pytest.param({"Pipfile": ""}, "Pipenv", "pipenv install --dev", id="Pipenv"),
            pytest.param({"requirements.in": "fastapi\n"}, "pip-tools", "pip-compile requirements.in", id="pip-tools"),
            pytest.param(
                {"requirements.txt": "fastapi\n", "requirements-dev.txt": "pytest\n"},
                "requirements",
                " install ",
                id="requirements",
            ),
            pytest.param({}, "pip", " install ", id="no lock file"),
        ],
    )
    def test_is_found(self, project: Project, changes: dict[str, str | None], name: str, command: str) -> None:
        investigation = project(changes).look()
        investigation.look()

        assert investigation.manager.name == name
        assert command in investigation.manager.shown

    def test_of_a_workspace_is_the_one_above(self, project: Project) -> None:
        """The lock file of a repository is in its top folder."""
        adopting = project(files={f"backend/{path}": text for path, text in NOTES.items()})
        adopting.write({"uv.lock": ""})
        investigation = adopting.look()
        investigation.root = adopting.root / "backend"
        investigation.__post_init__()

        assert investigation.look().manager.where == "../uv.lock"


def test_app_that_checks_the_host_is_asked_as_by_a_test_client(project: Project) -> None:
    """The other clients would be refused: they have another host."""
    middleware = "from starlette.middleware.trustedhost import TrustedHostMiddleware\n"

    assert 'base_url = "http://testserver"' in lines(look(project, {"notes/main.py": middleware + APP}))


GENERIC = """
type Name = str


class Page[T]:
    items: list[T]
    more = ...


"""


def test_syntax_that_is_newer_than_the_tool_is_read_by_the_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is the file's own, and the base class is found in spite of a generic class beside it."""
    newer = interpreter("3.12")
    adopting = project({"notes/database.py": GENERIC + DATABASE})
    monkeypatch.setattr(investigation, "find_python", lambda *_: Path(newer))

    found = adopting.look().look()

    assert (found.metadata.value, found.metadata.where) == (
        "notes.database:Base.metadata",
        "notes/database.py:20, one model",
    )


def test_a_byte_order_mark_is_no_error(project: Project) -> None:
    """An editor of Windows writes one. The groups and the packages are read in spite of it."""
    groups = '[dependency-groups]\ndev = ["pytest"]\n'
    looking = project({"pyproject.toml": f"\ufeff{PYPROJECT}\n{groups}"}).look()

    looking.look()

    assert looking.manager.name == "uv"
    assert looking.packages.declared.keys() >= {"asyncpg", "pytest"}
    assert looking.settings.pytest["testpaths"] == ["tests"]


@pytest.mark.parametrize("name", ["pytest.toml", ".pytest.toml"])
def test_settings_of_pytest_9_are_read(project: Project, name: str) -> None:
    """As pytest does, before those of pyproject.toml."""
    adopting = project({name: '[pytest]\ntestpaths = ["checks"]\n', "checks/test_notes.py": "def test_it(): pass\n"})

    assert f"{name}:2; 1 file, for example checks/test_notes.py:1" in adopting.look().look().tests.where


def test_src_is_where_imports_begin(project: Project) -> None:
    files = {path.replace("notes/", "src/notes/"): text for path, text in NOTES.items()}
    found = project(files=files).look().look()

    assert found.app.value == "notes.main:app"
    assert found.app.where == "src/notes/main.py:9"


def test_src_is_a_package_where_the_tests_import_it(project: Project) -> None:
    files = {
        path.replace("notes/", "src/notes/"): text.replace("from notes", "from src.notes")
        for path, text in NOTES.items()
    }
    found = project(files=files).look().look()

    assert found.app.value == "src.notes.main:app"


def test_given_answers_are_not_looked_for(project: Project) -> None:
    given = {
        "app": "notes.main:app",
        "session_dependency": "a.b:c",
        "metadata": "a.b:d",
        "driver": "postgresql+psycopg",
        "database_url_variable": "NOTES_URL",
    }
    found = look(project, {"notes/admin.py": "from fastapi import FastAPI\n\nadmin = FastAPI()\n"}, **given)

    others = {"kind": "harness", "migrations": "create_all", "tests_dir": "tests"}
    assert found.answers("tests") == {**given, **others}


def test_nothing_is_imported(project: Project, tmp_path: Path) -> None:
    look(project, {"notes/main.py": f"open({str(tmp_path / 'imported')!r}, 'w')\n{APP}"})

    assert not (tmp_path / "imported").exists()
