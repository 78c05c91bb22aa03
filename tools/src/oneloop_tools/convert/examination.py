"""What the judges of one function share: the function, its names, and what is found in it."""

from .await_positions import AwaitPositions
from .findings import Findings, inventory_of
from .modules import Function
from .project_index import ProjectIndex
from .reasons import Doubt
from .syntax import Node, cst, full_name


class Examination:
    """One look at one function. `known` holds what was found in the other functions so far."""

    def __init__(self, function: Function, index: ProjectIndex, known: dict[Function, Findings]) -> None:
        self.function = function
        self.index = index
        self.known = known
        self.module = function.module
        self.tree = function.module.tree
        self.found = Findings(function)
        self.all = inventory_of(function)
        self.positions = AwaitPositions(function, self.found, self.all)
        self.names = {each.name.value for each in function.params}

    def doubt(self, reason: str, node: Node, detail: str = "") -> None:
        """Note a reason to leave the function as it is."""
        self.found.doubts.append(Doubt(reason, node, detail))

    def own_attribute(self, target: Node) -> str | None:
        """Return the name of an attribute of `self` or `cls`."""
        name = full_name(target) if isinstance(target, cst.Attribute) else None
        first, _, rest = (name or "").partition(".")
        own = self.function.owner is not None and first in ("self", "cls") and "." not in rest
        return rest if own else None
