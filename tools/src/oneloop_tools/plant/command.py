"""One run of the command: copy the project, find the places, run the tests, plant, report."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from oneloop_tools.convert.files import check_path
from oneloop_tools.errors import counted
from oneloop_tools.interpreter import find_python, project_environment, source_folder
from oneloop_tools.project import ProjectSettings

from .errors import NoForkError, PlantError
from .kinds import KINDS
from .outcome import Baseline, Outcome, missing
from .places import Places, changed_lines, find_places, is_changed
from .planting import examine, plant
from .project_copy import ProjectCopy, copy_project
from .project_process import Start
from .report import render, to_json
from .workers import Worker, find_coverage


def run(root: Path, options: argparse.Namespace) -> int:
    """Plant bugs in the project in `root`, and return the exit status."""
    _check(options, root)
    baseline = Baseline.read(options.baseline)
    with _stoppable(), TemporaryDirectory(prefix="oneloop-plant-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        copy = copy_project(root, folder / "0")
        places = _find(root, copy, options)
        if options.list:
            sys.stdout.write("\n".join(f"{bug.id}  line {bug.line}\n{bug.diff}" for bug in places.bugs) + "\n")
            return 0
        outcomes = _plant(root, copy, places, options, baseline)
    return _report(outcomes, places, options, baseline)


def _check(options: argparse.Namespace, root: Path) -> None:
    if not hasattr(os, "fork"):
        raise NoForkError
    options.paths = [check_path(root, each) for each in options.paths]
    names = {kind.name for kind in KINDS}
    for each in options.kind:
        if each not in names:
            raise PlantError(f"There is no kind {each!r}. docs/planting.md lists them.")
    for each in options.env:
        if "=" not in each:
            raise PlantError(f"--env {each} has no value. Write --env NAME=VALUE.")
    if options.update and options.baseline is None:
        raise PlantError("--update needs --baseline FILE.")
    if options.baseline is not None and not options.baseline.exists() and not options.update:
        raise missing(options.baseline)


def _find(root: Path, copy: ProjectCopy, options: argparse.Namespace) -> Places:
    files = (path.relative_to(copy.root).as_posix() for path in copy.root.rglob("*.py"))
    places = find_places(copy.root, options.paths, options.kind, files)
    if options.since is None:
        return places
    changed = changed_lines(root, options.since)
    return Places([bug for bug in places.bugs if is_changed(bug, changed)], places.files, places.left_out)


def _plant(
    root: Path, copy: ProjectCopy, places: Places, options: argparse.Namespace, baseline: Baseline
) -> list[Outcome]:
    bugs = places.bugs
    if not bugs:
        return []
    with source_folder() as source, open_workers(root, copy, source, options, len(bugs)) as workers:
        _tell(
            f"{counted(len(bugs), 'place')} in {counted(len(places.files), 'file')}. The tests run twice without a bug."
        )
        isolated = ProjectSettings.of(root).is_isolated
        folder = copy.root.parent
        suite = examine(workers, options.pytest, places.files, options.limit, folder, isolated=isolated)
        _tell(f"{counted(len(suite.reach.tests), 'test')} passed. Planting with {counted(len(workers), 'worker')}.")
        done: list[Outcome] = []

        def tell(outcome: Outcome) -> None:
            done.append(outcome)
            if outcome.missed or len(done) % 50 == 0:
                missed = sum(each.missed for each in done)
                _tell(f"{len(done)} of {len(bugs)}, {missed} not caught: {outcome.bug.id} {outcome.state}")

        return plant(workers, suite, bugs, baseline, tell)


@contextmanager
def open_workers(
    root: Path, copy: ProjectCopy, source: Path, options: argparse.Namespace, most: int
) -> Iterator[list[Worker]]:
    """Start a worker for each processor, or fewer: `most`, or one where the tests share a database."""
    python = find_python(root, options.python)
    environment = project_environment(source, python.parent, os.environ)
    if (folder := find_coverage(python, copy.root.parent / "coverage", environment)) is not None:
        environment["PYTHONPATH"] = os.pathsep.join([environment["PYTHONPATH"], str(folder)])
    environment["CI"] = "true"  # the plugin keeps no migrated template then: a planted migration makes a wrong one
    settings = ProjectSettings.of(root)
    # Oneloop's plugin gives each run a database of its own. Other suites share one, unless --env tells them apart.
    separate = settings.plugin_folder.is_dir() or any("{worker}" in each for each in options.env)
    count = options.workers or (os.cpu_count() or 1 if separate else 1)
    packages = [*options.path, *(each for each in ("src", ".") if (root / each).is_dir())]
    copies = [copy, *(copy.again(number) for number in range(1, min(count, most)))]  # before a test writes there
    with ExitStack() as stack:
        workers = []
        for number, own in enumerate(copies):
            given = dict(each.replace("{worker}", str(number)).split("=", 1) for each in options.env)
            worker = Worker(Start(python, root, own.root, packages, environment | given), own)
            stack.callback(worker.close)
            workers.append(worker)
        yield workers


@contextmanager
def _stoppable() -> Iterator[None]:
    """End at SIGTERM as at Ctrl-C, so that nothing is left."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(outcomes: list[Outcome], places: Places, options: argparse.Namespace, baseline: Baseline) -> int:
    if options.json is not None and str(options.json) != "-":
        options.json.write_text(to_json(outcomes, places.left_out), "utf-8")
    if str(options.json) == "-":
        sys.stdout.write(to_json(outcomes, places.left_out))
    else:
        sys.stdout.write(render(outcomes, places.left_out, verbose=options.verbose) + "\n")
    whole = not (options.paths or options.kind or options.since)
    if options.baseline is None:
        return int(any(each.missed for each in outcomes))
    if options.update and not options.baseline.exists():
        Baseline.of(outcomes).write(options.baseline)
        _tell(f"{options.baseline} is written. Commit it.")
        return 0
    new, solved = baseline.compare(outcomes, whole=whole)
    if solved and options.update:
        baseline.without(solved).write(options.baseline)
        _tell(f"{options.baseline} is shorter by {len(solved)}. Commit it.")
    elif solved:
        bugs = counted(len(solved), "bug")
        _tell(f"{bugs} of {options.baseline} caught or gone now: {solved[0]}. Remove with --update.")
    if new:
        _tell(f"{counted(len(new), 'bug')} not caught and not in {options.baseline}: {new[0].bug.id}")
    return int(bool(new))


def _tell(line: str) -> None:
    sys.stderr.write(f"plant: {line}\n")
    sys.stderr.flush()
