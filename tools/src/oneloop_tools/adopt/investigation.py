"""Looks into a project without importing anything of it, and returns what was found."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from oneloop_tools.audit.environment import environment_of
from oneloop_tools.audit.sources import Sources, is_module
from oneloop_tools.interpreter import NoInterpreterError, find_python
from oneloop_tools.project import ProjectSettings

from . import project_kind
from .apps import find_outer_app, find_project_apps, is_imported_by_tests
from .database_url import DatabaseUrl, all_variables, find_database_urls
from .finding import AdoptionError, Finding, Findings
from .migrations import CREATE_ALL, Migrations, find_migrations
from .models_metadata import find_metadata
from .newer_syntax import parse_newer
from .own_variables import OwnVariable, find_own_variables
from .package_manager import PackageManager, find_package_manager
from .packages import Packages, find_packages
from .project_tree import ProjectTree
from .pytest_settings import PytestSettings, find_pytest_settings
from .scopes import Calls
from .session_dependency import find_session_dependencies
from .tests_folder import PLUGIN, TestsFolder, find_tests_folder
from .written_urls import find_written_urls, without_account

T = TypeVar("T")
Ask = Callable[[str, str, str, list[Finding]], str]  # what, option, example, choices


@dataclass
class Investigation:
    """`root` is where pytest runs, and `top` is the folder of the git repository. `given` are the user's answers."""

    root: Path
    top: Path
    given: dict[str, str]
    python: Path | None
    ask: Ask
    sources: Sources = field(init=False)
    settings: ProjectSettings = field(init=False)
    roots: list[Path] = field(init=False)
    tree: ProjectTree = field(init=False)
    pytest_settings: PytestSettings = field(init=False)
    tests: TestsFolder = field(init=False)
    interpreter: Path = field(init=False)
    newer_python: Path | None = field(init=False, default=None)  # asked once: Poetry takes a second to tell it
    manager: PackageManager = field(init=False)
    packages: Packages = field(init=False)
    own_variables: list[OwnVariable] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = Sources(self.root, self._parse_newer)
        self.settings = ProjectSettings.of(self.root)
        self.pytest_settings = find_pytest_settings(self.root)
        named = self.given.get("tests_dir") or self.settings.answers.get("tests_dir")
        self.tests = find_tests_folder(self.root, self.settings.test_folders, named, self.pytest_settings)

    @property
    def tests_dir(self) -> str:
        """Return the folder in which the plugin is written; its last part is always `tests`."""
        return self.tests.name

    @property
    def environment(self) -> dict[str, str]:
        """Return what the conftests and pytest-env put into the environment."""
        conftests = [each.source for each in self.tree.test_modules if each.source.path.name == "conftest.py"]
        return environment_of(conftests, self.settings.pytest.get("env", []))

    def look(self) -> Findings:
        packages = self.packages = find_packages(self.root, self.top, self.tests_dir)
        project_kind.refuse_old_pydantic(packages)
        plugin = self.root / self.tests_dir / PLUGIN
        tests = self.settings.test_folders
        self.roots = self._roots(tests)
        self.tree = ProjectTree(self.sources, self.roots, [plugin])
        found_apps = find_project_apps(self.tree, plugin)
        if not found_apps and "app" not in self.given:
            project_kind.refuse_other_frameworks(self.root, packages, self.tree)
        calls = Calls(self.tree)
        urls = find_database_urls(calls, self.tree.app_modules)
        url = urls[0] if urls else DatabaseUrl("")
        in_tests = find_database_urls(calls, self.tree.test_modules)
        named = url.driver()
        project_kind.refuse_other_databases(packages, named)
        project_kind.refuse_other_libraries(self.tree)
        migrations = next(iter(find_migrations(self.root)), None)
        tests_found = self.tests.finding()
        app = self._app(found_apps)
        sessions = find_session_dependencies(self.tree)
        if not sessions and "session_dependency" not in self.given and urls and not url.is_async:
            raise AdoptionError(
                f"The app's engine is sync ({url.where}), and no dependency gives a session. "
                "The plugin is for async SQLAlchemy."
            )
        session = self._chosen("session_dependency", "The dependency that gives a session", sessions, "app.db:get_db")
        metadata = self._chosen(
            "metadata", "The MetaData of the models", find_metadata(self.tree, migrations), "app.models:Base.metadata"
        )
        driver = self._driver(named, project_kind.driver_of_packages(packages))
        variables = self._variables(url, [*urls[1:], *in_tests], driver.value)
        self.interpreter, self.manager = self._installed()
        return Findings(
            app=app,
            session_dependency=session,
            metadata=metadata,
            migrations=self._migrations(migrations),
            database_url=self._url(url),
            url_variables=variables,
            driver=driver,
            tests=tests_found,
            settings=self.pytest_settings.finding(self.root),
            manager=self.manager.finding,
            client=project_kind.find_client(tests, self.sources),
            has_server_variable=self._uses("TEST_DATABASE_URL"),
            is_host_checked=any("TrustedHostMiddleware" in each.imports for each in self.tree.app_modules),
            written_urls=[*self._written(url, in_tests, driver.value), *self._assigned(variables, driver.value)],
        )

    def _parse_newer(self, path: Path) -> ast.Module | None:
        try:
            self.newer_python = self.newer_python or find_python(self.root, self.python)
            return parse_newer(self.root, self.newer_python, path)
        except NoInterpreterError:  # it has none, which is reported in its turn
            return None

    def _installed(self) -> tuple[Path, PackageManager]:
        """Return the project's interpreter and its package manager, or name the command that makes the first."""
        folder = f"{self.tests_dir}/{PLUGIN}"
        try:
            python = find_python(self.root, self.python)
        except NoInterpreterError as error:
            if self.python is not None:
                raise
            command = find_package_manager(self.root, self.top, folder, Path("python")).installing
            raise AdoptionError(
                f"No Python environment was found in {self.root}. Install the project's dependencies there, "
                f"or name its interpreter with --python PATH:\n    {command}"
            ) from error
        return python, find_package_manager(self.root, self.top, folder, python)

    def _roots(self, tests: list[Path]) -> list[Path]:
        """Return the folders in which imports are looked up. `src` is one unless the code imports `src.something`."""
        given = [self.root / each for each in self.settings.pytest.get("pythonpath", [])]
        src = self.root / "src"
        is_root = src.is_dir() and not (src / "__init__.py").exists() and not self._imports_src(tests)
        return list(dict.fromkeys([*given, self.root, *([src] if is_root else []), *self.tests.import_roots()]))

    def new_root_of(self, app: Finding) -> str:
        """Return the folder from which the app is imported, if pytest's setting `pythonpath` does not name it yet."""
        package = app.value.partition(":")[0].partition(".")[0]
        given = {(self.root / each).resolve() for each in self.settings.pytest.get("pythonpath", [])}
        found = next((root for root in self.roots if is_module(root, package)), self.root)
        return "" if found.resolve() in given else self.sources.shown(found)

    def _imports_src(self, tests: list[Path]) -> bool:
        files = [path for folder in tests if folder != self.root for path in sorted(folder.rglob("*.py"))]
        return any(b"from src." in path.read_bytes() or b"import src." in path.read_bytes() for path in files)

    def _app(self, choices: list[Finding]) -> Finding:
        if "app" in self.given:
            return Finding(self.given["app"], "--app")
        if len(choices) == 1:
            return choices[0]
        used = [(each, where) for each in choices if (where := is_imported_by_tests(self.tree, each.value))]
        if len(used) == 1:
            return Finding(used[0][0].value, f"{used[0][0].where}, imported in {used[0][1]}")
        if (outer := find_outer_app(self.tree, choices)) is not None:
            return outer
        return self._answer("app", f"One app of {len(choices)}", choices, "app.main:app")

    def _chosen(self, key: str, what: str, found: list[Finding], example: str) -> Finding:
        if key in self.given:
            return Finding(self.given[key], f"--{key.replace('_', '-')}")
        return found[0] if found else self._answer(key, what, [], example)

    def _answer(self, key: str, what: str, choices: list[Finding], example: str) -> Finding:
        return Finding(self.ask(what, key.replace("_", "-"), example, choices), "your answer")

    def _migrations(self, found: Migrations | None) -> Finding:
        if "migrations" in self.given:
            named = self.given["migrations"]
            if named != CREATE_ALL and not (self.root / named).is_file():
                raise AdoptionError(f"There is no {named} in {self.root}. Give --migrations a file, or {CREATE_ALL}.")
            return Finding(named, "--migrations")
        return found.finding(self.root) if found else Finding(CREATE_ALL, "no revision of Alembic was found")

    def _driver(self, named: Finding | None, declared: Finding | None) -> Finding:
        if "driver" in self.given:
            return Finding(self.given["driver"], "--driver")
        if named is not None and named.value in project_kind.DRIVERS.values():
            return named
        if declared is not None:
            return declared
        if named is not None and named.value.startswith(("postgresql+psycopg2", "sqlite")):
            raise AdoptionError(
                f"The app uses the driver {named.value} ({named.where}), which is not async. "
                "The plugin needs async SQLAlchemy."
            )
        project_kind.refuse_sync_drivers(self.packages)
        return self._answer("driver", "The driver of the database URL", [], "postgresql+asyncpg")

    def _url(self, url: DatabaseUrl) -> Finding:
        if "database_url_variable" in self.given:
            return Finding(self.given["database_url_variable"], "--database-url-variable")
        return url.finding

    def _variables(self, url: DatabaseUrl, others: list[DatabaseUrl], driver: str) -> dict[str, list[str]]:
        given = self.given.get("database_url_variable")
        if not given and not url.variables and not url.texts:
            what = "The environment variable of the database URL"
            given = self.ask(what, "database-url-variable", "DATABASE_URL", [])
        return {"url": [given]} if given else all_variables(url, others, driver)

    def _written(self, url: DatabaseUrl, in_tests: list[DatabaseUrl], driver: str) -> list[str]:
        return [] if "database_url_variable" in self.given else find_written_urls(url, in_tests, driver)

    def _assigned(self, variables: dict[str, list[str]], driver: str) -> list[str]:
        """Return the URLs that the suite itself gives the variables. What cannot be read is kept, for an edit."""
        names = {name: part for part, names in variables.items() for name in names}
        given = self.environment
        urls = {name: given.get(name, "") for name, part in names.items() if part == "url" or "+" in part}
        found = find_own_variables(self.tree, names)
        written = {each.name: url for each in found if (url := without_account(urls.get(each.name, ""), driver))}
        self.own_variables = [each for each in found if each.name not in written]
        return list(dict.fromkeys(written.values()))

    def _uses(self, variable: str) -> bool:
        """Return whether the project reads an environment variable of this name."""
        texts = (
            node.value
            for each in self.tree.modules.values()
            for node in ast.walk(each.source.tree)
            if isinstance(node, ast.Constant)
        )
        return any(text == variable for text in texts)
