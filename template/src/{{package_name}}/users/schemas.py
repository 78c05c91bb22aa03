"""Request and response bodies of users."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr

from ..text import Change, NewPassword, Username, normalise_email
from .models import Role

LowerEmail = Annotated[EmailStr, AfterValidator(normalise_email)]


class UserIn(BaseModel):
    """A new user."""

    email: LowerEmail
    username: Username
    password: NewPassword
    role: Role = Role.WRITER


class UserChange(Change):
    """The members of a user to change."""

    role: Role = Role.WRITER
    is_active: bool = True
    password: NewPassword = ""


class UserOut(BaseModel):
    """A user, without secrets."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    username: str
    role: Role
    is_active: bool
    created_at: datetime
