"""The clients on the running app: in this process, over a socket, and the sync one.

May import `app`, `config`, `database.engine_guard`, `errors` and `leaks`. Start with `async_client`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ..http_library import httpx
from .async_client import OneloopClient, open_async_client, open_live_client
from .live_server import LiveServer
from .sync_client import SyncClient

ClientAs = Callable[[Any], Awaitable[httpx.AsyncClient]]

__all__ = ["ClientAs", "LiveServer", "OneloopClient", "SyncClient", "open_async_client", "open_live_client"]
