"""What `tests/access.py` is written with."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypedDict

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from ..errors import OneloopError
from ..users import UserWithPassword

ANONYMOUS = "anonymous"

# The answer to a request that is wrong in itself, whoever asks.
PROVES_NOTHING = {405: "the method is wrong", 422: "the body or the query is wrong"}


class AccessError(OneloopError):
    """An entry of ACCESS cannot be asked, or would prove nothing if it were."""


class Call(TypedDict, total=False):
    """How a route is asked: `path` fills in its `{...}`, the rest is what a request takes."""

    path: Mapping[str, object]
    params: Mapping[str, Any]
    json: Any
    data: Mapping[str, Any]
    files: Any
    headers: Mapping[str, str]


class Given(NamedTuple):
    """What an `arrange` has at hand; the harness commits the session when it is done.

    `client` is the one that will ask, signed in as `role`; `users` is `test_users`.
    """

    session: AsyncSession
    client: AsyncClient
    role: str
    users: Mapping[str, UserWithPassword]

    @property
    def caller(self) -> Any:
        """Give the user who asks; when nobody is signed in, the user of the last role."""
        role = [*self.users][-1] if self.role == ANONYMOUS else self.role
        return self.users[role]["user"]

    @property
    def people(self) -> Mapping[str, UserWithPassword]:
        """The name of `users` before release 0.4.0."""
        return self.users

    @property
    def stranger(self) -> Any:
        """The name of `another_user` before release 0.4.0."""
        return self.another_user

    @property
    def another_user(self) -> Any:
        """Give a user who is not the caller."""
        for entry in self.users.values():
            if entry["user"] is not self.caller:
                return entry["user"]
        raise AccessError(
            "There is one role alone, so there is no other user: make a user instead."
        )


Arrange = Callable[[Given], Awaitable[Call]]


class Access:
    """What each role gets from a route: `Access(anonymous=401, admin=200, writer=403)`.

    The request is the same for all of them: what `call` says, or `arrange` when rows or a token
    must be there first. It has to be a valid one, so that the status tells about the caller.
    """

    def __init__(
        self, *, arrange: Arrange | None = None, call: Call | None = None, **statuses: int
    ) -> None:
        for role, status in statuses.items():
            if status in PROVES_NOTHING:
                raise AccessError(
                    f"{role}={status} says that {PROVES_NOTHING[status]}, and nothing of who may "
                    "do what. Make the request valid by `call` or `arrange`."
                )
        self.statuses: Mapping[str, int] = statuses
        self._arrange = arrange
        self._call = call

    async def arrange(self, given: Given) -> Call:
        """Return how the route is asked."""
        call = self._call or Call()
        if self._arrange is not None:
            call = Call(**{**call, **await self._arrange(given)})
            await given.session.commit()
        return call
