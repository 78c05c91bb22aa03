"""Users: the caller, and administration."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from ..auth.dependencies import AdminDep, CurrentUserDep, PasswordsDep
from ..database import SessionDep
from ..errors import problems
from ..paging import Page, PageQueryDep, fetch_page
from .models import User
from .schemas import UserChange, UserIn, UserOut
from .service import add_user, change_user

router = APIRouter(prefix="/users", tags=["users"], responses=problems(401))


@router.get("/me")
async def get_me(user: CurrentUserDep) -> UserOut:
    """Return the caller."""
    return UserOut.model_validate(user)


@router.get("", responses=problems(403, 422))
async def list_users(_: AdminDep, session: SessionDep, page: PageQueryDep) -> Page[UserOut]:
    """Return the users, the newest first."""
    users, next_cursor = await fetch_page(session, select(User), User, page)
    return Page(items=[UserOut.model_validate(user) for user in users], next_cursor=next_cursor)


@router.post("", status_code=201, responses=problems(400, 403, 409, 422))
async def post_user(
    admin: AdminDep, session: SessionDep, passwords: PasswordsDep, new: UserIn
) -> UserOut:
    """Add a user."""
    return UserOut.model_validate(await add_user(session, passwords, new, admin))


@router.patch("/{user_id}", responses=problems(400, 403, 404, 409, 422))
async def patch_user(
    admin: AdminDep, session: SessionDep, passwords: PasswordsDep, user_id: UUID, change: UserChange
) -> UserOut:
    """Change a user's role, access or password."""
    return UserOut.model_validate(await change_user(session, passwords, user_id, change, admin))
