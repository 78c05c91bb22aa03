"""The API is the one that its callers were promised."""

import difflib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from oneloop.checks import SNAPSHOT, UPDATE, shown

pytestmark = pytest.mark.contract

# What only people read is no promise to a program. The keys below these are names of the API's own:
# a property called `title` is no title.
WORDS = frozenset({"title", "summary", "description", "example", "examples"})
NAMES = frozenset(
    {"components", "content", "headers", "paths", "properties", "responses", "schemas"}
    | {"securitySchemes", "$defs", "patternProperties"}
)
VALUES = frozenset({"default", "const", "enum"})


def without_words(value: Any, key: str = "") -> Any:
    """Return a description without titles, summaries and explanations."""
    if isinstance(value, list):
        return [without_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: each if name in VALUES and key not in NAMES else without_words(each, name)
        for name, each in value.items()
        if key in NAMES or name not in WORDS
    }


def as_text(description: Mapping[str, Any]) -> str:
    """Return a description as the snapshot holds it."""
    kept = {key: without_words(value, key) for key, value in description.items() if key != "info"}
    return json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


async def test_the_api_is_the_one_in_the_snapshot(
    app: FastAPI, pytestconfig: pytest.Config
) -> None:
    """A change that breaks callers is made on purpose, and seen in a review."""
    now = as_text(app.openapi())
    if pytestconfig.getoption("update_contract"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(now, "utf-8", newline="\n")

    before = SNAPSHOT.read_text("utf-8") if SNAPSHOT.exists() else ""

    if before != now:
        lines = difflib.unified_diff(
            before.splitlines(), now.splitlines(), shown(SNAPSHOT), "the API", lineterm=""
        )
        difference = "\n".join(lines) if before else f"There is no {shown(SNAPSHOT)}."
        pytest.fail(
            f"The API is not the one in {shown(SNAPSHOT)}:\n\n{difference}\n\n"
            f"If callers shall get the new one, accept it and commit it:\n    {UPDATE}",
            pytrace=False,
        )
