"""ACCESS as the user declared it, compared with the routes that the app has."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from itertools import takewhile
from types import ModuleType
from typing import NamedTuple

from ..app.routes import MOUNT, Endpoint
from ..config import TESTS, shown
from .matrix import ANONYMOUS, Access, AccessError

PATH = TESTS / "access.py"
FILE = shown(PATH)


class Case(NamedTuple):
    entry: str  # of ACCESS: method, path, and words that tell two entries apart
    role: str

    @property
    def method(self) -> str:
        return self.entry.split()[0]

    @property
    def path(self) -> str:
        return self.entry.split()[1]

    def __str__(self) -> str:
        return f"{self.entry} as {self.role}"


def load() -> Mapping[str, Access]:
    if not PATH.is_file():
        return {}
    access: Mapping[str, Access] = getattr(_import(), "ACCESS", {})
    for entry, declared in access.items():
        words = entry.split()
        if len(words) < 2 or not isinstance(declared, Access) or bool(declared.left_out) != (words[0] == MOUNT):
            raise AccessError(
                f'{FILE}: the entry {entry!r} is not valid. Write "GET /api/path": Access(...), or, for a mounted app '
                f'alone, "{MOUNT} /path": Access(left_out="reason").'
            )
    return access


def _import() -> ModuleType:
    # Its name depends on the project, such as `backend.tests.access`: as pytest names the conftest.py beside it.
    packages = takewhile(lambda folder: (folder / "__init__.py").is_file(), PATH.parents)
    name = ".".join([*reversed([folder.name for folder in packages]), PATH.stem])
    if (known := sys.modules.get(name)) and known.__file__ == str(PATH):
        return known
    spec = spec_from_file_location(name, PATH)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


def list_cases(access: Mapping[str, Access]) -> list[Case]:
    return [Case(entry, role) for entry, declared in access.items() for role in declared.statuses]


def find_problems(access: Mapping[str, Access], endpoints: Sequence[Endpoint], roles: Collection[str]) -> list[str]:
    columns = [ANONYMOUS, *roles]
    left_out = tuple(f"{entry.split()[1]}/" for entry, declared in access.items() if declared.left_out)
    routes = {each.name: each for each in endpoints if not f"{each.mount}/".startswith(left_out)}
    declared = {_route(entry) for entry in access}
    missing = [_line(each, columns) for name, each in routes.items() if not {name, each.method} & {*declared, MOUNT}]
    problems = [*_entry_problems(access, columns, routes), *_status_problems(access, routes)]
    if missing:
        mounts = {each.mount for name, each in routes.items() if each.mount and name not in declared}
        missing += [f'    # Or for all of it: "{MOUNT} {path}": Access(left_out="reason"),' for path in sorted(mounts)]
        file = ("Write the file, and correct each status:\n\nfrom oneloop.access import Access\n\nACCESS = {", "}")
        start, *end = ("Add to ACCESS, and correct each status:",) if access else file
        problems.insert(0, "\n".join([start, *missing, *end]))
    return problems


def _route(entry: str) -> str:
    return " ".join(entry.split()[:2])


def _line(endpoint: Endpoint, columns: Sequence[str]) -> str:
    statuses = {role: 401 if endpoint.scheme and role == ANONYMOUS else endpoint.status for role in columns}
    return f'    "{endpoint.name}": Access({", ".join(_argument(*each) for each in statuses.items())}),'


def _argument(role: str, status: int) -> str:
    return f"{role}={status}" if role.isidentifier() else f'**{{"{role}": {status}}}'


def _entry_problems(access: Mapping[str, Access], columns: Sequence[str], routes: Collection[str]) -> Iterator[str]:
    for entry, declared in access.items():
        if _route(entry) not in routes:
            yield f'The app has no such route. Delete from ACCESS:\n    "{entry}": ...'
            continue
        statuses = declared.statuses
        for role in columns if not declared.left_out else ():
            if role not in statuses:
                proposed = [*statuses.values()][-1] if statuses else 200
                yield f'Add to the Access of "{entry}":\n    {_argument(role, proposed)},'
        for role in statuses:
            if role not in columns:
                line = _argument(role, statuses[role])
                yield f'There is no role {role!r}. Delete from the Access of "{entry}":\n    {line},'


def _status_problems(access: Mapping[str, Access], routes: Collection[str]) -> Iterator[str]:
    for name in routes:
        entries = [each for each in access if _route(each) == name]
        statuses = [status for each in entries for status in access[each].statuses.values()]
        if statuses and min(statuses) >= 400:
            yield (
                f'"{name}" answers every role with an error, which does not show who has access. '
                "Arrange a request that succeeds for one of them."
            )
