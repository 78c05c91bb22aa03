"""The name of `oneloop.seam` before release 0.4.0."""

from oneloop.seam import FIXTURES as NAMES
from oneloop.seam import CreateUser, Login, Migrate

__all__ = ["NAMES", "CreateUser", "Login", "Migrate"]
