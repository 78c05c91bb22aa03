"""The name of `oneloop.adopted` before release 0.4.0."""

from oneloop.adopted import alembic, as_factory, create_all, no_users

__all__ = ["alembic", "as_factory", "create_all", "no_users"]
