"""The names of this folder before release 0.4.0, kept for one release. Use `oneloop` instead.

An old conftest.py beside pytest.ini loads the plugin from here. The plugin loads itself now, so that file does nothing
and can be deleted.
"""

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ADOPTED = (HERE / "oneloop" / "adopted").is_dir()


def _check() -> None:
    """Stop the run with one sentence that says what an update could not do."""
    try:
        import oneloop.plugin  # noqa: F401, PLC0415  whether it can be imported is the question
    except ModuleNotFoundError as error:
        if error.name == "oneloop.plugin":
            sys.exit("The package `oneloop` of this project hides the test plugin. Rename yours.")
        sys.exit(_install())
    file = ROOT / "pyproject.toml"
    tools = tomllib.loads(file.read_text("utf-8")).get("tool", {}) if file.is_file() else {}
    if "oneloop" not in tools:
        table = "".join(f"\n    {line}" for line in _table())
        sys.exit(f"pyproject.toml does not configure the test plugin. Add:{table}")


def _install() -> str:
    text = "tests/harness/ is a pytest plugin now, and it is not installed. One command does that and the rest:\n    {}"
    commands = ["uv run python tests/harness/oneloop/commands/update/steps"]
    if ADOPTED:
        commands.append("or, without uv: pip install --editable ./tests/harness")
    return text.format("\n    ".join(commands))


def _table() -> list[str]:
    if not ADOPTED:
        packages = sorted(each.parent.name for each in ROOT.glob("src/*/__init__.py"))
        return ["[tool.oneloop]", f'package = "{(packages or ["app"])[0]}"']
    seam = HERE.with_name("seam.py")
    text = seam.read_text("utf-8") if seam.is_file() else ""
    found = dict(re.findall(r'^(VARIABLE|DRIVER) = "(.+)"$', text, re.MULTILINE))
    app = re.search(r'\bapp="(\w+)', text)
    return [
        "[tool.oneloop]",
        f'package = "{app[1] if app else "app"}"',
        "existing_suite = true",
        f'database_url_variable = "{found.get("VARIABLE", "DATABASE_URL")}"',
        f'driver = "{found.get("DRIVER", "postgresql+asyncpg")}"',
    ]


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
