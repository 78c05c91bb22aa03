"""The app that the snippets of the corpus test: it has something of all that tests ask for, and no database."""

import logging
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Annotated, Any

from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Request, Response, WebSocket
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel

GREETING = "hello"
TOKEN = "a token"  # noqa: S105  there is one user, and nothing to protect

logger = logging.getLogger(__name__)
app = FastAPI()
numbers = count(1)
items: dict[int, str] = {}
memory: list[str] = []


class Credentials(BaseModel):
    email: str
    password: str


class Item(BaseModel):
    name: str


def create_app(*, debug: bool = False) -> FastAPI:
    """Give the one app."""
    app.debug = debug
    return app


def get_db() -> Iterator[str]:
    """Stand for a session: it is overridden, and nothing asks it."""
    yield "a session"


def get_current_user(authorization: Annotated[str | None, Header()] = None) -> str:
    if authorization != f"Bearer {TOKEN}":
        raise HTTPException(401, "Not authenticated")
    return "admin@test.com"


async def remember(what: str) -> str:
    memory.append(what)
    return what


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.get("/greeting")
async def greeting() -> str:
    return GREETING


@app.get("/warn")
async def warn() -> None:
    logger.warning("be warned")


@app.post("/auth/login")
async def login(credentials: Credentials) -> dict[str, str]:
    if credentials.password != "admin":  # noqa: S105  likewise
        raise HTTPException(401, "Wrong email or password")
    return {"access_token": TOKEN}


@app.get("/me")
async def me(user: Annotated[str, Depends(get_current_user)]) -> dict[str, str]:
    return {"email": user}


@app.get("/page")
async def page(user: Annotated[str, Depends(get_current_user)], _: Annotated[str, Depends(get_db)]) -> dict[str, str]:
    return {"user": user}


@app.get("/items")
async def list_items() -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in items.items()]


@app.post("/items", status_code=201)
async def create_item(item: Item) -> dict[str, Any]:
    number = next(numbers)
    items[number] = item.name
    return {"id": number, "name": item.name}


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, Any]:
    if number not in items:
        raise HTTPException(404)
    return {"id": number, "name": items[number]}


@app.put("/items/{number}")
@app.patch("/items/{number}")
async def change_item(number: int, item: Item) -> dict[str, Any]:
    items[number] = item.name
    return {"id": number, "name": item.name}


@app.delete("/items/{number}", status_code=204)
async def delete_item(number: int) -> None:
    items.pop(number, None)


@app.delete("/bodies")
async def delete_by_body(item: Item) -> Item:
    return item


@app.get("/echo")
async def echo(x: str) -> dict[str, str]:
    return {"x": x}


@app.get("/old")
async def old() -> RedirectResponse:
    return RedirectResponse("/health")


@app.get("/boom")
async def boom() -> None:
    raise ValueError("boom")


@app.get("/set-cookie")
async def set_cookie(response: Response) -> None:
    response.set_cookie("session", "abc")


@app.get("/cookies")
async def cookies(request: Request) -> dict[str, str]:
    return request.cookies


@app.get("/header")
async def header(authorization: Annotated[str | None, Header()] = None) -> str | None:
    return authorization


@app.get("/language")
async def language(accept_language: Annotated[str, Header()] = "en") -> str:
    return accept_language


@app.get("/caller")
async def caller(request: Request) -> str:
    return request.client.host if request.client else ""


@app.get("/remembered")
async def remembered(_: Annotated[str | None, Cookie()] = None) -> list[str]:
    return memory


@app.post("/body")
async def body(request: Request) -> dict[str, str]:
    """Say what came; to take it apart would need one more library."""
    content = (await request.body()).decode()
    kind = request.headers["content-type"].partition(";")[0]
    return {"type": kind, "content": "a text" if "a text" in content else content}


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for line in ("a\n", "b\n"):
            yield line

    return StreamingResponse(lines())


@app.websocket("/ws")
async def websocket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()
