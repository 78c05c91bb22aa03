"""One planting: two runs without a bug, a run for each bug, and one more without."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from .errors import (
    BrokenError,
    FlakyTestsError,
    ForeignModuleError,
    HangingTestsError,
    NoTestsError,
    NotImportedError,
    RedTestsError,
)
from .order import Order
from .outcome import Baseline, Outcome, judge
from .places import Bug
from .reach import IMPORTS, WIDE, Reach
from .related import Related
from .suite_run import Job, SuiteRun
from .workers import Worker

LEAST_SECONDS, TIMES_AS_LONG = 20.0, 4.0


@dataclass(frozen=True)
class Suite:
    """The tests of the project, which pass without a bug."""

    arguments: Sequence[str]
    reach: Reach
    seconds: dict[str, float]
    longest: float  # that a run may take
    order: Order

    def limit(self, tests: Sequence[str]) -> float:
        usual = sum(self.seconds.get(test, 0.0) for test in tests)
        return min(self.longest, LEAST_SECONDS + TIMES_AS_LONG * usual)


def examine(
    workers: Sequence[Worker],
    arguments: Sequence[str],
    files: Sequence[str],
    limit: float,
    folder: Path,
    *,
    isolated: bool,
) -> Suite:
    """Run the tests twice: once to see which lines they reach, and once as they will run with a bug.

    The tests of an `isolated` suite leave nothing behind and pass in any order.
    """
    contexts = folder / "contexts.json"
    first = workers[0].run(Job(arguments, limit, contexts=contexts, files=files))
    _check(first, limit)
    red = _failed(first)
    if red:
        second = workers[0].run(Job(arguments, limit))
        both = [test for test in red if test in _failed(second)]
        raise RedTestsError(both) if both else FlakyTestsError(red)
    reach = Reach.read(contexts, [*first.seconds])
    for worker in workers:
        worker.preload(reach.modules)
    second = (_collect(workers, arguments, limit) if isolated else None) or workers[-1].run(Job(arguments, limit))
    _check(second, limit)
    if flaky := _failed(second):
        raise FlakyTestsError(flaky)
    related = Related.read(workers[0].copy.root, files)
    return Suite(arguments, reach, second.seconds, limit, Order(reach, related, second.seconds, by_file=not isolated))


def _collect(workers: Sequence[Worker], arguments: Sequence[str], limit: float) -> SuiteRun | None:
    """Have each worker collect once for all runs. None if the tests do not pass then: each run collects its own."""
    for worker in workers:
        worker.collect(arguments)
    with ThreadPoolExecutor(len(workers)) as pool:
        runs = list(pool.map(lambda worker: _run_collected(worker, Job(arguments, limit)), workers))
    passed: list[SuiteRun] = [run for run in runs if run is not None and run.status == 0]
    if len(passed) == len(workers):
        return passed[0]
    for worker in workers:
        worker.collect_no_more()
    return None


def _run_collected(worker: Worker, job: Job) -> SuiteRun | None:
    worker.prepare()
    return worker.run_collected(job)


def _check(run: SuiteRun, limit: float) -> None:
    if run.why == "late":
        raise HangingTestsError(run.last, limit)
    if run.foreign is not None:
        raise ForeignModuleError(*run.foreign)
    for each in run.failures:
        if each.phase == "collection":
            raise NotImportedError(each.test, each.what)
    if not run.seconds:
        raise NoTestsError(run.status, run.log)


def _failed(run: SuiteRun) -> list[str]:
    return list(dict.fromkeys(each.test for each in run.failures))


def plant(
    workers: Sequence[Worker], suite: Suite, bugs: Sequence[Bug], baseline: Baseline, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    """Plant each bug in the copy of a worker, and run the tests that reach it until one fails."""
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def plant_next(bug: Bug) -> Outcome:
        worker = idle.get()
        try:
            return _plant_one(worker, suite, bug, baseline)
        finally:
            idle.put(worker)

    found = []
    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            for outcome in pool.map(plant_next, bugs):
                tell(outcome)
                found.append(outcome)
            by = {each.by for each in found if each.state == "caught"} & suite.seconds.keys()
            killers = [test for test in suite.reach.tests if test in by]
            list(pool.map(lambda worker: _check_again(worker, suite, killers), workers))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.close()
            raise
    return found


def _plant_one(worker: Worker, suite: Suite, bug: Bug, baseline: Baseline) -> Outcome:
    if reason := baseline.reason(bug.id):
        return Outcome(bug, "equivalent", how=reason)
    tests = suite.order.tests(bug)
    if not tests:
        return Outcome(bug, "not reached")
    outcome = run_with(worker, suite, bug, tests)
    if outcome.by in suite.seconds:
        suite.order.learn(bug, outcome.by)
    return outcome


def run_with(worker: Worker, suite: Suite, bug: Bug, tests: Sequence[str]) -> Outcome:
    """Plant a bug, and run these tests until one fails."""
    job = Job(suite.arguments, suite.limit(tests), tests, planted=bug.path)
    contexts = suite.reach.contexts(bug)
    worker.prepare()
    with worker.copy.planted(bug.path, bug.content):
        run = worker.run_collected(job) if IMPORTS not in contexts else None
        # What a wide fixture made before, such as a template of the databases, was made without the bug.
        if run is None or (run.status == 0 and WIDE in contexts):
            run = worker.run(job)
    if run.foreign is not None:
        raise ForeignModuleError(*run.foreign)
    if run.why == "ended" and run.status and not run.failures:
        # pytest did not start. Was that the bug, or does nothing run any more?
        quickest = min(suite.seconds, key=lambda test: suite.seconds[test])
        _check_again(worker, suite, [quickest])
    return judge(bug, run, len(tests), job.limit)


def _check_again(worker: Worker, suite: Suite, tests: Sequence[str]) -> None:
    """Run tests without a bug: what one bug left behind would count as the failure of another."""
    if tests:
        job = Job(suite.arguments, suite.limit(tests), tests)
        run = _run_collected(worker, job) or worker.run(job)
        if run.status:
            raise BrokenError(run.log)
