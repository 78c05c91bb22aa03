"""The table of users, and the roles."""

from enum import StrEnum

from sqlalchemy import Enum, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, Identified


class Role(StrEnum):
    """What a user may do, the most powerful first."""

    ADMIN = "admin"
    EDITOR = "editor"
    WRITER = "writer"


def _values(roles: type[Role]) -> list[str]:
    return [role.value for role in roles]


class User(Identified, Base):
    """A user; the email address is stored in lower case."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("username"),
        Index(None, "created_at", "id"),
    )

    email: Mapped[str] = mapped_column(String(320))
    username: Mapped[str] = mapped_column(String(50))
    # Text in the database, so a new role needs no migration.
    role: Mapped[Role] = mapped_column(
        Enum(Role, native_enum=False, create_constraint=False, length=20, values_callable=_values)
    )
    hashed_password: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
