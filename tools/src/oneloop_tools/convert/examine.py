"""Examines one function: which names are clients, and whether each use of them is known to be safe."""

from .client_uses import judge_uses
from .examination import Examination
from .findings import Findings
from .fixture_parameters import read_params
from .fixture_shape import judge_function, read_app_fixture
from .helper_calls import is_harmless_manager, read_calls
from .loop_hacks import find_runs
from .made_clients import read_makers
from .modules import Function
from .overrides import find_overrides
from .project_index import ProjectIndex
from .shared_clients import read_attributes, read_module_names


def examine(function: Function, index: ProjectIndex, known: dict[Function, Findings]) -> Findings:
    """Return what is found in a function. The order matters: uses are judged when all clients are known."""
    seen = Examination(function, index, known)
    seen.positions.is_harmless = lambda manager: is_harmless_manager(seen, manager)
    read_params(seen)
    read_makers(seen)
    read_module_names(seen)
    read_attributes(seen)
    find_runs(seen)
    read_calls(seen)
    find_overrides(seen)
    for name, source in list(seen.found.sources.items()):
        judge_uses(seen, name, source)
    read_app_fixture(seen)
    judge_function(seen)
    return seen.found
