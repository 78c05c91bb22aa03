"""Drift: what the models say, and the migrations do not do."""

import textwrap
import warnings
from typing import Any

from sqlalchemy import Connection, MetaData

from ..errors import OneloopError


class DriftError(OneloopError):
    """The models and the migrations disagree; each difference is a step of the missing revision."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            "The models and the migrations disagree. These steps would bring the migrated "
            f"database to what the models say:\n{textwrap.indent(missing, '  ')}\n"
            "Write them as a revision: alembic revision --autogenerate. If the models are wrong, "
            "mend these. Every module with models has to be imported in migrations/env.py."
        )


def missing_steps(connection: Connection, metadata: MetaData) -> str:
    """Return the steps that no migration takes, in Alembic's words; empty if there are none.

    A table that the models do not know is none: migrations may make some for which there is no
    model.
    """
    # A tenth of a second that no run pays at its start; a service's `migrate` has it by now.
    from alembic.autogenerate import produce_migrations, render_python_code  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    schemas = {table.schema for table in metadata.tables.values()}

    def include_name(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name in schemas

    def include_object(_: Any, __: str | None, kind: str, reflected: bool, same: Any) -> bool:
        return not (kind == "table" and reflected and same is None)

    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": schemas != {None},
            "include_name": include_name,
            "include_object": include_object,
        },
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of types and indexes that cannot be compared
        operations = produce_migrations(context, metadata).upgrade_ops
    assert operations is not None
    if operations.is_empty():
        return ""
    lines = render_python_code(operations).splitlines()
    return textwrap.dedent("\n".join(line for line in lines if not line.strip().startswith("#")))


def check(connection: Connection, metadata: MetaData) -> None:
    """Raise `DriftError` if the database at `connection` is not what the models say."""
    if missing := missing_steps(connection, metadata):
        raise DriftError(missing)
