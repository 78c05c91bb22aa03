"""The audit of one project: what was found, from the app and the suite to the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from starlette.applications import Starlette

from .app.code import Code
from .app.functions import Functions
from .app.load import choose_app, load, load_app
from .app.routes import Routes
from .app.trees import Trees
from .errors import NoTestsError
from .settings import Settings, environment_of
from .sources import Sources
from .suite.collect import Names, Test, test_files, tests_of
from .suite.fixtures import CONFTEST, Finder
from .suite.frames import Record
from .suite.interpreter import Interpreter
from .suite.modules import Modules
from .verdicts import Finding, Judge, Subject

HARNESS = Path(__file__).parents[1]


class Seen(NamedTuple):
    """What a run has shown of a test; `whole` says that it went to its end."""

    record: Record
    whole: bool


NOTHING: Mapping[str, Seen] = {}


@dataclass
class Report:
    """What an audit has found; `problems` are the files that were left out."""

    app: str
    findings: list[Finding]
    problems: list[str]


@dataclass
class Project:
    """A project as the audit sees it from its root."""

    root: Path
    tests: Sequence[Path]
    settings: Settings
    sources: Sources
    app_name: str = ""
    routes: Routes = field(init=False)
    _others: dict[int, Routes] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path, tests: Sequence[Path]) -> "Project":
        """Look at a project: its settings, and the folders that its tests are in."""
        settings = Settings.of(root)
        listed = [root / each for each in settings.pytest.get("testpaths", [])]
        folders = list(tests) or [each for each in listed if each.exists()] or [HARNESS.parent]
        return cls(root, folders, settings, Sources(root))

    @property
    def places(self) -> list[Path]:
        """Return the folders that imports start from."""
        given = [self.root / each for each in self.settings.pytest.get("pythonpath", [])]
        found = [*given, self.root, *(p for p in [self.root / "src"] if p.is_dir())]
        return list(dict.fromkeys(found))

    def open_app(self, name: str | None, session_dependency: str | None) -> Starlette:
        """Import the app that was named, or the one that there is."""
        skipped = [*self.tests, HARNESS]
        self.app_name = name or self.settings.app or choose_app(self.sources, self.places, skipped)
        conftests = [p for folder in (self.root, *self.tests) if (p := folder / CONFTEST).is_file()]
        app = load_app(self.app_name, self.places, environment_of(self.sources, conftests))
        named = session_dependency or self.settings.session_dependency
        dependency: Any = load(named) if named else None
        code = Code(Functions(self.sources, HARNESS))
        self.routes = Routes(app, Trees(code, dependency))
        return app

    def read(self, app: Starlette, observed: Mapping[str, Seen] = NOTHING) -> Report:
        """Read every test that was not observed to its end, and judge all of them."""
        folders = [*self.tests, HARNESS, self.root / CONFTEST]
        modules = Modules(self.sources, folders, self.places)
        interpreter = Interpreter(modules, Finder(modules, self.root), self.routes, app, HARNESS)
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
        """Return the tests of the suite."""
        names = Names.of(self.settings)
        found: list[Test] = []
        for path in test_files(self.tests, names, [HARNESS]):
            module = modules.at(path)
            if module is not None:
                found += tests_of(module, names, interpreter.make_class)
        return found

    def _routes_of(self, app: object) -> Routes:
        assert isinstance(app, Starlette)
        if id(app) not in self._others:
            self._others[id(app)] = Routes(app, self.routes.trees)
        return self._others[id(app)]
