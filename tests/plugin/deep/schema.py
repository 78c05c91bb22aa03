"""The probe's tables, in a schema of their own."""

from sqlalchemy import ForeignKey, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = "oneloop_probe"


class Base(DeclarativeBase):
    """Keeps the probe out of the service's metadata."""

    metadata = MetaData(schema=SCHEMA)


class Shelf(Base):
    """A row that others point to."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    copies: Mapped[int] = mapped_column(default=0)
    books: Mapped[list["Book"]] = relationship(back_populates="shelf")


class Book(Base):
    """A row that points to another."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id))
    shelf: Mapped[Shelf] = relationship(back_populates="books")


# A table that no migration makes.
EXISTS = text("SELECT to_regclass('left_behind') IS NOT NULL")
MAKE = text("CREATE TABLE left_behind (id int)")
