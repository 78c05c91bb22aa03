"""The marks by which a test asks for more than the wipe: checked when tests are collected."""

import pytest

from .abort_collection import abort_collection

MARKS = {
    "own_database": "give the test a database of its own, for what no wipe undoes: DDL, "
    "ALTER DATABASE, extensions",
    "restart_sequences": "let each sequence begin where the migrations left it",
}


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
        abort_collection(config, items, "\n".join(wrong))
    for item in items:
        for name in MARKS:
            if isinstance(item, pytest.Function) and item.get_closest_marker(name):
                position = item.fixturenames.index("_after_each_test") + 1
                item.fixturenames.insert(position, f"_{name}")
