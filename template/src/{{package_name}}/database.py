"""The database: the base of the models, the engine, and a session for each request."""

from collections.abc import AsyncIterator
from datetime import datetime
from time import monotonic
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Request
from sqlalchemy import DateTime, MetaData, event, func
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from .database_errors import explain_errors
from .settings import Settings

SessionFactory = async_sessionmaker[AsyncSession]

PING_AFTER_SECONDS = 1.0
IDLE_SINCE = "idle_since"


class Base(DeclarativeBase):
    """The base of the models: constraints have names, times have a zone."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  SQLAlchemy's own form


class Identified:
    """Columns for an id and the time of creation."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def milliseconds(seconds: float) -> str:
    """Return a time limit as PostgreSQL reads it; never 0, which means none."""
    return str(max(1, round(seconds * 1000)))


def create_engine(settings: Settings) -> AsyncEngine:
    """Return the engine of the app. It connects at its first use."""
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=settings.database_pool_timeout_seconds,
        connect_args={
            "timeout": settings.database_timeout_seconds,
            "command_timeout": settings.database_timeout_seconds,
            "server_settings": {
                "application_name": __package__,
                "lock_timeout": milliseconds(settings.database_lock_timeout_seconds),
                "idle_in_transaction_session_timeout": milliseconds(settings.database_idle_seconds),
            },
        },
        # Errors are logged with their statement; its parameters may be secret.
        hide_parameters=True,
    )
    explain_errors(engine)
    _ping_idle_connections(engine)
    return engine


def _ping_idle_connections(engine: AsyncEngine) -> None:
    # `pool_pre_ping` asks before each request, which costs a tenth of it. A connection that was in
    # use a second ago is still there, or asyncpg knows that it is not.
    def checkin(_: Any, record: ConnectionPoolEntry) -> None:
        record.info[IDLE_SINCE] = monotonic()

    def checkout(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        closed = connection.driver_connection.is_closed()
        idle = monotonic() - record.info.get(IDLE_SINCE, monotonic())
        if closed or (idle > PING_AFTER_SECONDS and not _answers(engine, connection)):
            raise DisconnectionError  # the pool opens another connection

    event.listen(engine.sync_engine, "checkin", checkin)
    event.listen(engine.sync_engine, "checkout", checkout)


def _answers(engine: AsyncEngine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except Exception:  # noqa: BLE001  whatever it is, the connection is of no use
        return False


def create_ready_engine(settings: Settings) -> AsyncEngine:
    """Return an engine with one connection, for the question whether the database answers."""
    limit = settings.ready_timeout_seconds
    changed = {
        "database_pool_size": 1,
        "database_pool_timeout_seconds": limit,
        "database_timeout_seconds": limit,
    }
    return create_engine(settings.model_copy(update=changed))


def create_session_factory(engine: AsyncEngine) -> SessionFactory:
    """Return a session factory; rows stay readable after a commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def get_session_factory(request: Request) -> SessionFactory:
    """Return the session factory of the app, also for work after the request."""
    factory: SessionFactory = request.state.session_factory
    return factory


SessionFactoryDep = Annotated[SessionFactory, Depends(get_session_factory)]


async def get_session(factory: SessionFactoryDep) -> AsyncIterator[AsyncSession]:
    """Yield the session of the request: commit when the handler returns, roll back if it raises."""
    async with factory() as session:
        yield session
        await session.commit()


# With this scope the commit comes before the response: a failed commit is a 5xx, never a 200.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
