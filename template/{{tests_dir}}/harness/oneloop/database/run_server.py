"""The server of a run, as its roles see it: the administrator, whose password no test gets, the owner and the app."""

import asyncio
import hmac
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import DatabaseUnreachableError, RightsError
from .database_admin import administer, server_url
from .engine_guard import exempt
from .kept_template import KeptTemplate

ROLE = "oneloop"
RIGHTS = text("""
    SELECT rolname, rolbypassrls, rolsuper OR rolcreatedb AS makes_databases, rolsuper OR rolcreaterole AS makes_roles
    FROM pg_roles WHERE rolname = current_user""")
IS_ROLE = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
# Each run holds the lock of its id for as long as it lives. What belongs to another id is a dead run's.
HOLD = text("SELECT set_config('idle_session_timeout', '0', false), pg_advisory_lock_shared(29771, hashtext(:run))")
COMMENT = "oneloop run "
DROPS = text(f"""
    WITH made AS MATERIALIZED (
        SELECT substring(shobj_description(oid, 'pg_database') FROM '^{COMMENT}(.*)') AS run,
            format('DROP DATABASE IF EXISTS %I WITH (FORCE)', datname) AS statement
        FROM pg_database WHERE pg_has_role(datdba, 'USAGE')
        UNION ALL SELECT substring(rolname FROM '^{ROLE}_([0-9a-f]{{8}})$'),
            format('DROP ROLE IF EXISTS %I, %I', rolname, rolname || '_app') FROM pg_roles)
    SELECT statement FROM made
    WHERE run = :ended OR pg_try_advisory_xact_lock(29771, hashtext(run)) ORDER BY statement""")


class RunServer(NamedTuple):
    """The URLs of the three roles. `admin` names the database from which the names of all others derive."""

    admin: URL
    owner: URL
    app: URL
    app_role: str = ""  # to which the migrations grant, if the app has a role of its own

    @classmethod
    def with_roles(cls, admin: URL, owner: str, secret: str, app_role: str) -> "RunServer":
        """Name the roles; their passwords derive from `secret`, so that a cluster that is kept knows them."""

        def login(role: str) -> URL:
            return admin.set(username=role, password=hmac.digest(secret.encode(), role.encode(), "sha256").hex())

        return cls(admin, login(owner), login(f"{owner}_app") if app_role else login(owner), app_role)

    async def make_roles(self, connection: AsyncConnection) -> None:
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

    def __init__(
        self, given: str, where: str, environment: Mapping[str, str], *, run: str, role: str, kept: KeptTemplate | None
    ) -> None:
        self._given, self._where, self._environment = given, where, environment
        self._run, self._app_role, self._kept = run, role, kept
        self.ready: Future[RunServer] = Future()

    async def live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with exempt():
            try:
                url = _complete(server_url(self._given, where=self._where), self._environment)
                async with administer(url) as connection:
                    await connection.execute(HOLD, {"run": self._run})
                    await sweep(connection)
                    if self._kept is not None:
                        await self._kept.find(connection, url)
                    self.ready.set_result(await self._make(connection, url))
                    await self._stop.wait()
                    await sweep(connection, self._run)
            except BaseException as error:  # noqa: BLE001  raised again by who waits for it
                if not self.ready.done():  # a server that is gone later was reported before
                    reason = getattr(error, "orig", None)
                    self.ready.set_exception(DatabaseUnreachableError(str(url), str(reason)) if reason else error)

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
        found = self._kept.found if self._kept else None
        owner = found["owner"] if found else f"{ROLE}_{self._run}"
        server = RunServer.with_roles(url, owner, url.render_as_string(hide_password=False), self._app_role)
        try:
            await server.make_roles(connection)
        except DBAPIError as error:
            raise RightsError(rights.rolname, f"create the roles of this run ({error.orig})", "CREATEROLE") from None
        async with administer(server.owner):  # its pg_hba.conf may refuse it
            return server

    def stop(self) -> None:
        if not self.ready.exception():
            self._loop.call_soon_threadsafe(self._stop.set)


def _complete(url: URL, environment: Mapping[str, str]) -> URL:
    """Add what libpq would add. Its variables are about to name the test database, so nothing is left to them."""
    port = environment.get("PGPORT") or "5432"
    if "host" in url.query:
        url = url if "port" in url.query else url.update_query_dict({"port": port})
    else:
        url = url.set(host=url.host or environment.get("PGHOST"), port=url.port or int(port))
    password = url.password if isinstance(url.password, str) else environment.get("PGPASSWORD")
    user = url.username or environment.get("PGUSER") or environment.get("USER")
    return url.set(username=user, password=password)


async def sweep(connection: AsyncConnection, ended: str = "") -> None:
    """Drop the databases and the roles of the run `ended`, and of runs that were killed: their locks are free."""
    for statement in (await connection.scalars(DROPS, {"ended": ended})).all():
        with suppress(DBAPIError):  # it owns a kept template, is another role's, or another run drops it too
            await connection.exec_driver_sql(statement)
