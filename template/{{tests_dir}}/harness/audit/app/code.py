"""What the code of a function can reach: followed by the real objects that its names stand for.

Nothing is run. A name is looked up in the function's globals and closure, an attribute in the
object or class that it is read from, a parameter by its annotation. From there the project's own
functions are followed in turn, each once.
"""

from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from .functions import Functions, attribute
from .objects import unwrap
from .reach import Reach
from .reading import Reading

LIMIT = 3000  # functions behind one route; a tree that big is cut, and says so


@dataclass
class Code:
    """Follows functions; what is found in one is kept."""

    functions: Functions
    _direct: dict[FunctionType, Reading] = field(default_factory=dict)

    def reaches(self, thing: Any, *, lenient: bool = False) -> list[Reach]:
        """Return all that a function, class or callable object reaches, itself or through others.

        `lenient` leaves out what is awaited and not known: a middleware awaits the app itself.
        """
        found: list[Reach] = []
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
        return [
            each
            for each in found
            if isinstance(each, FunctionType) and self.functions.is_of_the_project(each)
        ]

    def _read(self, function: FunctionType) -> Reading:
        if function not in self._direct:
            # It is kept before it is read: functions may call each other in a circle.
            self._direct[function] = reading = Reading(function, self.functions, self._read)
            reading.read()
        return self._direct[function]
