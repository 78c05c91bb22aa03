"""The report on one project: from its app and its suite to the verdicts, as text or as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from starlette.applications import Starlette

from oneloop_tools.project import ProjectSettings

from .app.functions import Functions
from .app.load import choose_app, load, load_app
from .app.reach import Code, DependencyTrees
from .app.resources import has_sync_sessions_alone
from .app.routes import Routes
from .environment import environment_of
from .errors import NoTestsError
from .sources import Sources
from .suite.collection import CONFTEST, Finder, NamePatterns, Test, test_files, tests_of
from .suite.interpreter import Interpreter
from .suite.modules import Modules
from .suite.own_loop import own_loop
from .suite.record import Record
from .suite.values import SYNC
from .verdicts import CONVERT, FIRST, KEEP, OWN_LOOP, UNKNOWN, Finding, Judge, Subject, counted

VERSION = 1
TITLES = {
    FIRST: "Convert first: security",
    CONVERT: "Convert",
    OWN_LOOP: "On a loop of its own",
    UNKNOWN: "Unknown",
    KEEP: "Keep on TestClient",
}


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
        apart = [each for each in self.tests if each.name.startswith("test") and each != self.root]
        self.app_name = name or self.settings.app or choose_app(self.sources, self.import_roots, [*apart, plugin])
        folders = {each for path in self.tests for each in (path, *path.parents) if each.is_relative_to(self.root)}
        conftests = [p for folder in sorted({self.root, *folders}) if (p := folder / CONFTEST).is_file()]
        environment = environment_of(map(self.sources.read, conftests), self.settings.pytest.get("env", []))
        app = load_app(self.app_name, self.import_roots, {**self.settings.urls, **environment})
        named = session_dependency or self.settings.session_dependency
        dependency: Any = load(named) if named else None
        self.routes = Routes(app, DependencyTrees(Code(Functions(self.sources, plugin)), dependency))
        return app

    def read(self, app: Starlette, observed: Mapping[str, Seen] = NOTHING) -> Report:
        """Read every test that was not observed to its end, and judge all of them."""
        plugin = self.settings.plugin_folder
        own = [_whole_suite(path, self.root) for path in self.tests]
        modules = Modules(self.sources, [*own, plugin, self.root / CONFTEST], self.import_roots)
        finder = Finder(modules, self.root)
        interpreter = Interpreter(modules, finder, self.routes, app, plugin)
        judge = Judge(self.routes, self._routes_of, has_sync_sessions_alone())
        findings = []
        for test in self.collect(modules, interpreter):
            subject = Subject(test.nodeid, test.module.shown, test.node.lineno)
            seen = observed.get(test.nodeid)
            record = Record()
            if seen is not None:
                record.add(seen.record)
            if seen is None or not seen.whole:
                record.add(interpreter.read(test))
            record.own_loop = own_loop(test, finder.layers(test.module, test.owner))
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


def _whole_suite(path: Path, root: Path) -> Path:
    """Return the outermost folder of tests around a path: its helpers and fixtures are there."""
    above = [each for each in path.parents if each.is_relative_to(root) and each.name.startswith("test")]
    return next((each for each in reversed(above) if each != root), path)


def to_json(report: Report) -> str:
    """Return the report as JSON. docs/audit.md explains the keys."""
    tests = [
        {
            "nodeid": each.nodeid,
            "file": each.file,
            "line": each.line,
            "client": each.client,
            "routes": [{"method": method, "path": path} for method, path in each.routes],
            "reaches": list(each.reaches),
            "verdict": each.verdict,
            "why": each.why,
            "observed": each.observed,
        }
        for each in report.findings
    ]
    document = {
        "version": VERSION,
        "app": report.app,
        "totals": counted(report.findings),
        "tests": tests,
        "left_out": report.problems,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def render(report: Report) -> str:
    """Return the report. Tests that use the right client are counted and not listed."""
    seen = sum(each.observed for each in report.findings)
    run = f" {seen} of {len(report.findings)} tests were observed in the run." if seen else ""
    lines = [f"The app is {report.app}.{run}", ""]
    for verdict, title in TITLES.items():
        found = [f for f in report.findings if f.verdict == verdict and _is_listed(f)]
        if found:
            lines += [f"{title} ({len(found)})", *_rows(found), ""]
    if report.problems:
        lines += ["Files that were left out", *(f"  {each}" for each in report.problems), ""]
    return "\n".join([*lines, *_totals(report.findings)])


def _is_listed(finding: Finding) -> bool:
    return finding.verdict != KEEP or SYNC in finding.client


def _rows(found: list[Finding]) -> Iterator[str]:
    for each in found:
        yield f"  {each.nodeid}"
        routes = ", ".join(f"{method} {path}" for method, path in each.routes)
        if routes:
            yield f"      requests {routes}"
        if each.reaches:
            yield f"      reaches {', '.join(each.reaches)}"
        yield f"      {each.why}"


def _totals(findings: list[Finding]) -> list[str]:
    counts = Counter(_title(each) for each in findings)
    rows = [*TITLES.values(), "On an async client or a socket", "No client"]
    width = max(map(len, rows))
    lines = [f"{title:<{width}}  {counts[title]:>6}" for title in rows]
    wrong = counts[TITLES[FIRST]] + counts[TITLES[CONVERT]]
    alone = f", and {counts[TITLES[OWN_LOOP]]} a loop of their own" if counts[TITLES[OWN_LOOP]] else ""
    total = f"{'Tests':<{width}}  {len(findings):>6}"
    return [*lines, total, "", f"{wrong} of {len(findings)} tests use the wrong client{alone}."]


def _title(finding: Finding) -> str:
    if finding.verdict != KEEP or SYNC in finding.client:
        return TITLES[finding.verdict]
    return "No client" if finding.client == "none" else "On an async client or a socket"
