"""Routes of the harness's own on the running app, for one test."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Mount

PREFIX = "/oneloop-probe"


class Probe(APIRouter):
    """A router below `/oneloop-probe`; `session` is the dependency of its routes.

    Its requests pass the app's own middleware, and its sessions come from where the app's do.
    """

    def __init__(self, app: FastAPI, session_factory_dependency: Callable[..., Any]) -> None:
        super().__init__(dependency_overrides_provider=app)

        async def session(
            factory: Annotated[Any, Depends(session_factory_dependency)],
        ) -> AsyncIterator[AsyncSession]:
            async with factory() as opened:
                try:
                    yield opened
                except BaseException:
                    await opened.rollback()
                    raise
                await opened.commit()

        self.session = session

    @contextmanager
    def mounted(self, app: FastAPI) -> Iterator[None]:
        """Stand before all other routes until the block ends: one of them may match all paths."""
        mount = Mount(PREFIX, app=self)
        app.router.routes.insert(0, mount)
        try:
            yield
        finally:
            app.router.routes.remove(mount)
