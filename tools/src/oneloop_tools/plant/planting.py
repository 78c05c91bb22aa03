"""One planting: two runs without a bug, then a run for each bug."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from .errors import (
    BrokenError,
    FlakyTestsError,
    ForeignModuleError,
    HangingTestsError,
    NoTestsError,
    NotImportedError,
    RedTestsError,
)
from .outcome import Baseline, Outcome, judge
from .places import Bug
from .reach import Reach
from .workers import Job, SuiteRun, Worker

LEAST_SECONDS, TIMES_AS_LONG = 20.0, 4.0


@dataclass(frozen=True)
class Suite:
    """The tests of the project, which pass without a bug."""

    arguments: Sequence[str]
    reach: Reach
    seconds: dict[str, float]
    longest: float  # that a run may take

    def limit(self, tests: Sequence[str]) -> float:
        usual = sum(self.seconds.get(test, 0.0) for test in tests)
        return min(self.longest, LEAST_SECONDS + TIMES_AS_LONG * usual)

    def job(self, tests: Sequence[str]) -> Job:
        return Job(self.arguments, self.limit(tests), tests, planted=True)


def examine(
    workers: Sequence[Worker], arguments: Sequence[str], files: Sequence[str], limit: float, folder: Path
) -> Suite:
    """Run the tests twice: once to see which lines they reach, and once as they will run with a bug."""
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
    second = workers[-1].run(Job(arguments, limit))
    _check(second, limit)
    if flaky := _failed(second):
        raise FlakyTestsError(flaky)
    return Suite(arguments, reach, second.seconds, limit)


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
    waiting: SimpleQueue[Bug] = SimpleQueue()
    for bug in bugs:
        waiting.put(bug)
    with ThreadPoolExecutor(len(workers)) as pool:
        parts = [pool.submit(_work, worker, suite, waiting, baseline, tell) for worker in workers]
        try:
            found = [outcome for part in parts for outcome in part.result()]
        except BaseException:
            _drain(waiting)
            for worker in workers:
                worker.close()
            raise
    order = {bug.id: number for number, bug in enumerate(bugs)}
    return sorted(found, key=lambda outcome: order[outcome.bug.id])


def _work(
    worker: Worker, suite: Suite, waiting: "SimpleQueue[Bug]", baseline: Baseline, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    done = []
    for bug in _take(waiting):
        outcome = _plant_one(worker, suite, bug, baseline)
        tell(outcome)
        done.append(outcome)
    return done


def _plant_one(worker: Worker, suite: Suite, bug: Bug, baseline: Baseline) -> Outcome:
    if reason := baseline.reason(bug.id):
        return Outcome(bug, "equivalent", how=reason)
    tests = suite.reach.tests_of(bug)
    if not tests:
        return Outcome(bug, "not reached")
    job = suite.job(tests)
    with worker.copy.planted(bug.path, bug.content):
        run = worker.run(job)
    if run.foreign is not None:
        raise ForeignModuleError(*run.foreign)
    if run.why == "ended" and run.status and not run.failures:
        # pytest did not start. Was that the bug, or does nothing run any more?
        quickest = min(suite.seconds, key=lambda test: suite.seconds[test])
        without = worker.run(suite.job([quickest]))
        if without.status:
            raise BrokenError(without.log)
    return judge(bug, run, len(tests), job.limit)


def _take(waiting: "SimpleQueue[Bug]") -> Iterator[Bug]:
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return


def _drain(waiting: "SimpleQueue[Bug]") -> None:
    for _ in _take(waiting):
        pass
