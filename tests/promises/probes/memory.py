"""Thirty tests that ask for much and print much; the last of them counts what pytest still holds of the others."""

import gc
import json
import os
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

TEXT = "printed by a test that passed, " * 40


@pytest.fixture(autouse=True)
def printing() -> None:
    print("set up:", TEXT)


@pytest.mark.parametrize("number", range(30))
async def test_that_passes(number: int, async_client: AsyncClient, admin_client: AsyncClient) -> None:
    print(TEXT)
    assert (await async_client.get("/api/health")).status_code == 200


def test_that_fails_when_it_is_told_to() -> None:
    print("printed by a test that failed")
    assert "FAILS" not in os.environ


def test_counted(request: pytest.FixtureRequest) -> None:
    gc.collect()
    held: list[Any] = gc.get_objects()
    reports = [each for each in held if isinstance(each, pytest.TestReport) and "that_passes" in each.nodeid]
    counts = {
        "reports": len(reports),
        "requests": sum(isinstance(each, pytest.FixtureRequest) for each in held),
        "keywords": len({id(report.keywords) for report in reports}),
        "printed": sum(len(text) for report in reports for _, text in report.sections),
        "kept": sum(len(item._report_sections) for item in request.session.items[:30]),
    }
    Path("counts.json").write_text(json.dumps(counts))
