"""The entry point that pytest loads: the options, the packages it needs and the list of parts."""

import gc
from importlib import import_module
from importlib.metadata import distributions, requires
from runpy import run_path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from .config import CONFIG, TESTS, ProjectConfig, find_config


@pytest.hookimpl(tryfirst=True)  # before any conftest.py imports the app
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    config = find_config(early_config)
    if config is None:
        return
    _check_packages(config)
    early_config.stash[CONFIG] = config
    gc.disable()  # until all is collected: nothing that is imported becomes garbage
    early_config.add_cleanup(gc.enable)
    group = parser.getgroup("oneloop", "the test plugin in tests/harness/")
    group.addoption("--live", action="store_true", help="send every async client through a real server")
    group.addoption("--update-contract", action="store_true", help="save the app's API as the new contract")
    if config.existing_suite:
        import_module(f"{__package__}.adopted").name_database(early_config, config)
    else:
        import_module(f"{__package__}.session").start_early(early_config, config)


@pytest.hookimpl(tryfirst=True)  # before pytest-socket reads which hosts are allowed
def pytest_configure(config: pytest.Config) -> None:
    if CONFIG not in config.stash:
        return
    # Imported here, so that the suites of other packages do not pay for it.
    from .policy.required_settings import allow_hosts, check_settings  # noqa: PLC0415

    check_settings(config)
    allow_hosts(config)
    for part in _parts(config):
        config.pluginmanager.register(part, part.__name__)


def _check_packages(config: ProjectConfig) -> None:
    wrong = {}
    for needed in map(Requirement, requires("oneloop-vendored") or ()):
        found = next((each.version for each in distributions(name=needed.name)), "")
        applies = needed.marker is None or needed.marker.evaluate()
        if applies and not (found and needed.specifier.contains(found, prereleases=True)):
            is_wrong = f"{found} is too old" if found else "is not installed"
            wrong[needed.name] = f"{needed.name} {is_wrong}. The plugin needs {needed.specifier}."
    if wrong:
        command = "\n    uv sync " + " ".join(f"--upgrade-package {name}" for name in wrong)
        if config.existing_suite:  # by its path, since the room itself needs these packages
            file = TESTS / "harness/oneloop/adopted/needed_versions.py"
            command = run_path(str(file))["advice"](wrong, config.folder)
        raise pytest.UsageError("\n".join([*wrong.values(), f"Run:{command}"]))


def _parts(config: pytest.Config) -> list[ModuleType]:
    from . import checks, each_test, seam, session  # noqa: PLC0415  likewise
    from .fixtures import app_fixtures, database_fixtures  # noqa: PLC0415
    from .policy import client_policy, markers  # noqa: PLC0415
    from .report import known_errors, report_writer, stop_run  # noqa: PLC0415

    parts = [session, each_test, app_fixtures, database_fixtures, seam, client_policy, markers]
    parts += [known_errors, report_writer, stop_run, checks]
    if config.stash[CONFIG].existing_suite:
        parts += import_module(f"{__package__}.adopted").PARTS
    return parts
