"""What a route's dependencies reach: FastAPI's own tree, and the code of what is in it."""

import inspect
from dataclasses import dataclass, field
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase

from ...routes import find_scheme
from .code import Code
from .objects import hints_of, kind_of, name_of, types_in, unwrap
from .reach import AUTHENTICATION, BACKGROUND, DATABASE, Reach

HEADER = "authorization"


@dataclass
class Trees:
    """Walks dependants; `session_dependency` gives the database whatever it looks like."""

    code: Code
    session_dependency: Any = None
    _kept: dict[int, tuple[Dependant, list[Reach]]] = field(default_factory=dict)

    def reaches(self, dependant: Dependant | None, endpoint: Any) -> list[Reach]:
        """Return all that a route reaches: by its dependencies first, then by its endpoint."""
        found: list[Reach] = []
        if dependant is not None:
            scheme = find_scheme(dependant)
            if scheme:
                found.append(Reach(AUTHENTICATION, f"the security scheme {scheme}"))
            found += _asked_of_the_request(dependant)
            for each in dependant.dependencies:
                found += self._of_dependency(each)
        if endpoint is not None:
            found += [each._replace(late=True) for each in self.code.reaches(endpoint)]
        return list(dict.fromkeys(found))

    def _of_dependency(self, dependant: Dependant) -> list[Reach]:
        key = id(dependant)
        if key not in self._kept:
            self._kept[key] = (dependant, self._look(dependant))
        return self._kept[key][1]

    def _look(self, dependant: Dependant) -> list[Reach]:
        call = unwrap(dependant.call)
        if isinstance(call, SecurityBase):
            return []
        below = [each for inner in dependant.dependencies for each in self._of_dependency(inner)]
        own = [*_asked_of_the_request(dependant), *self.code.reaches(dependant.call)]
        if self._gives_sessions(call):
            # What comes after its `yield` finds a session that was not asked, and asks nothing.
            given = Reach(DATABASE, f"the dependency {name_of(call)}", late=True)
            own = [given, *(each._replace(late=True) for each in own)]
        return [*below, *own]

    def _gives_sessions(self, call: Any) -> bool:
        if call is self.session_dependency and call is not None:
            return True
        if any(kind_of(each) == DATABASE for each in types_in(hints_of(call).get("return"))):
            return True
        generator = inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call)
        return generator and any(each.kind == DATABASE for each in self.code.reaches(call))


def _asked_of_the_request(dependant: Dependant) -> list[Reach]:
    found: list[Reach] = []
    if dependant.background_tasks_param_name:
        what = f"the parameter {dependant.background_tasks_param_name!r} of "
        found.append(Reach(BACKGROUND, what + name_of(unwrap(dependant.call)), late=True))
    if dependant.own_oauth_scopes:
        scopes = ", ".join(dependant.own_oauth_scopes)
        found.append(Reach(AUTHENTICATION, f"Security with the scopes {scopes}"))
    headers = [each.alias for each in dependant.header_params if each.alias.lower() == HEADER]
    return [*found, *(Reach(AUTHENTICATION, f"the header {name!r}") for name in headers)]
