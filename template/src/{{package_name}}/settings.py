"""Settings, from the environment and from `.env`. What would fail later is refused at start."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"

# The parameters of a URL that asyncpg takes. It does not know most of libpq's.
URL_PARAMETERS = {"host", "port", "ssl", "target_session_attrs", "prepared_statement_cache_size"}
CHOICES = {
    "ssl": "disable allow prefer require verify-ca verify-full",
    "target_session_attrs": "any primary standby prefer-standby read-write read-only",
}
PORTS = range(1, 65536)

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?")
DSN = re.compile(r"https?://\w+(:\w+)?@[^/@\s]+(/[^/\s]+)*/\d+")


class SettingsError(SystemExit):
    """A setting is missing or wrong. The process exits and prints which."""


def _with_driver(value: str) -> str:
    # Hosting platforms provide postgres:// and postgresql:// without an async driver, and libpq's
    # `sslmode`, which asyncpg calls `ssl`.
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    names = {"postgres", "postgresql", DRIVER}
    if url is None or url.drivername not in names or not (url.host or url.database or url.query):
        message = "This is not a PostgreSQL URL"
        raise ValueError(message) from None
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    if unknown := sorted(set(query) - URL_PARAMETERS):
        message = f"asyncpg does not know {', '.join(unknown)}. Remove it"
        raise ValueError(message)
    for name, choices in CHOICES.items():
        if name in query and query[name] not in choices.split():
            message = f"{name} is none of: {choices}"
            raise ValueError(message)
    root = os.getenv("PGSSLROOTCERT", "~/.postgresql/root.crt")  # asyncpg looks for it there
    if str(query.get("ssl")).startswith("verify") and not Path(root).expanduser().is_file():
        message = "This sslmode needs a root certificate. Set PGSSLROOTCERT to its file"
        raise ValueError(message)
    url = url.set(drivername=DRIVER, query=query)
    if not _has_valid_numbers(url):
        message = "A port or prepared_statement_cache_size is not valid"
        raise ValueError(message)
    return url.render_as_string(hide_password=False)


def _has_valid_numbers(url: URL) -> bool:
    try:
        _, given = url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        return False
    ports = given.get("port", PORTS[0])
    return all(each in PORTS for each in (ports if isinstance(ports, list) else [ports]))


def _strong(key: SecretStr) -> SecretStr:
    if len(set(key.get_secret_value())) < 10:  # noqa: PLR2004  random keys have more
        message = "The key has too few different characters"
        raise ValueError(message)
    return key


def _split(value: object) -> object:
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value


def _origin(value: str) -> str:
    # Browsers send a scheme, a host in lower case, and a port that is not the scheme's own.
    default = {"http": 80, "https": 443}
    if value != "*" and (
        not ORIGIN.fullmatch(value) or urlsplit(value).port == default[urlsplit(value).scheme]
    ):
        message = f"No browser sends the origin {value!r}"
        if value == "null":
            message = "The origin null is that of any sandboxed page, so it is not allowed"
        raise ValueError(message)
    return value


def _dsn(value: SecretStr) -> SecretStr:
    if not DSN.fullmatch(dsn := value.get_secret_value()) or urlsplit(dsn).port == 0:
        message = "This is not the DSN of a Sentry project"
        raise ValueError(message)
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings of a deployment."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[str, AfterValidator(_with_driver)] = Field(
        repr=False, description="Write postgresql://user:password@host/database"
    )
    database_pool_size: int = Field(10, ge=1, le=1000)
    database_pool_timeout_seconds: float = Field(5.0, gt=0, le=60)
    # The time limits of opening a connection and of a statement, of waiting for a lock, and of a
    # transaction between two statements.
    database_timeout_seconds: float = Field(30.0, gt=0, le=600)
    database_lock_timeout_seconds: float = Field(2.0, gt=0, le=600)
    database_idle_seconds: float = Field(60.0, gt=0, le=600)
    ready_timeout_seconds: float = Field(2.0, gt=0, le=60)

    secret_key: Annotated[SecretStr, AfterValidator(_strong)] = Field(
        min_length=32, description="Write at least 32 random characters: openssl rand -hex 32"
    )
    access_token_minutes: int = Field(15, ge=1, le=24 * 60)
    refresh_token_days: int = Field(30, ge=1, le=3650)
    # Argon2's cost: the second recommended option of RFC 9106, with 64 MiB of memory.
    password_time_cost: int = Field(3, ge=1, le=100)
    password_memory_kib: int = Field(65536, ge=8, le=4 * 1024 * 1024)
    password_parallelism: int = Field(4, ge=1, le=64)
    # So many hashes run at a time, each with its memory, and so many more logins may wait.
    password_slots: int = Field(1, ge=1, le=64)
    password_queue: int = Field(30, ge=1, le=1000)
    # Failed logins until the answer is 429, of an account from one address and of an address.
    failed_logins_per_account: int = Field(10, ge=1, le=1_000_000)
    failed_logins_per_address: int = Field(100, ge=1, le=1_000_000)
    failed_login_minutes: int = Field(15, ge=1, le=24 * 60)
    # A refused login is answered after this time.
    refused_login_seconds: float = Field(1.0, ge=0, le=30)
    max_body_bytes: int = Field(1024 * 1024, ge=1024)

    # The page /docs and the description /openapi.json.
    api_docs: bool = True
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"
    # auto: lines to read in a terminal, JSON elsewhere.
    log_format: Literal["auto", "console", "json"] = "auto"
    slow_query_ms: float = Field(200.0, ge=0)
    sentry_dsn: Annotated[SecretStr, AfterValidator(_dsn)] | None = None
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
    ] = Field((), description="Write https://app.example.com, without a path")

    @field_validator("password_parallelism")
    @classmethod
    def _has_memory(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("password_memory_kib", 8 * value) < 8 * value:
            message = "Argon2 needs 8 KiB of PASSWORD_MEMORY_KIB for each"
            raise ValueError(message)
        return value

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
