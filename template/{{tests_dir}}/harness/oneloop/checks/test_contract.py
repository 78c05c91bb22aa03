"""The API matches its snapshot, so a change that breaks callers is seen in a review."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from oneloop.checks import FILE, SNAPSHOT, UPDATE

pytestmark = pytest.mark.contract
# Texts for readers are no part of the contract. Below the keys in NAMES, a key such as `title` is a name of the API.
TEXTS = frozenset({"title", "summary", "description", "example", "examples"})
NAMES = frozenset(
    {"components", "content", "headers", "paths", "properties", "responses", "schemas"}
    | {"securitySchemes", "$defs", "patternProperties"}
)
VALUES = frozenset({"default", "const", "enum"})
SHOWN = 200  # lines of the difference
PATH = re.compile(r'^    "(/.*)": \{$', re.MULTILINE)


def without_texts(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [without_texts(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: each if name in VALUES and key not in NAMES else without_texts(each, name)
        for name, each in value.items()
        if key in NAMES or name not in TEXTS
    }


def as_snapshot(description: Mapping[str, Any]) -> str:
    kept = {key: without_texts(value, key) for key, value in description.items() if key != "info"}
    return json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


async def test_the_api_matches_its_snapshot(app: FastAPI, pytestconfig: pytest.Config) -> None:
    now = as_snapshot(app.openapi())
    if pytestconfig.getoption("update_contract"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(now, "utf-8", newline="\n")

    before = SNAPSHOT.read_text("utf-8") if SNAPSHOT.exists() else ""
    if before != now:
        lines = [*difflib.unified_diff(before.splitlines(), now.splitlines(), FILE, "the API", lineterm="")]
        if len(lines) > SHOWN:
            old, new = (set(PATH.findall(each)) for each in (before, now))
            paths = [*(f"- {each}" for each in sorted(old - new)), *(f"+ {each}" for each in sorted(new - old))]
            lines[SHOWN:] = [f"... and {len(lines) - SHOWN} more lines, which `git diff` shows once accepted.", *paths]
        difference = "\n".join(lines) if before else f"There is no {FILE}."
        pytest.fail(
            f"The API differs from {FILE}:\n\n{difference}\n\n"
            f"If the change is intended, accept it and commit the file:\n    {UPDATE}",
            pytrace=False,
        )
