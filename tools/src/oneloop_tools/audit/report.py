"""The audit of one project, from its app and its suite to the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from starlette.applications import Starlette

from oneloop_tools.project_settings import ProjectSettings

from .app.code import Code
from .app.dependency_tree import DependencyTrees
from .app.functions import Functions
from .app.load import choose_app, load, load_app
from .app.routes import Routes
from .environment import environment_of
from .errors import NoTestsError
from .sources import Sources
from .suite.collect import NamePatterns, Test, test_files, tests_of
from .suite.fixtures import CONFTEST, Finder
from .suite.frames import Record
from .suite.interpreter import Interpreter
from .suite.modules import Modules
from .verdicts import Finding, Judge, Subject


class Seen(NamedTuple):
    """What a run has shown of a test. `whole` is False if the test did not reach its end."""

    record: Record
    whole: bool


NOTHING: Mapping[str, Seen] = {}


@dataclass
class Report:
    """What an audit found. `problems` has a sentence for each file that was left out."""

    app: str
    findings: list[Finding]
    problems: list[str]


@dataclass
class Project:
    root: Path
    tests: Sequence[Path]
    settings: ProjectSettings
    sources: Sources
    app_name: str = ""
    routes: Routes = field(init=False)
    _others: dict[int, Routes] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path, tests: Sequence[Path]) -> "Project":
        """Read a project's settings. `tests` are the folders that the user named, if any."""
        settings = ProjectSettings.of(root)
        return cls(root, list(tests) or settings.test_folders, settings, Sources(root))

    @property
    def import_roots(self) -> list[Path]:
        """The folders in which imports are looked up."""
        given = [self.root / each for each in self.settings.pytest.get("pythonpath", [])]
        found = [*given, self.root, *(p for p in [self.root / "src"] if p.is_dir())]
        return list(dict.fromkeys(found))

    def open_app(self, name: str | None, session_dependency: str | None) -> Starlette:
        """Import the app that was named, or the only one that there is."""
        plugin = self.settings.plugin_folder
        self.app_name = name or self.settings.app or choose_app(self.sources, self.import_roots, [*self.tests, plugin])
        conftests = [p for folder in (self.root, *self.tests) if (p := folder / CONFTEST).is_file()]
        app = load_app(self.app_name, self.import_roots, environment_of(self.sources, conftests))
        named = session_dependency or self.settings.session_dependency
        dependency: Any = load(named) if named else None
        self.routes = Routes(app, DependencyTrees(Code(Functions(self.sources, plugin)), dependency))
        return app

    def read(self, app: Starlette, observed: Mapping[str, Seen] = NOTHING) -> Report:
        """Read every test that was not observed to its end, and judge all of them."""
        plugin = self.settings.plugin_folder
        modules = Modules(self.sources, [*self.tests, plugin, self.root / CONFTEST], self.import_roots)
        interpreter = Interpreter(modules, Finder(modules, self.root), self.routes, app, plugin)
        judge = Judge(self.routes, self._routes_of)
        findings = []
        for test in self.collect(modules, interpreter):
            subject = Subject(test.nodeid, test.module.shown, test.node.lineno)
            seen = observed.get(test.nodeid)
            record = Record()
            if seen is not None:
                record.add(seen.record)
            if seen is None or not seen.whole:
                record.add(interpreter.read(test))
            findings.append(judge.judge(subject, record, observed=seen is not None))
        if not findings and not self.sources.problems:
            raise NoTestsError(self.tests)
        return Report(self.app_name, findings, self.sources.problems)

    def collect(self, modules: Modules, interpreter: Interpreter) -> list[Test]:
        """Return the tests that pytest would collect."""
        patterns = NamePatterns.of(self.settings.pytest)
        found: list[Test] = []
        for path in test_files(self.tests, patterns, [self.settings.plugin_folder]):
            module = modules.at(path)
            if module is not None:
                found += tests_of(module, patterns, interpreter.make_class)
        return found

    def _routes_of(self, app: object) -> Routes:
        assert isinstance(app, Starlette)
        if id(app) not in self._others:
            self._others[id(app)] = Routes(app, self.routes.trees)
        return self._others[id(app)]
