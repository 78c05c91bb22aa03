"""The marks by which a test asks for more than the wipe: checked when tests are collected."""

import inspect
from typing import Any

import pytest

from .refusal import refuse
from .run import RUN

MARKS = {
    "own_database": "give the test a database of its own, for what no wipe undoes: DDL, "
    "ALTER DATABASE, extensions",
    "restart_sequences": "let each sequence begin where the migrations left it",
}
URL = "database_url"


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marks to `pytest --markers`."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}. See docs/testing/isolation.md.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a mark with arguments; have what it asks for set up before the test's fixtures."""
    wrong = [
        f"{item.nodeid}: @pytest.mark.{mark.name} takes no argument. Write it without parentheses."
        for item in items
        for mark in item.iter_markers()
        if mark.name in MARKS and (mark.args or mark.kwargs)
    ]
    if wrong:
        refuse(config, items, "\n".join(wrong))
    for item in items:
        for name in MARKS:
            if isinstance(item, pytest.Function) and item.get_closest_marker(name):
                position = item.fixturenames.index("_after_each_test") + 1
                item.fixturenames.insert(position, f"_{name}")


@pytest.hookimpl
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> None:
    """Note a fixture that may use the database by a driver of its own, which no engine sees."""
    if URL in fixturedef.argnames and fixturedef.scope != "session":
        request.config.stash[RUN].isolation.unseen = True


def names_the_url(item: pytest.Item) -> bool:
    """Tell whether a test takes the URL itself; a doctest, say, has no arguments to look at."""
    return isinstance(item, pytest.Function) and URL in inspect.signature(item.obj).parameters
