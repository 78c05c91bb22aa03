"""Tests of the user's service that every test run includes: access, migrations, contract.

May import every other room, under the name `oneloop`, as tests do. Start with `test_access`.
"""

from pathlib import Path

import pytest

from oneloop.config import TESTS, shown

HERE = Path(__file__).parent
SELFTEST = HERE.parent / "selftest"
SNAPSHOT = TESTS / "contract" / "openapi.json"
FILE = shown(SNAPSHOT)
COMPARED = HERE / "test_contract.py"
GENERATED = HERE / "test_generated_requests.py"
UPDATE = f"uv run pytest {shown(COMPARED)} --update-contract"
CONTRACT = "uv run --group contract pytest -m contract"


def _contract_only(config: pytest.Config) -> bool:
    return "contract" in config.getoption("markexpr")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"contract: compares the API with its contract: {CONTRACT}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.name == SELFTEST.name and collection_path.samefile(SELFTEST):
        return True  # they run without this plugin: `oneloop selftest`
    if _contract_only(config):
        return None
    if collection_path == GENERATED:
        return True
    missing = not (SNAPSHOT.exists() or config.getoption("update_contract"))
    return True if collection_path == COMPARED and missing else None


def pytest_report_header(config: pytest.Config) -> str | None:
    if SNAPSHOT.exists() or _contract_only(config):
        return None
    return f"oneloop: the API is not compared: {FILE} is missing. Write it: {UPDATE}"
