"""What the harness needs of pytest's settings, which are the user's: checked when a run starts."""

from pathlib import Path

import pytest

NEEDED = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
}
PLUGIN = "pytest_asyncio.plugin"
OURS = "pytest.ini"
# pytest reads the first of these that is there and nothing of the others; then `pytest.ini`.
WINNERS = ("pytest.toml", ".pytest.toml")
TABLES = {"pyproject.toml": "[tool.pytest]", "setup.cfg": "[tool:pytest]"}


def check_plugin(config: pytest.Config) -> None:
    """Refuse a run that leaves pytest-asyncio out: no async test would run."""
    plugins = [plugin for _, plugin in config.pluginmanager.list_name_plugin()]
    if PLUGIN not in [getattr(plugin, "__name__", None) for plugin in plugins]:
        raise pytest.UsageError(
            "pytest-asyncio is switched off, so that no async test can run. Take `-p no:asyncio` "
            "out of addopts, of the command line and of PYTEST_ADDOPTS; where plugins are not "
            "loaded by themselves (PYTEST_DISABLE_PLUGIN_AUTOLOAD), add: -p asyncio"
        )


def check_one_file(config: pytest.Config) -> None:
    """Refuse a second file of settings that wins over `pytest.ini`; `-c` names one on purpose."""
    found: Path | None = config.inipath
    if found is None or found.name not in WINNERS or config.getoption("inifilename"):
        return
    if found.with_name(OURS).exists():
        raise pytest.UsageError(
            f"{found.name} wins over {OURS}, of which pytest now reads nothing. "
            f"Move the lines of {found.name} into {OURS} and delete it, or the other way round."
        )


def line(name: str, value: str, file: str) -> str:
    """Return a setting as its file wants it written, and below which heading."""
    written = f'{name} = "{value}"' if file.endswith(".toml") else f"{name} = {value}"
    return f"Write this line under {TABLES.get(file, '[pytest]')}: {written}"


def check_settings(config: pytest.Config) -> None:
    """Refuse settings under which the app, the fixtures and the tests have more than one loop."""
    for name, needed in NEEDED.items():
        found = config.getoption(name, None) or config.getini(name)
        if str(getattr(found, "value", found)) != needed:
            file = config.inipath.name if config.inipath else OURS
            where = file if config.inipath else f"{OURS}, which is missing"
            raise pytest.UsageError(
                f"{where}: {name} is {str(found)!r}, and the one loop needs {needed!r}. "
                f"{line(name, needed, file)}"
            )
