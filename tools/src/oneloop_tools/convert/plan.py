"""The plan: which functions are converted, copied, left and kept."""

from dataclasses import dataclass, field

from .findings import Findings
from .functions import fixture_name
from .modules import Function
from .project_index import ProjectIndex
from .reasons import Doubt

COPY_SUFFIX = "_async"


@dataclass
class Plan:
    index: ProjectIndex
    known: dict[Function, Findings]
    converting: set[Function] = field(default_factory=set)
    copies: set[Function] = field(default_factory=set)
    left: dict[Function, Doubt] = field(default_factory=dict)
    kept: set[Function] = field(default_factory=set)

    existing: set[Function] = field(default_factory=set)  # whose async copy exists already

    def needs_client(self, function: Function, seen: tuple[Function, ...] = ()) -> bool:
        """Tell whether a function needs a client as an additional parameter."""
        found = self.known[function]
        return found.needs_client or any(
            self.needs_client(helper, (*seen, function)) for _, helper in found.helper_calls if helper not in seen
        )

    def new_name(self, function: Function) -> str:
        """Return the name under which converted tests use a helper or a fixture."""
        name = fixture_name(function) if function.kind == "fixture" else function.name
        return f"{name}{COPY_SUFFIX}" if function in self.copies else name
