"""The HTTP client library: httpx2, or httpx where an existing project has only that."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

# Both have the same API, but httpx has no websockets: `async_client` opens none with it.
# Where both are installed, Starlette's TestClient takes httpx2, and so does the plugin.
if TYPE_CHECKING or find_spec("httpx2"):
    import httpx2 as httpx
else:
    import httpx

__all__ = ["httpx"]
