"""The process in the project. It imports the project's libraries once, or all of its tests, and forks for each run.

A job is a line of JSON on standard input, its result a line on standard output. At the end of standard input, which is
also the end of the tool, the running tests are ended and the process exits.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from .child_run import ChildRun, Jobs, redirect


def put_copy_first(original: Path, copy: Path, packages: list[str]) -> None:
    """Import from the copy what an editable installation would import from the original."""
    inside = [Path(each) for each in sys.path if each and Path(each).is_relative_to(original)]
    own = [each for each in inside if "site-packages" not in each.parts]
    paths = [str(copy / each.relative_to(original)) for each in own]
    first = list(dict.fromkeys([*(str(copy / each) for each in packages), *paths]))
    others = [each for each in sys.path if each and each not in first and Path(each) not in own]
    sys.path[:] = [*first, *others]
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*first, *filter(None, given)]))


def preload(modules: list[str]) -> None:
    """Import libraries. One that cannot be imported alone is imported by the tests."""
    for name in modules:
        with suppress(BaseException):
            import_module(name)
    gc.collect()
    gc.freeze()  # the collector of a child need not visit it


def run_in_child(run: ChildRun, job: dict[str, Any]) -> None:
    status = 70
    try:
        redirect(job["log"])
        from .suite import run_suite  # noqa: PLC0415  pytest is the project's

        status = run_suite(job, run.writing)
    except BaseException:  # noqa: BLE001  the report has the log
        import traceback  # noqa: PLC0415  no other run needs it

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    jobs = Jobs()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = jobs.read() or sys.exit()
    os.chdir(settings["copy"])
    put_copy_first(Path(settings["original"]), Path(settings["copy"]), settings["packages"])
    if settings["collect"] is not None:
        from .collected import serve  # noqa: PLC0415  pytest is the project's

        serve(jobs, settings)
        return
    while (job := jobs.read()) is not None:
        if "preload" in job:
            preload(job["preload"])
            continue
        run = ChildRun()
        if run.is_child:
            run_in_child(run, job)
        if not jobs.wait(run, job["limit"]):
            return


if __name__ == "__main__":
    main()
