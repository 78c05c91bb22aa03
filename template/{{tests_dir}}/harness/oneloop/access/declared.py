"""What is declared, held against what the app has."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from ..app.routes import Endpoint
from .matrix import ANONYMOUS, Access, AccessError

MODULE = "tests.access"
FILE = "tests/access.py"


class Case(NamedTuple):
    """One role at one entry of ACCESS; what stands after the path tells entries of it apart."""

    entry: str
    role: str

    @property
    def method(self) -> str:
        """Give the method: `GET`."""
        return self.entry.split(maxsplit=2)[0]

    @property
    def path(self) -> str:
        """Give the path, its `{...}` still in it."""
        return self.entry.split(maxsplit=2)[1]

    def __str__(self) -> str:
        """Read as a test's id does: `GET /api/documents as writer`."""
        return f"{self.entry} as {self.role}"


def load() -> Mapping[str, Access]:
    """Return the user's ACCESS; nothing when there is no `tests/access.py`."""
    if find_spec(MODULE) is None:
        return {}
    access: Mapping[str, Access] = getattr(import_module(MODULE), "ACCESS", {})
    for entry, declared in access.items():
        if len(entry.split()) < 2 or not isinstance(declared, Access):
            raise AccessError(
                f'{FILE}: the entry {entry!r} cannot be read. Write "GET /api/path": Access(...).'
            )
    return access


def list_cases(access: Mapping[str, Access]) -> list[Case]:
    """Return a case for each status that is declared."""
    return [Case(entry, role) for entry, declared in access.items() for role in declared.statuses]


def find_problems(
    access: Mapping[str, Access], endpoints: Sequence[Endpoint], roles: Collection[str]
) -> list[str]:
    """Return what is missing in ACCESS and what is too much, each with the line that mends it."""
    columns = [ANONYMOUS, *roles]
    has = {each.name: each for each in endpoints}
    declared = {route_of(entry) for entry in access}
    missing = [line_for(each, columns) for name, each in has.items() if name not in declared]
    problems = [*_entry_problems(access, columns, has), *_shut_problems(access, has)]
    if missing:
        problems.insert(0, _addition("\n".join(missing), whole=not access))
    return problems


def _addition(lines: str, *, whole: bool) -> str:
    if whole:
        start = f"from oneloop.access import Access\n\nACCESS = {{"
        return f"Write it, each status as it ought to be:\n\n{start}\n{lines}\n}}"
    return f"Add to ACCESS, each status as it ought to be:\n{lines}"


def route_of(entry: str) -> str:
    """Return method and path of an entry, without the words that tell entries of it apart."""
    return " ".join(entry.split()[:2])


def line_for(endpoint: Endpoint, columns: Sequence[str]) -> str:
    """Return the line of ACCESS for a route: a proposal, by what FastAPI knows of it."""
    listed = ", ".join(
        column(role, 401 if endpoint.scheme and role == ANONYMOUS else endpoint.status)
        for role in columns
    )
    return f'    "{endpoint.name}": Access({listed}),'


def column(role: str, status: int) -> str:
    """Return a role's argument of `Access`, also for a role whose name is no name in Python."""
    return f"{role}={status}" if role.isidentifier() else f'**{{"{role}": {status}}}'


def _entry_problems(
    access: Mapping[str, Access], columns: Sequence[str], has: Collection[str]
) -> Iterator[str]:
    for entry, declared in access.items():
        if route_of(entry) not in has:
            yield f'The app has no such route; delete from ACCESS:\n    "{entry}": ...'
            continue
        statuses = declared.statuses
        for role in columns:
            if role not in statuses:
                like = [*statuses.values()][-1] if statuses else 200
                yield f'Add to the Access of "{entry}":\n    {column(role, like)},'
        for role in statuses:
            if role not in columns:
                yield (
                    f'There is no role {role!r}; delete from the Access of "{entry}":\n'
                    f"    {column(role, statuses[role])},"
                )


def _shut_problems(access: Mapping[str, Access], has: Collection[str]) -> Iterator[str]:
    for name in has:
        entries = [each for each in access if route_of(each) == name]
        statuses = [status for each in entries for status in access[each].statuses.values()]
        if statuses and min(statuses) >= 400:
            yield (
                f'"{name}" answers everybody with an error, which tells nothing of who may do '
                "what. Arrange a request that somebody may make."
            )
