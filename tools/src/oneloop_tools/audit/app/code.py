"""What the code of a function can reach, followed through the real objects that its names mean.

Nothing is run. A name is looked up in the function's globals and closure, an attribute in its object or class, and a
parameter by its annotation. The functions of the project that are found this way are followed in turn, each once.
"""

from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from .functions import Functions, attribute
from .objects import unwrap
from .reached_resources import Resource
from .reading import Reading

LIMIT = 3000  # functions behind one route; what is behind more is not followed


@dataclass
class Code:
    """Follows functions. Each function is read once."""

    functions: Functions
    _direct: dict[FunctionType, Reading] = field(default_factory=dict)

    def reaches(self, thing: Any, *, lenient: bool = False) -> list[Resource]:
        """Return everything that a function, class or callable object reaches, itself or through others.

        `lenient` leaves out unknown awaited objects: a middleware awaits the app itself.
        """
        found: list[Resource] = []
        waiting = self._entries(thing)
        seen = set(waiting)
        while waiting and len(seen) < LIMIT:
            reading = self._read(waiting.pop())
            found += reading.reaches
            if not lenient:
                found += reading.unknown
            for function in reading.calls:
                if function not in seen:
                    seen.add(function)
                    waiting.append(function)
        return list(dict.fromkeys(found))

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
            reading.read()
        return self._direct[function]
