"""`GET /api/documents/{id}` without layers: SQLAlchemy and pydantic below a route of Starlette, with the same reads."""

from uuid import UUID

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


def create_app() -> Starlette:
    settings = Settings.load()
    engine = create_async_engine(settings.database_url, pool_size=10, max_overflow=0)

    async def get_document(request: Request) -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        async with AsyncSession(engine) as session:
            user = await session.get(User, read_access_token(token, settings))
            if user is None or not user.is_active:
                return Response(status_code=401)
            document = await session.get(Document, UUID(request.path_params["document_id"]))
            body = DocumentOut.model_validate(document).model_dump_json()
        return Response(body, media_type="application/json")

    async def get_ready(_: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/api/documents/{document_id}", get_document), Route("/api/ready", get_ready)])
