"""Sends the request of an entry in ACCESS, as one of the roles."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from ..app.routes import WEBSOCKET
from ..clients import ClientAs, OneloopClient
from ..http_library import httpx
from ..users import UserWithPassword
from .declared import FILE, Case
from .matrix import ANONYMOUS, Access, AccessError, Given

SHOWN = 300
OFTEN_INVALID = {404, 405, 422}


class Answer(NamedTuple):
    status: int
    details: str  # to report if another status was declared


class Asker(NamedTuple):
    client_as: ClientAs
    anonymous: httpx.AsyncClient
    session: AsyncSession
    users: Mapping[str, UserWithPassword]

    async def ask(self, case: Case, access: Access) -> Answer:
        client = self.anonymous if case.role == ANONYMOUS else await self.client_as(case.role)
        call = await access.arrange(Given(self.session, client, case.role, self.users))
        path = _fill_in(case, call.get("path", {}))
        options: dict[str, Any] = {name: value for name, value in call.items() if name != "path"}
        if case.method == WEBSOCKET:
            return Answer(await _open_websocket(client, path, options), "")
        response = await client.request(case.method, path, **options)
        hint = "Is the request valid? " if response.status_code in OFTEN_INVALID else ""
        return Answer(response.status_code, f"{hint}The response was: {response.text[:SHOWN]}")


def _fill_in(case: Case, values: Mapping[str, object]) -> str:
    def value(found: re.Match[str]) -> str:
        if (name := found[1]) in values:
            return quote(str(values[name]))
        raise AccessError(
            f"{FILE}: {case.entry} has no value for {{{name}}}. Return it from `arrange`, or write:\n"
            f'    call=Call(path={{"{name}": ...}})'
        )

    return re.sub(r"{(\w+)}", value, case.path)


async def _open_websocket(client: httpx.AsyncClient, path: str, options: Mapping[str, Any]) -> int:
    from httpx2.websockets import WebSocketUpgradeError  # noqa: PLC0415  few services need it

    assert isinstance(client, OneloopClient)
    try:
        async with client.websocket(path, **options):
            return 101
    except WebSocketUpgradeError as refusal:
        return refusal.response.status_code
