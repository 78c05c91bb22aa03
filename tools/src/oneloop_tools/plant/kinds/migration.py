"""Migrations."""

import re
from collections.abc import Iterator

from oneloop_tools.plant.edits import call_statements, drop_statement
from oneloop_tools.plant.index import Index, is_migration
from oneloop_tools.plant.source import Edit, Node, Source

from .kind import Kind

STEPS = (
    *("create_index", "create_unique_constraint", "create_check_constraint", "create_foreign_key", "drop_table"),
    *("drop_column", "drop_constraint", "drop_index", "alter_column", "add_column"),
)


def backfill_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for statement, call in call_statements(source, "execute", "bulk_insert"):
        if _in_migration(source, statement) and re.search(r"(?i)\b(update|insert|delete)\b", source.code(call)):
            yield drop_statement(statement)


def step_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for statement, call in call_statements(source, *STEPS):
        if _in_migration(source, statement) and source.code(call.func).startswith(("op.", "batch_op.")):
            yield drop_statement(statement)


def _in_migration(source: Source, statement: Node) -> bool:
    function = source.function(statement)
    return function is not None and function.name.value in ("upgrade", "downgrade") and is_migration(source)


KINDS = (
    Kind(
        "backfill-dropped",
        "The statement of a migration that fills in or changes rows is left out.",
        "Old rows are without a value, and the next deployment fails on them.",
        "tests/harness/oneloop/checks/test_migrations.py::test_the_migrations_go_down_and_up_again",
        backfill_dropped,
    ),
    Kind(
        "migration-step-dropped",
        "A step of a migration is left out.",
        "The production database lacks what the models have, or cannot go back.",
        "tests/harness/oneloop/checks/test_migrations.py::test_the_models_and_the_migrations_agree",
        step_dropped,
    ),
)
