"""Columns of models and migrations, and fields of schemas."""

import re
from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import call_statements, drop_argument, drop_element, drop_method, drop_statement
from oneloop_tools.plant.index import Index, is_migration
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .kind import Kind

COLUMNS = ("mapped_column", "Column", "relationship", "Relationship", "ForeignKey", "ForeignKeyConstraint")
UNIQUE = ("UniqueConstraint", "CheckConstraint")


def cascade_changed(source: Source, index: Index) -> Iterator[Edit | None]:
    for call in source.calls(*COLUMNS, "Field", "create_foreign_key"):
        for name in ("ondelete", "cascade", "passive_deletes", "cascade_delete"):
            found = argument(call, name)
            # The database does what the migrations say. What the ORM does is in the models.
            if found is not None and (name != "ondelete" or _makes_schema(source, index)):
                yield drop_argument(source, call, found)


def _makes_schema(source: Source, index: Index) -> bool:
    return not index.has_migrations or is_migration(source)


def default_changed(source: Source, index: Index) -> Iterator[Edit | None]:
    for call in source.calls("mapped_column", "Column"):
        for name in ("default", "default_factory", "server_default", "onupdate"):
            found = argument(call, name)
            if found is None:
                continue
            flipped = {"True": "False", "False": "True"}.get(source.code(found.value))
            yield Edit(found.value, flipped, call) if flipped else drop_argument(source, call, found)
    if source.path.endswith(("settings.py", "config.py")):
        return  # each deployment sets them
    for node in source.all(cst.AnnAssign):
        value = node.value
        if value is None or not isinstance(source.first_above(node, cst.ClassDef, cst.FunctionDef), cst.ClassDef):
            continue
        if isinstance(value, cst.Name) and value.value in ("True", "False"):
            yield Edit(value, "False" if value.value == "True" else "True", node)
        enum, _, member = dotted(value).rpartition(".")
        others = [each for each in index.enums.get(enum.rpartition(".")[2], ()) if each != member]
        if others and len(others) < len(index.enums[enum.rpartition(".")[2]]):
            yield Edit(value, f"{enum}.{others[0]}", node)


def constraint_dropped(source: Source, index: Index) -> Iterator[Edit | None]:
    if not _makes_schema(source, index):
        return
    keys = {source.code(each.value) for call in source.calls("PrimaryKeyConstraint") for each in call.args}
    for call in source.all(cst.Call):
        for each in call.args:
            if each.keyword is None and isinstance(each.value, cst.Call) and called(each.value) in UNIQUE:
                yield drop_argument(source, call, each)
        if called(call) in ("mapped_column", "Column", "Field"):
            yield from _dropped_from_column(source, call, keys)
    for collection in source.all(cst.Tuple):
        for element in collection.elements:
            if isinstance(element.value, cst.Call) and called(element.value) in UNIQUE:
                yield drop_element(source, collection, element)


def _dropped_from_column(source: Source, call: Node, keys: set[str]) -> Iterator[Edit]:
    unique, nullable = argument(call, "unique"), argument(call, "nullable")
    if unique is not None and source.code(unique.value) == "True":
        yield drop_argument(source, call, unique)
    # A primary key is never null, and neither is a column whose type is not optional.
    is_key = argument(call, "primary_key") is not None or any(source.code(each.value) in keys for each in call.args[:1])
    typed = source.first_above(call, cst.AnnAssign) is not None
    if nullable is not None and source.code(nullable.value) == "False" and not is_key and not typed:
        yield drop_argument(source, call, nullable)


def zone_dropped(source: Source, index: Index) -> Iterator[Edit | None]:
    for call in source.calls("now", "fromtimestamp"):
        if "datetime" in dotted(call.func) and call.args and re.search(r"(?i)utc|tz", source.code(call.args[-1])):
            yield drop_argument(source, call, call.args[-1])
    for call in source.calls("DateTime", "TIMESTAMP"):
        found, column = argument(call, "timezone"), source.first_above(call, cst.Call)
        # Where migrations make the schema, the type of the model matters to values that the service writes.
        is_read = column is not None and argument(column, "server_default") is not None
        if found is None or source.code(found.value) != "True":
            continue
        if not is_read or _makes_schema(source, index):
            yield drop_argument(source, call, found)
    for call in source.calls("astimezone"):
        yield drop_method(source, call)
    for call in source.calls("replace"):
        if argument(call, "tzinfo") is not None and len(call.args) == 1:
            yield drop_method(source, call)


DRIFT = "tests/harness/oneloop/checks/test_migrations.py::test_the_models_and_the_migrations_agree"


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
        "cascade-changed",
        "`ondelete`, `cascade` or `passive_deletes` is left out.",
        "To delete a row fails, or leaves rows that belong to nothing.",
        DRIFT,
        cascade_changed,
        "migrations/versions/2026_11_23_initial.py upgrade",
    ),
    Kind(
        "default-changed",
        "A default is left out, or is another one.",
        "New rows are active, or administrators, that should not be.",
        "tests/users/test_users.py::TestPostUser::test_admin_adds_a_user_who_can_sign_in",
        default_changed,
        "users/models.py User",
    ),
    Kind(
        "constraint-dropped",
        "A unique or check constraint, or NOT NULL, is left out.",
        "Two parallel requests store the same name twice.",
        DRIFT,
        constraint_dropped,
        "migrations/versions/2026_11_23_initial.py upgrade",
    ),
    Kind(
        "zone-dropped",
        "A time loses its zone.",
        "Times shift by hours where the server is not in UTC, or cannot be compared.",
        "tests/auth/test_access_token.py::TestAccessToken::test_tokens_end_after_the_time_of_the_settings",
        zone_dropped,
        "auth/tokens.py create_access_token",
    ),
    Kind(
        "backfill-dropped",
        "The statement of a migration that fills in or changes rows is left out.",
        "Old rows are without a value, and the next deployment fails on them.",
        "tests/users/test_usernames.py::test_old_usernames_get_small_letters",
        backfill_dropped,
        "migrations/versions/2026_12_01_usernames.py upgrade",
        sampled=True,
    ),
    Kind(
        "migration-step-dropped",
        "A step of a migration is left out.",
        "The production database lacks what the models have, or cannot go back.",
        DRIFT,
        step_dropped,
        "migrations/versions/2026_11_23_initial.py upgrade",
    ),
)
