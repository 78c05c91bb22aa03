"""Looks at one function: which names are clients, and whether each use is known to be safe."""

from .calls import is_harmless_manager, read_calls
from .findings import Findings, inventory_of
from .hacks import find_runs
from .making import read_makers
from .overrides import find_overrides
from .parameters import read_params
from .places import Places
from .reasons import Doubt
from .shared import read_attributes, read_module_names
from .syntax import Node, cst, full_name
from .units import Unit
from .uses import judge
from .whole import judge_whole, read_app_fixture
from .world import World


class Examination:
    """One look at one function; `known` holds what was found in the others so far."""

    def __init__(self, unit: Unit, world: World, known: dict[Unit, Findings]) -> None:
        self.unit = unit
        self.world = world
        self.known = known
        self.module = unit.module
        self.tree = unit.module.tree
        self.found = Findings(unit)
        self.all = inventory_of(unit)
        self.places = Places(unit, self.found, self.all)
        self.places.is_harmless = lambda manager: is_harmless_manager(self, manager)
        self.names = {each.name.value for each in unit.params}

    def run(self) -> Findings:
        """Return what there is in the function."""
        read_params(self)
        read_makers(self)
        read_module_names(self)
        read_attributes(self)
        find_runs(self)
        read_calls(self)
        find_overrides(self)
        for name, source in list(self.found.sources.items()):
            judge(self, name, source)
        read_app_fixture(self)
        judge_whole(self)
        return self.found

    def doubt(self, reason: str, node: Node, detail: str = "") -> None:
        """Note a reason to leave the function as it is."""
        self.found.doubts.append(Doubt(reason, node, detail))

    def own_attribute(self, target: Node) -> str | None:
        """Return the name of an attribute of the function's own object."""
        name = full_name(target) if isinstance(target, cst.Attribute) else None
        first, _, rest = (name or "").partition(".")
        own = self.unit.owner is not None and first in ("self", "cls") and "." not in rest
        return rest if own else None
