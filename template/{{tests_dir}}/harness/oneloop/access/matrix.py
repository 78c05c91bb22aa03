"""The names that `access.py` is written with."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from ..errors import OneloopError
from ..http_library import httpx
from ..users import UserWithPassword

ANONYMOUS = "anonymous"


class AccessError(OneloopError):
    """An entry of ACCESS cannot be requested."""


class Call(TypedDict, total=False):
    """A request: `path` fills in the `{...}` of the route, the rest is passed to the client."""

    path: Mapping[str, object]
    params: Mapping[str, Any]
    json: Any
    data: Mapping[str, Any]
    files: Any
    headers: Mapping[str, str]


class Given(NamedTuple):
    """What `arrange` may use; the plugin commits `session`. `client` is signed in as `role` and sends the request."""

    session: AsyncSession
    client: httpx.AsyncClient
    role: str
    users: Mapping[str, UserWithPassword]

    @property
    def caller(self) -> Any:
        """The user who sends the request; for an anonymous one, the user of the last role."""
        role = [*self.users][-1] if self.role == ANONYMOUS else self.role
        return self.users[role]["user"]

    @property
    def another_user(self) -> Any:
        for entry in self.users.values():
            if entry["user"] is not self.caller:
                return entry["user"]
        raise AccessError("There is only one role, so there is no other user. Create one instead.")

    @property
    def people(self) -> Mapping[str, UserWithPassword]:
        return self.users  # their name before release 0.4.0

    @property
    def stranger(self) -> Any:
        return self.another_user  # likewise


Arrange = Callable[[Given], Awaitable[Call]]


class Access:
    """What each role gets from a route: `Access(anonymous=401, admin=200, writer=403)`.

    All roles send the same request: `call`, or what `arrange` returns if it needs rows or a token first. The request
    must be valid, so that the status depends on the caller alone. `Access(left_out="reason")` is for a mounted app.
    """

    def __init__(
        self, *, arrange: Arrange | None = None, call: Call | None = None, left_out: str = "", **statuses: int
    ) -> None:
        self.statuses: Mapping[str, int] = statuses
        self.left_out = left_out.strip()
        self._arrange = arrange
        self._call = call

    async def arrange(self, given: Given) -> Call:
        call = (self._call or Call()).copy()
        if self._arrange is not None:
            call.update(await self._arrange(given))
            await given.session.commit()
        return call
