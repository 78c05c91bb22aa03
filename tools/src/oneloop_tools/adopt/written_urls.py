"""URLs that are written in the code, where no variable has them: the plugin puts the test database in their place."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .database_url import DatabaseUrl

WHOLE = re.compile(r"^\w+(?:\+\w+)?://\S*$")
ACCOUNT = re.compile(r"(?<=://)[^/@]*@")
IN_MEMORY = re.compile(r"^sqlite(?:\+\w+)?://(?:/?(?::memory:)?$|.*\bmode=memory\b)")


def find_written_urls(app: DatabaseUrl, tests: Iterable[DatabaseUrl], driver: str) -> list[str]:
    """Return the app's URL and those of the tests' own engines, without accounts; in memory a suite keeps its own."""
    own = [each for each in tests if not each.variables]
    found = [*_whole(app), *(text for each in own for text in _whole(each) if not IN_MEMORY.match(text))]
    backend = driver.partition("+")[0]
    return list(dict.fromkeys(text for text in found if re.match(rf"{backend}\b", text)))


def without_account(text: str, driver: str) -> str:
    """Return a whole URL of the driver's kind of database without its account, or nothing."""
    is_whole = WHOLE.match(text) and re.match(rf"{driver.partition('+')[0]}\b", text)
    return ACCOUNT.sub("", text) if is_whole else ""


def _whole(url: DatabaseUrl) -> list[str]:
    texts = [each.text for each in url.texts]
    is_whole = not url.variables and len(texts) == 1 and WHOLE.match(texts[0])
    return [ACCOUNT.sub("", texts[0])] if is_whole else []


def urls_of_engines(engines: Iterable[dict[str, Any]], root: Path) -> list[str]:
    """Return the URLs of the engines that the app made when it was imported."""
    return list(dict.fromkeys(_url(each, root) for each in engines))


def _url(engine: dict[str, Any], root: Path) -> str:
    database = str(engine["database"] or "")
    if engine["driver"].startswith("sqlite"):
        path = Path(database)
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else database
        return f"{engine['driver']}:///{shown}"
    port = f":{engine['port']}" if engine["port"] else ""
    return f"{engine['driver']}://{engine['host'] or ''}{port}/{database}"
