"""The name of `oneloop.clients` before release 0.4.0."""

from oneloop.clients import SyncClient, open_async_client, open_live_client

__all__ = ["SyncClient", "open_async_client", "open_live_client"]
