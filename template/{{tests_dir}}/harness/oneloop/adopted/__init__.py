"""What an existing suite needs: a database that is named before the app is imported, and a seam.

Only a project that adopts the plugin gets this room. May import `fixtures`, `test_run` and the rooms below them. Start
with `database_before_import`.
"""

import warnings
from importlib import import_module

with warnings.catch_warnings():  # the suite's filters are about its own code
    warnings.simplefilter("ignore")
    import_module("starlette.testclient")  # warns of httpx, or of an alias of anyio

from . import (
    adopted_report,
    known_failures,
    other_loops,
    seam_file,
    seeded_rows,
    session_hooks,
    stand_ins,
    wider_fixtures,
)
from .database_before_import import name_database
from .seam_helpers import alembic, as_factory, create_all, no_users

PARTS = [seam_file, adopted_report, known_failures, other_loops, seeded_rows, session_hooks, stand_ins]
PARTS += [wider_fixtures]

__all__ = ["PARTS", "alembic", "as_factory", "create_all", "name_database", "no_users"]
