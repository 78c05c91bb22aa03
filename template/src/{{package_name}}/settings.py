"""Settings, read from the environment and from `.env`; features are switched here."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"


class SettingsError(SystemExit):
    """A setting is missing or wrong; the process ends with the sentence that says which."""


def _with_driver(value: str) -> str:
    # Hosting platforms hand out postgres:// and postgresql://, which name no async driver.
    try:
        url = make_url(value)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in {"postgres", "postgresql", DRIVER}:
        message = "write it as postgresql://user:password@host/database"
        raise ValueError(message)
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


class Settings(BaseSettings):
    """Everything that differs from one deployment to the next."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_with_driver), Field(repr=False)]
    database_pool_size: int = Field(10, ge=1)
    database_pool_timeout_seconds: float = Field(5.0, gt=0)
    ready_timeout_seconds: float = Field(2.0, gt=0)

    secret_key: SecretStr = Field(min_length=32)
    access_token_minutes: int = Field(15, ge=1)
    refresh_token_days: int = Field(30, ge=1)
    # Argon2's cost, at the first recommendation of RFC 9106 for little memory.
    password_time_cost: int = Field(3, ge=1)
    password_memory_kib: int = Field(65536, ge=8)
    password_parallelism: int = Field(4, ge=1)

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
    slow_query_ms: float = Field(200.0, ge=0)
    sentry_dsn: SecretStr | None = None
    cors_origins: list[str] = []

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise `SettingsError`, which names each variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "\n".join(
                f"  {'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
                for each in error.errors(include_input=False, include_url=False)
            )
            message = f"The settings are wrong:\n{wrong}\nSet them in .env; see .env.example."
            raise SettingsError(message) from None
