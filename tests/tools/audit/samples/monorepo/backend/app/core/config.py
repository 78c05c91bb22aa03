from pydantic import BaseModel


class Settings(BaseModel):
    API_V1_STR: str = "/api/v1"
    DATABASE_URL: str = "sqlite+aiosqlite:///:memory:"


settings = Settings()
