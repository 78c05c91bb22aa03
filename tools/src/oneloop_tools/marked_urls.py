"""URLs of a database that does not exist: the app is imported with them, and nothing connects."""

from collections.abc import Mapping, Sequence

NAME = "test_adoption"
PARTS = {
    "user": "app",
    "password": "Oneloop-adopts-2026",  # validators of strength accept it
    "host": "127.0.0.1",
    "port": "54329",
    "name": NAME,
    "address": "127.0.0.1:54329",
}


def marked_urls(variables: Mapping[str, Sequence[str]], driver: str) -> dict[str, str]:
    """Return the values of the variables, which are by their part; `url` and a driver stand for a whole URL."""
    values = {part: PARTS.get(part) or _whole(driver if part == "url" else part) for part in variables}
    return {name: values[part] for part, names in variables.items() for name in names}


def _whole(driver: str) -> str:
    if driver.startswith("sqlite"):
        return f"{driver}:////nowhere/{NAME}.db"
    return f"{driver}://{PARTS['user']}:{PARTS['password']}@{PARTS['address']}/{NAME}"
