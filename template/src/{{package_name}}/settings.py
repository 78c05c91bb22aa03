"""Settings, from the environment and from `.env`."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"


class SettingsError(SystemExit):
    """A setting is missing or wrong. The process exits and prints which."""


def _with_driver(value: str) -> str:
    # Hosting platforms provide postgres:// and postgresql:// without an async driver, and libpq's
    # `sslmode`, which asyncpg calls `ssl`.
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in {"postgres", "postgresql", DRIVER}:
        message = "This is not a PostgreSQL URL"
        raise ValueError(message) from None
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername=DRIVER, query=query).render_as_string(hide_password=False)


def _split(value: object) -> object:
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings of a deployment."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: Annotated[str, AfterValidator(_with_driver)] = Field(
        repr=False, description="Write postgresql://user:password@host/database"
    )
    database_pool_size: int = Field(10, ge=1)
    database_pool_timeout_seconds: float = Field(5.0, gt=0)
    # The time limit of opening a connection, and of a statement.
    database_timeout_seconds: float = Field(30.0, gt=0)
    ready_timeout_seconds: float = Field(2.0, gt=0)

    secret_key: SecretStr = Field(
        min_length=32, description="Write at least 32 characters: openssl rand -hex 32"
    )
    access_token_minutes: int = Field(15, ge=1)
    refresh_token_days: int = Field(30, ge=1)
    # Argon2's cost: the second recommended option of RFC 9106, with 64 MiB of memory.
    password_time_cost: int = Field(3, ge=1)
    password_memory_kib: int = Field(65536, ge=8)
    password_parallelism: int = Field(4, ge=1)

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)
    ] = "INFO"
    slow_query_ms: float = Field(200.0, ge=0)
    sentry_dsn: SecretStr | None = None
    cors_origins: Annotated[list[str], NoDecode, BeforeValidator(_split)] = []

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise `SettingsError` with each variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            lines = ["The settings are wrong:"]
            for each in error.errors(include_input=False, include_url=False):
                name = str(each["loc"][0])
                problem = each["msg"].removeprefix("Value error, ")
                fix = cls.model_fields[name].description
                lines.append(f"  {name.upper()}: {problem}. {fix or ''}".rstrip())
            lines.append("Set them in the environment or in .env; .env.example lists them.")
            raise SettingsError("\n".join(lines)) from None
