"""`GET /api/documents/{id}` without layers: SQLAlchemy and pydantic below a route of Starlette or of FastAPI."""

from uuid import UUID

from fastapi import FastAPI
from my_service.auth.tokens import read_access_token
from my_service.documents.models import Document
from my_service.documents.schemas import DocumentOut
from my_service.settings import Settings
from my_service.users.models import User
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/api/documents/{document_id}"


class Reader:
    """The same reads as the service's: the user of the token, and the document."""

    def __init__(self) -> None:
        self.settings = Settings.load()
        self.engine = create_async_engine(self.settings.database_url, pool_size=10, max_overflow=0)

    async def read(self, request: Request, document_id: UUID) -> DocumentOut:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        async with AsyncSession(self.engine) as session:
            user = await session.get_one(User, read_access_token(token, self.settings))
            assert user.is_active
            return DocumentOut.model_validate(await session.get(Document, document_id))


def create_starlette() -> Starlette:
    reader = Reader()

    async def get_document(request: Request) -> Response:
        document = await reader.read(request, UUID(request.path_params["document_id"]))
        return Response(document.model_dump_json(), media_type="application/json")

    async def get_ready(_: Request) -> Response:
        return Response()

    return Starlette(routes=[Route(PATH, get_document), Route("/api/ready", get_ready)])


def create_fastapi() -> FastAPI:
    reader, app = Reader(), FastAPI()

    @app.get(PATH)
    async def get_document(request: Request, document_id: UUID) -> DocumentOut:
        return await reader.read(request, document_id)

    @app.get("/api/ready")
    async def get_ready() -> None:
        return None

    return app
