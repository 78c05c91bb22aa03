"""What an existing suite needs: its database named before the app is imported, and seam helpers.

Rendered only into a project that adopts the plugin. May import every room below `test_run`. Start
with `database_before_import`.
"""

from . import adopted_report, known_failures, seam_file
from .database_before_import import name_database
from .seam_helpers import alembic, as_factory, create_all, no_users

PARTS = [seam_file, adopted_report, known_failures]

__all__ = ["PARTS", "alembic", "as_factory", "create_all", "name_database", "no_users"]
