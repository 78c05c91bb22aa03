"""Promises 9 and 10: roles are separate, and every route declares what each of them gets."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request, WebSocket
from fastapi.security import HTTPBearer
from httpx2 import AsyncClient
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from oneloop import get_auth_token_async
from oneloop.access import Access, AccessError, Call
from oneloop.access import declared
from oneloop.access.asking import Asker
from oneloop.access.declared import Case, find_problems
from oneloop.clients import ClientAs, open_async_client
from oneloop.app.routes import list_endpoints
from tests.deep.probe import PREFIX, Probe


async def test_clients_of_different_roles_are_different_people(
    probe: Probe, client_as: ClientAs, async_client: AsyncClient, roles: Sequence[str]
) -> None:
    @probe.get("/credentials")
    async def credentials(request: Request) -> list[str]:
        return [request.headers.get(name, "") for name in ("authorization", "cookie")]

    async def ask(client: AsyncClient) -> tuple[str, ...]:
        return tuple((await client.get(f"{PREFIX}/credentials")).json())

    clients = [async_client, *[await client_as(role) for role in roles]]
    answers = [await ask(client) for client in clients]

    assert answers[0] == ("", "")
    assert len(set(answers)) == len(clients)
    assert [await ask(client) for client in reversed(clients)] == answers[::-1]


async def test_a_failed_login_says_what_may_be_wrong(async_client: AsyncClient) -> None:
    with pytest.raises(AssertionError, match=r"Login of a@test.com failed: 4.*\n *Is the user committed, with .*'secret'"):
        await get_auth_token_async(async_client, "a@test.com", "secret")


def build_app() -> FastAPI:
    """Return an app that has a route of each kind."""
    app, inner = FastAPI(), FastAPI()

    @app.post("/orders", status_code=201, dependencies=[Depends(HTTPBearer(auto_error=False))])
    async def order() -> None: ...

    @app.websocket("/feed/{name}")
    async def feed(websocket: WebSocket, name: str) -> None:
        if name == "open" and "key" in websocket.query_params:
            await websocket.accept()
        else:
            await websocket.close()

    @inner.get("/stock")
    async def stock(_: Annotated[HTTPConnection, Depends(lambda: None)]) -> None: ...

    async def ping(_: Request) -> PlainTextResponse:
        return PlainTextResponse("pong")

    app.add_route("/ping", ping, methods=["GET"])
    app.mount("/inner", inner)
    return app


DECLARED = {
    "POST /orders": Access(anonymous=401, clerk=201),
    "POST /orders twice": Access(anonymous=401, clerk=409),
    "WEBSOCKET /feed/{name}": Access(anonymous=101, clerk=101),
    "GET /inner/stock": Access(anonymous=200, clerk=200),
    "GET /ping": Access(anonymous=200, clerk=200),
}


def problems(access: dict[str, Access], *roles: str) -> str:
    """Return what is wrong with `access`, for the app above."""
    return "\n".join(find_problems(access, list_endpoints(build_app()), roles or ("clerk",)))


def test_all_that_is_declared_is_no_problem() -> None:
    assert problems(DECLARED) == ""


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("WEBSOCKET /feed/{name}", "Access(anonymous=101, clerk=101),"),
        ("GET /inner/stock", "Access(anonymous=200, clerk=200),"),
        ("GET /ping", "Access(anonymous=200, clerk=200),"),
    ],
)
def test_route_without_an_entry_is_named_with_the_line_to_add(entry: str, line: str) -> None:
    access = {name: each for name, each in DECLARED.items() if name != entry}

    assert f'    "{entry}": {line}' in problems(access)


def test_route_that_authenticates_is_proposed_to_refuse_anonymous() -> None:
    assert '    "POST /orders": Access(anonymous=401, clerk=201),' in problems({})


def test_new_role_is_named_with_the_column_to_add() -> None:
    said = problems(DECLARED, "clerk", "auditor")

    assert said.count("    auditor=") == len(DECLARED)
    assert 'Add to the Access of "POST /orders twice":\n    auditor=409,' in said


def test_role_that_is_gone_is_named_with_the_column_to_delete() -> None:
    access = {**DECLARED, "GET /ping": Access(anonymous=200, clerk=200, king=200)}

    assert "There is no role 'king'. Delete" in problems(access)


def test_entry_without_a_route_is_named() -> None:
    assert 'Delete from ACCESS:\n    "GET /gone"' in problems({**DECLARED, "GET /gone": Access()})


def test_route_that_refuses_everybody_proves_nothing() -> None:
    access = {**DECLARED, "GET /ping": Access(anonymous=404, clerk=404)}

    assert '"GET /ping" answers every role with an error' in problems(access)


WITHOUT_INNER = {name: each for name, each in DECLARED.items() if "/inner" not in name}


def test_mounted_app_is_left_out_by_one_entry_with_a_reason() -> None:
    left_out = {**WITHOUT_INNER, "MOUNT /inner": Access(left_out="its own tests cover it")}

    assert '"MOUNT /inner": Access(left_out="reason"),' in problems(WITHOUT_INNER)
    assert problems(left_out) == ""
    assert '"MOUNT /in": ...' in problems({**left_out, "MOUNT /in": Access(left_out="unknown")})
    assert '"GET /inner/stock"' in problems({**WITHOUT_INNER, "MOUNT /in": Access(left_out="unknown")})


@pytest.mark.parametrize(
    "entry",
    ['"GET /ping": Access(left_out="open")', '"MOUNT /in": Access(left_out=" ")', '"MOUNT /in": Access(clerk=200)'],
)
def test_nothing_but_a_mount_is_left_out(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "access.py"
    file.write_text(f"from oneloop.access import Access\n\nACCESS = {{{entry}}}\n")
    monkeypatch.setattr(declared, "PATH", file)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "access", raising=False)

    with pytest.raises(AccessError, match="for a mounted app alone"):
        declared.load()


async def ask(asgi: FastAPI, case: Case, call: Call) -> int:
    """Send the request of a case anonymously, and return the status."""
    async with open_async_client(asgi) as client:
        asker = Asker(None, client, None, {})  # type: ignore[arg-type]  # it signs nobody in

        return (await asker.ask(case, Access(call=call))).status


async def test_path_without_a_value_is_named() -> None:
    with pytest.raises(AccessError, match=r"has no value for {name}.*\n +call=Call\(path="):
        await ask(build_app(), Case("GET /feed/{name}", "anonymous"), Call())


@pytest.mark.parametrize(
    ("name", "params", "status"),
    [("open", {"key": 1}, 101), ("open", {}, 403), ("shut", {"key": 1}, 403)],
)
async def test_upgrade_of_a_websocket_has_a_status(name: str, params: dict[str, int], status: int) -> None:
    case = Case("WEBSOCKET /feed/{name}", "anonymous")

    assert await ask(build_app(), case, Call(path={"name": name}, params=params)) == status
