"""The tests: a POST that commits, and a GET."""

from typing import Any

PREFIX = "/oneloop-probe/rows"


async def test_rows(routes: None, async_client: Any, turn: int) -> None:
    """Do the same in each turn."""
    made = await async_client.post(PREFIX)
    assert (await async_client.get(f"{PREFIX}/{made.json()}")).json() == "name"
