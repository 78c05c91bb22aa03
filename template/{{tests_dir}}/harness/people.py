"""The name of `oneloop.users` before release 0.4.0."""

from oneloop.users import DEFAULT_PASSWORD, password_of
from oneloop.users import UserWithPassword as Person

__all__ = ["DEFAULT_PASSWORD", "Person", "password_of"]
