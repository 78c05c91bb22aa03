"""The name of `oneloop.app` before release 0.4.0."""

from oneloop.app import RunningApp

__all__ = ["RunningApp"]
