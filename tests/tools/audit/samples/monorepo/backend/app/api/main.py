from fastapi import APIRouter, Depends

from app.api.deps import reusable_oauth2
from app.api.routes import items, login, reports

api_router = APIRouter()
api_router.include_router(login.router)
api_router.include_router(items.router)
api_router.include_router(reports.router, prefix="/reports", dependencies=[Depends(reusable_oauth2)])
api_router.include_router(reports.router, prefix="/public-reports")
