"""The names of this folder before release 0.4.0, for one release. The plugin is `oneloop`.

An old conftest.py beside pytest.ini takes some of them to load the plugin, which loads by itself
now. That file does no harm, and can be deleted.
"""

import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
STEPS = """\
ERROR: The harness of this service is a pytest plugin now, and {missing}. Take these steps, once:
  1. Run: uv add --dev --editable ./tests/harness
  2. In pyproject.toml, add: [tool.oneloop] and below it: package = "{package}"
  3. Delete the conftest.py beside pytest.ini."""


def _check() -> None:
    settings = ROOT / "pyproject.toml"
    document = tomllib.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    missing = "" if "oneloop" in document.get("tool", {}) else "pyproject.toml does not configure it"
    try:
        import oneloop.plugin  # noqa: F401, PLC0415  whether it can be imported is the question
    except ModuleNotFoundError as error:
        missing = f"its package {error.name!r} is not installed"
    if missing:
        packages = [file.parent.name for file in ROOT.glob("src/*/__init__.py")]
        sys.exit(STEPS.format(missing=missing, package=(packages or ["app"])[0]))


_check()

from oneloop import (  # noqa: E402  after the check, which says what is missing
    ClientPolicyError,
    LeakError,
    OneloopError,
    SeamError,
    WrongDatabaseError,
    WrongLoopError,
    get_auth_token_async,
)

HarnessError = OneloopError

__all__ = [
    "ClientPolicyError",
    "HarnessError",
    "LeakError",
    "SeamError",
    "WrongDatabaseError",
    "WrongLoopError",
    "get_auth_token_async",
]

# The modules that are gone, of which an old conftest.py takes fixtures and hooks.
GONE = (
    "fixtures.application",
    "fixtures.database",
    "fixtures.network",
    "fixtures.people",
    "fixtures.seam",
    "live",
    "live.fixtures",
    "loading",
    "plugin",
    "requirements",
)


class _GoneModule(ModuleType):
    __all__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_args, **_options: None


for _name in GONE:
    sys.modules[f"{__name__}.{_name}"] = _GoneModule(f"{__name__}.{_name}")
