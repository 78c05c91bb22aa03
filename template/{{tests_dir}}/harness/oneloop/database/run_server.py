"""The server of a run, as its roles see it: the administrator, the owner who migrates, and the app.

The administrator's password is in no variable, and in no URL that a test gets.
"""

import asyncio
import hmac
import os
import secrets
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import DatabaseUnreachableError, OneloopError, RightsError
from .database_admin import administer, server_url
from .engine_guard import exempt
from .kept_template import KeptTemplate

ROLE = "oneloop"
RIGHTS = text("""
    SELECT rolname, rolbypassrls, rolsuper OR rolcreatedb AS makes_databases, rolsuper OR rolcreaterole AS makes_roles
    FROM pg_roles WHERE rolname = current_user""")
IS_ROLE = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
# Each run holds the lock of its id for as long as it lives; what belongs to another id is a dead run's.
HOLD = text("SELECT set_config('idle_session_timeout', '0', false), pg_advisory_lock_shared(29771, hashtext(:run))")
TRY = text("SELECT pg_try_advisory_lock(29771, hashtext(:run))")
RELEASE = text("SELECT pg_advisory_unlock(29771, hashtext(:run))")
COMMENT = "oneloop run "
RUNS = text(f"""
    SELECT DISTINCT run FROM (
        SELECT substring(shobj_description(oid, 'pg_database') FROM '^{COMMENT}(.*)') AS run
        FROM pg_database WHERE pg_has_role(datdba, 'USAGE')
        UNION ALL SELECT substring(rolname FROM '^{ROLE}_([0-9a-f]{{8}})(_app)?$') FROM pg_roles
    ) AS named WHERE run IS NOT NULL""")
OF_RUN = text(f"SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = '{COMMENT}' || :run")


class RunServer(NamedTuple):
    """The URLs of the three roles. `admin` names the database from which the names of all others derive.

    `app_role` is the role to which the migrations grant, if the app has a role of its own.
    """

    admin: URL
    owner: URL
    app: URL
    app_role: str = ""

    @classmethod
    def with_roles(cls, admin: URL, owner: str, secret: str, app_role: str) -> "RunServer":
        """Name the roles; their passwords derive from `secret`, so that a cluster that is kept knows them."""

        def login(role: str) -> URL:
            return admin.set(username=role, password=hmac.digest(secret.encode(), role.encode(), "sha256").hex())

        return cls(admin, login(owner), login(f"{owner}_app") if app_role else login(owner), app_role)

    async def make_roles(self, connection: AsyncConnection) -> None:
        """Create the roles that are missing: no superusers, and members of no other role."""
        if new := (connection.dialect.server_version_info or ()) >= (16,):
            await connection.exec_driver_sql("SET scram_iterations = 1")
        for url in dict.fromkeys((self.owner, self.app)):
            if not await connection.scalar(IS_ROLE, {"name": url.username}):
                await connection.exec_driver_sql(f"CREATE ROLE \"{url.username}\" LOGIN PASSWORD '{url.password}'")
                # An administrator who is no superuser has to be a member, to create databases for the role.
                inherit = "WITH INHERIT TRUE, SET TRUE" if new else ""
                await connection.exec_driver_sql(f'GRANT "{url.username}" TO CURRENT_USER {inherit}')
        if self.app_role:
            if not await connection.scalar(IS_ROLE, {"name": self.app_role}):
                await connection.exec_driver_sql(f'CREATE ROLE "{self.app_role}"')
            await connection.exec_driver_sql(f'GRANT "{self.app_role}" TO "{self.app.username}"')
            await connection.exec_driver_sql(f'ALTER ROLE "{self.app.username}" SET role = "{self.app_role}"')


class GivenServer:
    """The server of TEST_DATABASE_URL while a run uses it: its roles and its lock, and the end of both."""

    def __init__(self, url: str, run: str, app_role: str, kept: KeptTemplate | None) -> None:
        self._given, self._run, self._app_role, self._kept = url, run, app_role, kept
        self._environment = dict(os.environ)  # libpq's variables will name the test database
        self.ready: Future[RunServer] = Future()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="oneloop-given-server")
        self._ended = self._executor.submit(asyncio.run, self._live())

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with exempt():
            try:
                url = _complete(server_url(self._given, where="TEST_DATABASE_URL"), self._environment)
                async with administer(url) as connection:
                    await connection.execute(HOLD, {"run": self._run})
                    await sweep(connection)
                    if self._kept is not None:
                        await self._kept.find(connection, url)
                    self.ready.set_result(await self._make(connection, url))
                    await self._stop.wait()
            except BaseException as error:  # noqa: BLE001  raised again by who waits for it
                if not self.ready.done():
                    reason = getattr(error, "orig", None)
                    self.ready.set_exception(DatabaseUnreachableError(str(url), str(reason)) if reason else error)
                    return
            with suppress(OneloopError, DBAPIError):  # a server that is gone was reported before
                async with administer(url) as connection:
                    await drop_run(connection, self._run)

    async def _make(self, connection: AsyncConnection, url: URL) -> RunServer:
        rights = (await connection.execute(RIGHTS)).one()
        if not rights.makes_databases:
            raise RightsError(rights.rolname, "create databases", "CREATEDB")
        if not rights.makes_roles:
            if self._app_role:
                raise RightsError(rights.rolname, f"create the owner beside {self._app_role!r}", "CREATEROLE")
            if rights.rolbypassrls:
                raise RightsError(rights.rolname, "create a role without BYPASSRLS", "NOBYPASSRLS")
            url = url.set(username=rights.rolname)
            return RunServer(url, url, url)
        owner, secret = f"{ROLE}_{self._run}", secrets.token_urlsafe(24)
        if self._kept is not None:  # the role that owns a kept template is used again
            owner = self._kept.found["owner"] if self._kept.found else owner
            secret = url.render_as_string(hide_password=False)
            await connection.execute(HOLD, {"run": owner.removeprefix(f"{ROLE}_")})
        server = RunServer.with_roles(url, owner, secret, self._app_role)
        try:
            await server.make_roles(connection)
        except DBAPIError as error:
            raise RightsError(rights.rolname, f"create the roles of this run ({error.orig})", "CREATEROLE") from None
        async with administer(server.owner):  # its pg_hba.conf may refuse it
            return server

    def stop(self) -> None:
        if not self.ready.exception():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._ended.result()
        self._executor.shutdown()


def _complete(url: URL, environment: Mapping[str, str]) -> URL:
    """Return `url` with what it leaves to libpq's variables."""
    if url.host is None and "host" not in url.query:
        url = url.set(host=environment.get("PGHOST"), port=int(environment.get("PGPORT") or 5432))
    password = url.password if isinstance(url.password, str) else environment.get("PGPASSWORD")
    return url.set(username=url.username or environment.get("PGUSER"), password=password)


async def sweep(connection: AsyncConnection) -> None:
    """Drop what runs that were killed have left: their locks are free."""
    for run in (await connection.scalars(RUNS)).all():
        if await connection.scalar(TRY, {"run": run}):
            await drop_run(connection, run)
            await connection.execute(RELEASE, {"run": run})


async def drop_run(connection: AsyncConnection, run: str) -> None:
    """Drop every database of a run, and its roles."""
    names = (await connection.scalars(OF_RUN, {"run": run})).all()
    statements = [f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names]
    # Another run may use its roles, with the template that it kept. A kept template keeps its owner.
    if await connection.scalar(TRY, {"run": run}):
        statements += [f'DROP ROLE IF EXISTS "{ROLE}_{run}{end}"' for end in ("_app", "")]
        statements += [f"SELECT pg_advisory_unlock(29771, hashtext('{run}'))"]
    for statement in statements:
        with suppress(DBAPIError):  # another role's, or another run drops it too
            await connection.exec_driver_sql(statement)
