"""The names of this folder before release 0.4.0, kept for one release. Use `oneloop` instead.

An old conftest.py beside pytest.ini loads the plugin from here. The plugin loads itself now, so that file does nothing
and can be deleted.
"""

import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
INSTALL = "tests/harness/ is a pytest plugin now, and it is not installed. Run:\n    {}"
CONFIGURE = """\
pyproject.toml does not configure the test plugin. Add:
    [tool.oneloop]
    package = "{}\""""


def _check() -> None:
    try:
        import oneloop.plugin  # noqa: F401, PLC0415  whether it can be imported is the question
    except ModuleNotFoundError as error:
        if error.name == "oneloop.plugin":
            sys.exit("The package `oneloop` of this project hides the test plugin. Rename yours.")
        sys.exit(INSTALL.format("uv add --dev --editable ./tests/harness"))
    file = ROOT / "pyproject.toml"
    tools = tomllib.loads(file.read_text("utf-8")).get("tool", {}) if file.is_file() else {}
    if "oneloop" not in tools:
        packages = sorted(each.parent.name for each in ROOT.glob("src/*/__init__.py"))
        sys.exit(CONFIGURE.format((packages or ["app"])[0]))


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

# Modules that no longer exist. An old conftest.py imports fixtures and hooks from them.
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
    __all__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_args, **_options: None


for _name in GONE:
    sys.modules[f"{__name__}.{_name}"] = _GoneModule(f"{__name__}.{_name}")
