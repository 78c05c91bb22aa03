"""What the plugin needs of the project and of pytest's settings, checked when a run starts; the allowed hosts."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ..config import CONFIG

PACKAGE = Path(__file__).resolve().parents[1]
NEEDED = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
    "anyio_mode": "strict",
}
THIS_MACHINE = ("127.0.0.0/8", "::1", "localhost")


def check_settings(config: pytest.Config) -> None:
    folder = config.stash[CONFIG].folder
    vendored = (folder / "tests" / "harness" / PACKAGE.name).resolve()
    if vendored.is_dir() and vendored != PACKAGE:
        raise pytest.UsageError(
            f"The installed plugin is {PACKAGE}, and the one of this project is {vendored}. Run:\n"
            "    uv add --dev --editable ./tests/harness"
        )
    if any((each / PACKAGE.name / "__init__.py").is_file() for each in (folder, folder / "src")):
        raise pytest.UsageError(f"The project has a package {PACKAGE.name!r}, as the plugin is called. Rename yours.")
    for name, module in (("asyncio", "pytest_asyncio.plugin"), ("socket", "pytest_socket")):
        if not any(map(config.pluginmanager.hasplugin, (name, module))):
            raise pytest.UsageError(
                f"pytest-{name} is switched off, and the plugin needs it. Remove `-p no:{name}` from addopts, the "
                f"command line and PYTEST_ADDOPTS. With PYTEST_DISABLE_PLUGIN_AUTOLOAD, add: -p {name}"
            )
    package = config.stash[CONFIG].package.partition(".")[0]
    # One beside the tests is importable once pytest has loaded them.
    if find_spec(package) is None and not any((folder / each).exists() for each in (package, f"{package}.py")):
        raise pytest.UsageError(f"[tool.oneloop] in pyproject.toml: the package {package!r} is not installed.")
    if wrong := [text for name in NEEDED if (text := _find_wrong(config, name))]:
        raise pytest.UsageError(*wrong)


def _find_wrong(config: pytest.Config, name: str) -> str | None:
    needed, file, option = NEEDED[name], config.inipath, config.getoption(name, None)
    try:
        value = option or config.getini(name)
    except ValueError:  # older releases of anyio do not have it
        return None
    if str(getattr(value, "value", value)) == needed:
        return None
    is_wrong = f"{name} is {str(value)!r}, and the plugin needs {needed!r}."
    if option or any(each.startswith(f"{name}=") for each in config.option.override_ini or ()):
        return f"The command line or addopts: {is_wrong} Remove that option."
    where = file.name if file else "pytest.ini, which is missing"
    line = f'{name} = "{needed}"' if file and file.suffix == ".toml" else f"{name} = {needed}"
    heading = "[tool:pytest]" if where == "setup.cfg" else "[pytest]"
    if file and where == "pyproject.toml":  # it has the older table or the newer one
        older = "[tool.pytest.ini_options]"
        heading = older if older in file.read_text("utf-8") else "[tool.pytest]"
    return f"{where}: {is_wrong} Write this line under {heading}: {line}"


def allow_hosts(config: pytest.Config) -> None:
    """Have pytest-socket allow this machine, TEST_DATABASE_URL and the given hosts, with `--disable-socket` too."""
    hosts = (*THIS_MACHINE, *config.stash[CONFIG].allowed_hosts, *_given(config), config.option.allow_hosts)
    config.option.allow_hosts = ",".join(filter(None, hosts))
    config.option.allow_unix_socket = True


def _given(config: pytest.Config) -> list[str]:
    try:
        url = make_url(os.environ.get(config.stash[CONFIG].server_url_variable) or "postgresql://")
    except (ArgumentError, ValueError):
        return []  # refused later, with a message of its own
    hosts = [url.host] if url.host else []
    for value in url.normalized_query.get("host", ()):  # several servers: a:5432,b:5432
        hosts += [each.partition(":")[0] for each in value.split(",") if not each.startswith("/")]
    return hosts
