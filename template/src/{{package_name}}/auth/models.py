"""The stored refresh token, and the failed logins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, Identified


class RefreshToken(Identified, Base):
    """A refresh token, stored as a hash; each is used once.

    All tokens of one login are a family. If a used token is used again, it was copied, and the
    whole family is revoked.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (UniqueConstraint("token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FailedLogins(Base):
    """The number of failed logins of one address, or of one account from it, until they expire."""

    __tablename__ = "failed_logins"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
