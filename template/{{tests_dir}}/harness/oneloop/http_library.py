"""The HTTP client library: httpx2, or httpx where an existing project has only that. Both have the same API."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING or find_spec("httpx2"):
    import httpx2 as httpx
else:
    import httpx

__all__ = ["httpx"]
