from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql+psycopg://shop:shop@localhost/shop"
    api_key: str = "let me in"


@lru_cache
def get_settings() -> Settings:
    return Settings()
