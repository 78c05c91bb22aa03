"""A schema of as many tables as asked for, each with a foreign key to the one before it."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    String,
    Table,
    func,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncConnection

DIRTY_TABLES = 3


def make_schema(tables: int) -> MetaData:
    """Describe the tables, with the indexes that tables of a service have."""
    metadata = MetaData()
    for number in range(tables):
        parent = [ForeignKey(f"table_{number - 1}.id", ondelete="RESTRICT")] if number else []
        Table(
            f"table_{number}",
            metadata,
            Column("id", BigInteger, Identity(), primary_key=True),
            Column("name", String(100), unique=True, nullable=False),
            Column("created_at", DateTime(timezone=True), server_default=func.now()),
            Column("parent_id", BigInteger, *parent, index=True),
        )
    return metadata


async def insert_rows(metadata: MetaData, connection: AsyncConnection) -> None:
    """Do what each test does: a row in three tables, each row the parent of the next.

    The names are the same for every test, so that a row left over by the one before is an error.
    """
    parent = None
    for table in metadata.sorted_tables[:DIRTY_TABLES]:
        values = {"name": "name", "parent_id": parent}
        result = await connection.execute(insert(table).values(values).returning(table.c.id))
        parent = result.scalar_one()
