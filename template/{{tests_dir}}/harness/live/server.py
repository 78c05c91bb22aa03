"""The name of `oneloop.clients` before release 0.4.0."""

from oneloop.clients import LiveServer

__all__ = ["LiveServer"]
