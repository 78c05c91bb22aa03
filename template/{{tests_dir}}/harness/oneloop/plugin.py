"""The pytest plugin: its options, its header, and the list of its parts."""

from importlib import import_module
from types import ModuleType

import pytest

from .config import CONFIG, find_config


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Read the configuration before any conftest.py imports the app."""
    config = find_config(early_config)
    if config is None:
        return
    early_config.stash[CONFIG] = config
    group = parser.getgroup("oneloop", "the plugin in tests/harness/")
    group.addoption(
        "--live", action="store_true", help="send every async client through a real server"
    )
    group.addoption(
        "--update-contract", action="store_true", help="accept the API as it is, by its snapshot"
    )
    if config.existing_suite:
        import_module(f"{__package__}.adopted").name_database(early_config, config)


@pytest.hookimpl(tryfirst=True)  # before pytest-socket reads which hosts are allowed
def pytest_configure(config: pytest.Config) -> None:
    """Start the test run, and register the parts; do nothing for another package's suite."""
    if CONFIG not in config.stash:
        return
    # Imported here: another package's suite does not pay for them.
    from .policy.required_settings import check_settings  # noqa: PLC0415

    check_settings(config)
    for part in _parts(config):
        config.pluginmanager.register(part, part.__name__)


def _parts(config: pytest.Config) -> list[ModuleType]:
    from . import checks, each_test, fixtures, policy, report, session  # noqa: PLC0415

    parts = [session, each_test, *fixtures.PARTS, *policy.PARTS, *report.PARTS, checks]
    if config.stash[CONFIG].existing_suite:
        parts += import_module(f"{__package__}.adopted").PARTS
    return parts
