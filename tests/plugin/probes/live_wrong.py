"""Mistakes that a live server must not turn into a hang: Ctrl-C in the middle of a request."""

import asyncio
import os
import signal
from typing import Any

from oneloop.clients import open_live_client


async def test_interrupted(live_server: Any) -> None:
    async with open_live_client(live_server) as client:
        await client.get("/api/health")
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(10)


async def test_never_begun(live_server: Any) -> None:
    raise AssertionError("the run went on after Ctrl-C")
