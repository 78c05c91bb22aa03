"""The plan: what becomes of each function."""

from dataclasses import dataclass, field

from .findings import Findings
from .reasons import Doubt
from .units import Unit, fixture_name
from .world import World

TWIN = "_async"


@dataclass
class Plan:
    """What becomes of each function."""

    world: World
    known: dict[Unit, Findings]
    converting: set[Unit] = field(default_factory=set)
    twins: set[Unit] = field(default_factory=set)
    left: dict[Unit, Doubt] = field(default_factory=dict)
    kept: set[Unit] = field(default_factory=set)

    existing: set[Unit] = field(default_factory=set)  # whose twin is there already

    def needs_client(self, unit: Unit, seen: tuple[Unit, ...] = ()) -> bool:
        """Say whether a function needs the suite's client as a parameter that it has not."""
        found = self.known[unit]
        return found.needs_client or any(
            self.needs_client(helper, (*seen, unit))
            for _, helper in found.helper_calls
            if helper not in seen
        )

    def new_name(self, unit: Unit) -> str:
        """Return the name under which a converted test finds a helper or a fixture."""
        name = fixture_name(unit) if unit.kind == "fixture" else unit.name
        return f"{name}{TWIN}" if unit in self.twins else name
