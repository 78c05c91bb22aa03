"""Tests that may not run: each takes a client that it must not."""

import pytest
from httpx2 import AsyncClient

from oneloop.clients import SyncClient


async def test_two_loops(client: SyncClient) -> None: ...


@pytest.mark.sync_client
def test_without_a_reason(client: SyncClient) -> None: ...


class TestBoth:
    def test_sync(self, client: SyncClient) -> None: ...

    async def test_async(self, async_client: AsyncClient) -> None: ...
