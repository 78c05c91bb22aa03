"""The harness's own PostgreSQL runner, loaded from the template: this repository's tests need no second one."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

RUNNER = Path(__file__).parents[2] / "template" / "tests" / "harness" / "postgres" / "__init__.py"


def _load() -> ModuleType:
    name = "harness_postgres"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, RUNNER, submodule_search_locations=[str(RUNNER.parent)])
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


start_server = _load().start_server
