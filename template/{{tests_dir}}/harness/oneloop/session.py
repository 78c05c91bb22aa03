"""The life of a test run: its server starts while pytest collects and stops at the end."""

import gc
import os
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import pytest
from sqlalchemy import make_url

from .config import CONFIG, ProjectConfig
from .database.run_server import RunServer
from .errors import OneloopError
from .postgres import PostgresUnavailable
from .test_run import NO_SERVER, RUN, WORKER, TestRun

WORKER_INPUT = "oneloop"


def start_early(config: pytest.Config, project: ProjectConfig) -> None:
    """Start the server before pytest imports the app, which takes about as long."""
    options = config.known_args_namespace
    if options.collectonly or options.help or options.version or WORKER in os.environ:
        return
    run = config.stash[RUN] = TestRun(project)
    config.add_cleanup(run.close)
    run.name_database(NO_SERVER)
    run.source.start(run.id, project.app_role)


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get(WORKER_INPUT)
    run = config.stash.get(RUN, None)
    if run is None:
        run = config.stash[RUN] = TestRun(config.stash[CONFIG], **(given["run"] if given else {}))
        config.add_cleanup(run.close)
    if given:
        admin, owner, app = map(make_url, given["urls"])
        run.server = RunServer(admin, owner, app, run.config.app_role)
        run.server_log = given["log"]
        if run.kept is not None:
            run.kept.server, run.kept.folder, run.kept.found = given["kept"]


def pytest_sessionstart(session: pytest.Session) -> None:
    run = session.config.stash[RUN]
    if session.config.option.collectonly:
        return
    try:
        if run.server is None:
            run.source.start(run.id, run.config.app_role)
        run.name_database(run.server or run.source.server(ready=False))
    except PostgresUnavailable:
        pass  # the first test that needs the server reports it
    except OneloopError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_finish(session: pytest.Session) -> None:
    run = session.config.stash[RUN]
    with suppress(Exception):  # the first test that needs it reports it; the end of the run would wait as well
        if run.server is None and not session.config.option.collectonly:
            run.source.server()
    # What was imported lives as long as the run, and each full collection would visit it: half a second in each run.
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    run = node.config.stash[RUN]
    server = run.connect().server
    node.workerinput[WORKER_INPUT] = {
        "run": {"id": run.id, "worker": node.workerinput["workerid"]},
        "urls": [url.render_as_string(hide_password=False) for url in (server.admin, server.owner, server.app)],
        "log": run.log and str(run.log),
        "kept": run.kept and (run.kept.server, run.kept.folder, run.kept.found),
    }


def pytest_report_header(config: pytest.Config) -> list[str]:
    source = config.stash[RUN].source
    kept = config.stash[RUN].kept
    template = f", migrated template of {kept.found['made']}" if kept and kept.found else ""
    lines = [f"oneloop {version('oneloop-vendored')}: {source.described}{template}, one loop"]
    names = (".copier-answers.oneloop.yml", ".copier-answers.yml")  # another template may have the second
    answers = next((file for name in names if (file := config.rootpath / name).is_file()), None)
    if answers and "\n_commit: " not in answers.read_text("utf-8", "replace"):
        lines.append(f"oneloop: {answers.name} names no release, so no update can come. See: uv run oneloop update")
    return lines
