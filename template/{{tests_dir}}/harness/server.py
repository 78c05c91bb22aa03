"""Where PostgreSQL comes from: TEST_DATABASE_URL, or an embedded server for this run alone."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url

from .database import DRIVER, server_url
from .postgres import PostgresServer, start_server

VARIABLE = "TEST_DATABASE_URL"
EMBEDDED_DATABASE = "test"


class Server:
    """The server of this run, started while pytest collects and asked for when first needed.

    `data_dir` is that of a kept server, whose databases outlive the run.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self._given = os.environ.get(VARIABLE)
        self._data_dir = data_dir
        self._starting: Future[PostgresServer] | None = None
        self._executor: ThreadPoolExecutor | None = None

    @property
    def described(self) -> str:
        """What the header of a run says of it."""
        return "embedded PostgreSQL" if self.embedded else VARIABLE

    @property
    def embedded(self) -> bool:
        """Whether the server is ours."""
        return not self._given

    @property
    def throw_away(self) -> bool:
        """Whether everything in it goes when the run ends."""
        return self.embedded and self._data_dir is None

    @property
    def usable(self) -> bool:
        """Whether it can be asked for its URL without a start, and without an error."""
        return bool(self._given) or (
            self._starting is not None and self._starting.exception() is None
        )

    def start(self) -> None:
        """Begin to start the embedded server, and return at once; nothing to do for a given one."""
        if self._given:
            server_url(self._given, where=VARIABLE)
        elif self._starting is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="harness-postgres")
            self._starting = self._executor.submit(start_server, data_dir=self._data_dir)

    def url(self) -> URL:
        """Return the URL of the base database, once the server answers."""
        self.start()
        if self._given:
            return server_url(self._given, where=VARIABLE)
        assert self._starting is not None
        base = make_url(self._starting.result().url).set(database=EMBEDDED_DATABASE)
        return base.set(drivername=DRIVER)

    @property
    def log(self) -> Path | None:
        """The file that the server writes its log to, if it is ours and has started."""
        if self._starting is None or not self.usable:
            return None
        return self._starting.result().log

    def stop(self) -> None:
        """Stop the embedded server, if one was started."""
        if self._starting is not None:
            with suppress(Exception):  # a failed start was reported by the test that needed it
                self._starting.result().stop()
        if self._executor is not None:
            self._executor.shutdown()
