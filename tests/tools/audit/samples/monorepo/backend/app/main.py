from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

from app.api.main import api_router
from app.core.config import settings


class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Request-ID"] = "1"
        return response


app = FastAPI(title="Monorepo")
app.add_middleware(RequestId)
app.include_router(api_router, prefix=settings.API_V1_STR)


@app.middleware("http")
async def add_server(request: Request, call_next):
    response = await call_next(request)
    response.headers["Server"] = "here"
    return response


@app.get("/health-check/")
async def health_check() -> bool:
    return True
