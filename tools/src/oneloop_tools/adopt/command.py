"""One adoption: look, show, confirm, ask, write, and run the suite before and after."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from oneloop_tools.errors import PROGRAM, counted
from oneloop_tools.interpreter import find_python

from . import edits
from .confirmation import SHOWN, Confirmed, confirm
from .entry import answers
from .finding import AdoptionError, Finding, Findings, NotFoundError
from .investigation import Investigation
from .migrations import CREATE_ALL
from .needed_versions import read_needed, refuse_old_versions
from .own_databases import find_database_fixtures
from .plugin_table import draft_table
from .pytest_root import find_root
from .repository import open_repository, refuse_windows_path, top_of
from .suite_run import SuiteRun, difference, run_suite
from .template_copy import Template, copy, find_template
from .tests_folder import PLUGIN
from .written_urls import urls_of_engines


def run(options: argparse.Namespace, pytest_arguments: Sequence[str]) -> int:
    """Adopt the project that the options name, and return the exit status."""
    given = answers(options)
    for name, value in given.items():
        refuse_windows_path(value, f"--{name.replace('_', '-')}")
    if Path(given.get("tests_dir", "tests")).name != "tests":
        raise AdoptionError(f"--tests-dir {given['tests_dir']} does not end in tests. Name a folder called tests.")
    folder = open_repository(options.repo, allow_dirty=options.allow_dirty or options.dry_run)
    root = find_root(folder)
    if "{{" in str(root.relative_to(folder)):
        raise AdoptionError(f"{root} is part of a template. Render the template, and adopt what it makes.")
    return _Adoption(options, given, root, list(pytest_arguments)).run()


class _Adoption:
    def __init__(self, options: argparse.Namespace, given: dict[str, str], root: Path, pytest: list[str]) -> None:
        self.options = options
        self.root = root
        self.pytest = pytest
        self.started = time.monotonic()
        self.look = Investigation(root, top_of(root), given, options.python, self._ask)

    def run(self) -> int:
        self._refuse_what_is_there()
        try:
            findings = self.look.look()
        except AdoptionError:
            self._say_what_was_left_out()  # which may be why something was not found
            raise
        say(f"Found in {self.root}, without importing anything:")
        show(findings)
        self._say_what_was_left_out()
        environment = self.look.environment
        template = find_template(self.options.template)
        needed = read_needed(template)
        confirmed = confirm(
            self.root,
            self.look.interpreter,
            findings,
            self.look.roots,
            environment,
            packages=needed,
            installing=self.look.manager.installing,
        )
        findings.driver = self._driver(findings, confirmed)
        if not findings.url_variables and not findings.written_urls:
            findings.written_urls = urls_of_engines(confirmed.engines, self.root)
        if confirmed.is_in_memory and not findings.written_urls and "migrations" not in self.look.given:
            findings.migrations = Finding(CREATE_ALL, "the app's database is in memory")
        show_confirmed(findings, confirmed)
        installed = {**confirmed.versions, "python": confirmed.python}
        refuse_old_versions(needed, installed, self.look.packages, self.look.manager)
        changes = self._edits(findings, confirmed)
        self._show_changes(changes)
        if self.options.dry_run:
            say("Nothing was written.")
            return 0
        if not self._is_wanted():
            raise AdoptionError("The adoption was not wanted.")
        return self._write(findings, template, changes)

    def _say_what_was_left_out(self) -> None:
        for problem in self.look.sources.problems:
            say(f"  {problem}")

    def _write(self, findings: Findings, template: Template, changes: list[edits.Edit]) -> int:
        before = self._suite("as it was")
        copy(template, self.root, findings.answers(self.look.tests_dir))
        edits.write(changes)
        reason = self.look.manager.install(self.root)
        if reason is not None:
            say(f"The plugin is written, and it is not installed: {reason}\nRun this in {self.root}:")
            say(f"    {self.look.manager.shown}")
            return 1
        # The package manager may have made an environment.
        self.look.interpreter = find_python(self.root, self.options.python)
        after = self._suite("with the plugin")
        lines = counted(sum(each.lines for each in changes), "line")
        say(f"Adopted in {time.monotonic() - self.started:.0f} s, with {lines} in {len(changes)} of your files.")
        if before is None or after is None:
            return 0
        for line in difference(before, after):
            say(line)
        say("Next: read docs/testing/migration.md, then run the audit:")
        say(f"    {PROGRAM} audit {self.root}")
        passed = {name for name, outcome in before.outcomes.items() if outcome == "passed"}
        return int(any(after.outcome(name) != "passed" for name in passed))

    def _suite(self, how: str) -> SuiteRun | None:
        if self.options.no_tests:
            return None
        say(f"Running the suite {how} ...")
        return run_suite([str(self.look.interpreter)], self.root, self.pytest)

    def _refuse_what_is_there(self) -> None:
        plugin = self.root / self.look.tests_dir / PLUGIN
        if (plugin / "oneloop/plugin.py").is_file():
            raise AdoptionError(f"{self.root} has the plugin already. To renew it, run there:\n    oneloop update")
        # Caches stay where git took an adoption back.
        if any(each.is_file() and "__pycache__" not in each.parts for each in plugin.rglob("*")):
            raise AdoptionError(f"{plugin} is there already, and the plugin needs that name. Rename yours.")
        if any((self.root / "docs/testing").glob("*.md")):
            raise AdoptionError(
                f"{self.root / 'docs/testing'} has pages already, and the plugin's are written there. Rename yours."
            )

    def _edits(self, findings: Findings, confirmed: Confirmed) -> list[edits.Edit]:
        drafts = edits.Drafts()
        root = "" if confirmed.is_importable else self.look.new_root_of(findings.app)
        self.look.pytest_settings.draft(drafts, confirmed.versions.get("pytest-asyncio", ""), root)
        draft_table(drafts, self.root / "pyproject.toml", findings)
        for fixture in find_database_fixtures(self.look.tree):
            if fixture.gives:
                say(f"{fixture.where}: `{fixture.node.name}` makes a database of its own, and gives it to tests.")
                say("    The plugin's is the only one that they may use: let it use that one.")
            else:
                fixture.draft(drafts)
        for variable in self.look.own_variables:
            variable.draft(drafts)
        self.look.manager.draft(drafts, f"{self.look.tests_dir}/{PLUGIN}")
        return drafts.edits()

    def _show_changes(self, changes: list[edits.Edit]) -> None:
        tests = self.look.tests_dir
        would = "Would" if self.options.dry_run else "Will"
        say(f"{would} write: {tests}/harness/, {tests}/seam.py, docs/testing/, .copier-answers.yml")
        say(f"{would} change in your files:")
        for each in changes:
            sys.stdout.write(each.diff(self.root))
        sys.stdout.flush()
        say(f"Then: {self.look.manager.shown}")
        if self.look.manager.warning:
            say(f"  {self.look.manager.warning}")

    def _driver(self, findings: Findings, confirmed: Confirmed) -> Finding:
        if confirmed.driver and confirmed.driver != findings.driver.value and "driver" not in self.look.given:
            return Finding(confirmed.driver, "the engine that the app made")
        return findings.driver

    def _is_wanted(self) -> bool:
        if self.options.yes:
            return True
        if not sys.stdin.isatty():
            raise AdoptionError("There is no terminal in which to press Enter. To make these changes, add --yes.")
        return not input("Press Enter to write this, or type n: ").strip()

    def _ask(self, what: str, option: str, example: str, choices: list[Finding]) -> str:
        if self.options.yes or not sys.stdin.isatty():
            if choices:
                listed = "\n".join(f"    --{option} {each.value}   ({each.where})" for each in choices)
                raise AdoptionError(f"{what} has to be chosen. Name it:\n{listed}")
            raise NotFoundError(what, option, example)
        for each in choices:
            say(f"    {each.value}  {each.where}")
        answer = input(f"{what} was not found. Name it, for example {example}: ").strip()
        if not answer:
            raise NotFoundError(what, option, example)
        return answer


def show(findings: Findings) -> None:
    width = min(max(len(each.value) for _, each in findings.rows()), 44)
    for name, each in findings.rows():
        say(f"  {name:18}  {each.value:{width}}  {each.where}".rstrip())


def show_confirmed(findings: Findings, confirmed: Confirmed) -> None:
    versions = ", ".join(f"{name} {confirmed.versions[name]}" for name in SHOWN if name in confirmed.versions)
    say(f"Confirmed by Python {confirmed.python} of the project: {versions}")
    if confirmed.needs:
        needed = ", ".join(confirmed.needs)
        say(f"  {findings.app.value} needs {needed}: complete the fixture of the app in tests/seam.py.")
    if confirmed.tables is not None:
        say(f"  {findings.metadata.value} has {counted(confirmed.tables, 'table')}.")
    if confirmed.session is None:
        say(f"  not confirmed: {findings.session_dependency.value} cannot be imported.")
    if confirmed.marked:
        say(f"  The app's engine follows {findings.database_url.value}, with {confirmed.marked[0]['driver']}.")
    elif findings.written_urls and not findings.url_variables:
        say(f"  The app's URL is in its code: {findings.written_urls[0]}. The plugin puts the test database there.")
    elif confirmed.is_in_memory:
        say("  The app's database is in memory, and stays as it is. The plugin's has the tables of the metadata.")
    elif confirmed.engines:
        say(f"  The app's engine does not follow {findings.database_url.value}: see docs/testing/migration.md.")
    elif findings.url_variables or findings.written_urls:
        say("  not confirmed: the app makes its engine later than at import.")
    else:
        say(f"  not found: the URL of the engine at {findings.database_url.where}. Write it below [tool.oneloop]:")
        say(f'    database_urls = ["{findings.driver.value}:///path/of/the.db"]')


def say(line: str) -> None:
    """Print to stderr. Standard output has the diff alone."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
