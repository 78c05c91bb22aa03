"""What a route's dependencies reach: FastAPI's own tree of them, and their code."""

import inspect
from dataclasses import dataclass, field
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase

from .code import Code
from .objects import hints_of, kind_of, name_of, types_in, unwrap
from .reached_resources import AUTHENTICATION, AUTHORIZATION, BACKGROUND, DATABASE, Resource


@dataclass
class DependencyTrees:
    """Walks dependants. `session_dependency` provides the database whatever it looks like."""

    code: Code
    session_dependency: Any = None
    _kept: dict[int, tuple[Dependant, list[Resource]]] = field(default_factory=dict)

    def reaches(self, dependant: Dependant | None, endpoint: Any) -> list[Resource]:
        """Return everything that a route reaches: through its dependencies first, then through its endpoint."""
        found: list[Resource] = []
        if dependant is not None:
            scheme = find_scheme(dependant)
            if scheme:
                found.append(Resource(AUTHENTICATION, f"the security scheme {scheme}"))
            found += _read_from_request(dependant)
            for each in dependant.dependencies:
                found += self._of_dependency(each)
        if endpoint is not None:
            found += [each._replace(late=True) for each in self.code.reaches(endpoint)]
        return list(dict.fromkeys(found))

    def _of_dependency(self, dependant: Dependant) -> list[Resource]:
        key = id(dependant)
        if key not in self._kept:
            self._kept[key] = (dependant, self._look(dependant))
        return self._kept[key][1]

    def _look(self, dependant: Dependant) -> list[Resource]:
        call = unwrap(dependant.call)
        if isinstance(call, SecurityBase):
            return []
        below = [each for inner in dependant.dependencies for each in self._of_dependency(inner)]
        own = [*_read_from_request(dependant), *self.code.reaches(dependant.call)]
        if self._gives_sessions(call):
            # A request that is refused early leaves the session unused, also after the `yield`.
            given = Resource(DATABASE, f"the dependency {name_of(call)}", late=True)
            own = [given, *(each._replace(late=True) for each in own)]
        return [*below, *own]

    def _gives_sessions(self, call: Any) -> bool:
        if call is self.session_dependency and call is not None:
            return True
        if any(kind_of(each) == DATABASE for each in types_in(hints_of(call).get("return"))):
            return True
        generator = inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call)
        return generator and any(each.kind == DATABASE for each in self.code.reaches(call))


def find_scheme(dependant: Dependant) -> str | None:
    """Return the name of the first security scheme that a route depends on, at any depth."""
    call = unwrap(dependant.call)
    if isinstance(call, SecurityBase):
        return type(call).__name__
    return next(filter(None, map(find_scheme, dependant.dependencies)), None)


def _read_from_request(dependant: Dependant) -> list[Resource]:
    found: list[Resource] = []
    if dependant.background_tasks_param_name:
        what = f"the parameter {dependant.background_tasks_param_name!r} of "
        found.append(Resource(BACKGROUND, what + name_of(unwrap(dependant.call)), late=True))
    if dependant.own_oauth_scopes:
        scopes = ", ".join(dependant.own_oauth_scopes)
        found.append(Resource(AUTHENTICATION, f"Security with the scopes {scopes}"))
    headers = [each.alias for each in dependant.header_params if each.alias.lower() == AUTHORIZATION]
    return [*found, *(Resource(AUTHENTICATION, f"the header {name!r}") for name in headers)]
