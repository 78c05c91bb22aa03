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
TABLES = {"setup.cfg": "[tool:pytest]"}
# pyproject.toml may have the older table, and not both.
OLDER, NEWER = "[tool.pytest.ini_options]", "[tool.pytest]"


def check_settings(config: pytest.Config) -> None:
    """Refuse a run without pytest-asyncio, or with settings that give it more than one loop."""
    _check_plugin(config)
    _check_one_file(config)
    _check_loop_settings(config)


def _check_plugin(config: pytest.Config) -> None:
    """Refuse a run that leaves pytest-asyncio out: no async test would run."""
    plugins = [plugin for _, plugin in config.pluginmanager.list_name_plugin()]
    if PLUGIN not in [getattr(plugin, "__name__", None) for plugin in plugins]:
        raise pytest.UsageError(
            "pytest-asyncio is switched off, so that no async test can run. Take `-p no:asyncio` "
            "out of addopts, of the command line and of PYTEST_ADDOPTS; where plugins are not "
            "loaded by themselves (PYTEST_DISABLE_PLUGIN_AUTOLOAD), add: -p asyncio"
        )


def _check_one_file(config: pytest.Config) -> None:
    """Refuse a second file of settings that wins over `pytest.ini`; `-c` names one on purpose."""
    found: Path | None = config.inipath
    if found is None or found.name not in WINNERS or config.getoption("inifilename"):
        return
    if found.with_name(OURS).exists():
        raise pytest.UsageError(
            f"{found.name} wins over {OURS}, of which pytest now reads nothing. "
            f"Move the lines of {found.name} into {OURS} and delete it, or the other way round."
        )


def _heading(file: Path | None) -> str:
    """Return the heading below which a file has pytest's settings."""
    if file is not None and file.name == "pyproject.toml":
        return OLDER if OLDER in file.read_text("utf-8") else NEWER
    return TABLES.get(file.name if file else OURS, "[pytest]")


def _line(name: str, value: str, file: Path | None) -> str:
    """Return a setting as its file wants it written, and below which heading."""
    written = f'{name} = "{value}"' if file and file.suffix == ".toml" else f"{name} = {value}"
    return f"Write this line under {_heading(file)}: {written}"


def _check_loop_settings(config: pytest.Config) -> None:
    """Refuse settings under which the app, the fixtures and the tests have more than one loop."""
    file = config.inipath
    where = file.name if file else f"{OURS}, which is missing"
    overrides: list[str] = config.getoption("override_ini") or []  # by `-o`
    overridden = {each.partition("=")[0].strip() for each in overrides}
    wrong = []
    for name, needed in NEEDED.items():
        option = config.getoption(name, None)
        found = option or config.getini(name)
        if str(getattr(found, "value", found)) == needed:
            continue
        is_wrong = f"{name} is {str(found)!r}, and the one loop needs {needed!r}."
        if option or name in overridden:
            wrong.append(f"The command line (or addopts): {is_wrong} Leave that option out.")
        else:
            wrong.append(f"{where}: {is_wrong} {_line(name, needed, file)}")
    if wrong:
        raise pytest.UsageError(*wrong)
