"""URLs that are written in the code: an engine that is made with one of them gets the test database.

It imports nothing of the plugin: the process that runs Alembic runs this file too.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.engine import url as urls

MEMORY = ("", ":memory:")


def redirect(written: Iterable[str], folder: Path, target: Callable[[], str]) -> Callable[[], None]:
    """Let `create_engine` take the target for these URLs, and return what ends it. `folder` has the relative files."""
    parse = urls.make_url
    known = {_place(parse(each), folder) for each in written}

    def make_url(given: str | URL, **options: Any) -> URL:
        url = parse(given, **options)
        test = parse(target()) if _place(url, folder) in known else url
        return test.set(drivername=url.drivername) if test.get_backend_name() == url.get_backend_name() else url

    def end() -> None:
        urls.make_url = parse

    urls.make_url = make_url  # type: ignore[assignment]  # `create_engine` asks this module for it
    return end


def is_in_memory(url: URL) -> bool:
    """Return whether a database ends with its process."""
    if url.get_backend_name() != "sqlite":
        return False
    database = url.database or ""
    return database in MEMORY or url.query.get("mode") == "memory" or "mode=memory" in database


def _place(url: URL, folder: Path) -> tuple[str, str | None, int | None, str]:
    """Return which database it is, without the account."""
    if url.get_backend_name() != "sqlite":
        return url.get_backend_name(), url.host, url.port, url.database or ""
    return "sqlite", None, None, ":memory:" if is_in_memory(url) else str((folder / str(url.database)).resolve())
