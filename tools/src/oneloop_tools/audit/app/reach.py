"""What a route reaches: by the code of functions, through its dependencies, and in the middleware before it.

No code is run. A name is looked up in the function's globals and closure, an attribute in its object or class, and a
parameter by its annotation. The functions of the project that are found this way are followed in turn, each once.

A middleware that only wraps the request is no reason to convert: it would be one for every test of the app. One that
uses the database, authenticates, or has a client of its own is a reason. A lifespan counts where a test enters it.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase
from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware

from .functions import Functions, attribute
from .reading import Reading
from .resources import (
    AUTHENTICATION,
    AUTHORIZATION,
    BACKGROUND,
    DATABASE,
    MIDDLEWARE,
    Resource,
    hints_of,
    kind_of,
    name_of,
    package_of,
    types_in,
    unwrap,
)

LIBRARIES = {"fastapi", "starlette"}
LIMIT = 3000  # functions behind one route; what is behind more is not followed


@dataclass
class Code:
    """Follows functions. Each function is read once. `settled`: a condition on a setting has its value of now."""

    functions: Functions
    settled: bool = False
    _direct: dict[FunctionType, Reading] = field(default_factory=dict)

    def reaches(self, thing: Any, *, lenient: bool = False) -> list[Resource]:
        """Return everything that a function, class or callable object reaches, itself or through others.

        `lenient` leaves out unknown awaited objects: a middleware awaits the app itself.
        """
        found: list[Resource] = []
        for reading in self._readings(thing):
            found += reading.reaches if lenient else [*reading.reaches, *reading.unknown]
        return list(dict.fromkeys(found))

    def answers_invalid(self, thing: Any) -> bool:
        """Tell whether some code has a 422 of its own, beside FastAPI's for what is invalid."""
        return any(reading.answers_invalid for reading in self._readings(thing))

    def _readings(self, thing: Any) -> Iterator[Reading]:
        waiting = self._entries(thing)
        seen = set(waiting)
        while waiting and len(seen) < LIMIT:
            reading = self._read(waiting.pop())
            yield reading
            for function in reading.calls:
                if function not in seen:
                    seen.add(function)
                    waiting.append(function)

    def _entries(self, thing: Any) -> list[FunctionType]:
        thing = unwrap(thing)
        if isinstance(thing, FunctionType):
            found: list[Any] = [thing]
        elif isinstance(thing, type):
            found = [vars(each).get("__init__") for each in thing.__mro__]
        else:
            found = [unwrap(attribute(type(thing), "__call__"))]
        return [each for each in found if isinstance(each, FunctionType) and self.functions.is_of_the_project(each)]

    def _read(self, function: FunctionType) -> Reading:
        if function not in self._direct:
            # It is stored before it is read: functions may call each other in a circle.
            self._direct[function] = reading = Reading(function, self.functions, self._read)
            reading.settled = self.settled
            reading.read()
        return self._direct[function]


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
            late = not self.code.answers_invalid(endpoint)
            found += [each._replace(late=late) for each in self.code.reaches(endpoint)]
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
    asked = getattr(dependant, "own_oauth_scopes", None) or getattr(dependant, "security_scopes", None)
    if asked:
        scopes = ", ".join(asked)
        found.append(Resource(AUTHENTICATION, f"Security with the scopes {scopes}"))
    headers = [each.alias for each in dependant.header_params if each.alias.lower() == AUTHORIZATION]
    return [*found, *(Resource(AUTHENTICATION, f"the header {name!r}") for name in headers)]


def lifespans_of(app: Starlette) -> list[Any]:
    """Return the lifespan of an app, those of the routers in it, and its handlers of startup and shutdown."""
    router = app.router
    waiting = [
        router.lifespan_context,
        *getattr(router, "on_startup", ()),
        *getattr(router, "on_shutdown", ()),
    ]
    found: list[Any] = []
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        bare = unwrap(part)
        if package_of(bare) in LIBRARIES:  # FastAPI joins lifespans in a function of its own
            cells = [cell.cell_contents for cell in getattr(bare, "__closure__", None) or ()]
            waiting += [each for each in cells if callable(each)]
    return found


def lifespan_reaches(app: Starlette, code: Code) -> list[Resource]:
    """Return what the lifespan of an app shares with other loops. What it makes itself belongs to its own loop."""
    settled = Code(code.functions, settled=True)  # it runs before a test could change a setting
    found = [each for part in lifespans_of(app) for each in settled.reaches(part, lenient=True)]
    return [each for each in dict.fromkeys(found) if each.shared and each.kind != AUTHENTICATION]


def middleware_reaches(app: Starlette, code: Code) -> list[Resource]:
    found: list[Resource] = []
    for each in app.user_middleware:
        options = getattr(each, "kwargs", None) or getattr(
            each, "options", {}
        )  # its name in older versions of Starlette
        parts: list[Any] = [*getattr(each, "args", ()), *options.values()]
        if isinstance(each.cls, type):
            parts += [getattr(each.cls, name, None) for name in ("dispatch", "__call__", "__init__")]
            if issubclass(each.cls, AuthenticationMiddleware):
                found.append(Resource(MIDDLEWARE, "AuthenticationMiddleware authenticates"))
        else:
            parts.append(each.cls)
        for part in parts:
            for reach in code.reaches(part, lenient=True) if callable(part) else ():
                what = f"{name_of(each.cls)} reaches {reach.what}"
                found.append(Resource(MIDDLEWARE, what, reach.where))
    return list(dict.fromkeys(found))
