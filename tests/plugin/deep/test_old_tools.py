"""Promise 18: a tool that is set wrongly is named at the start, with the line to write."""

from pathlib import Path

import pytest
from oneloop.policy.required_settings import NEEDED, check_settings


def _set(monkeypatch: pytest.MonkeyPatch, config: pytest.Config, name: str, value: str) -> None:
    getini = config.getini
    monkeypatch.setattr(config, "getini", lambda each: value if each == name else getini(each))


@pytest.mark.parametrize("name", NEEDED)
def test_a_setting_that_makes_a_second_loop_is_named_with_its_line(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _set(monkeypatch, pytestconfig, name, "function")

    with pytest.raises(pytest.UsageError) as refused:
        check_settings(pytestconfig)

    assert str(refused.value) == (
        f"pytest.ini: {name} is 'function', and the plugin needs '{NEEDED[name]}'. "
        f"Write this line under [pytest]: {name} = {NEEDED[name]}"
    )


@pytest.mark.parametrize(
    ("option", "given"),
    [("asyncio_mode", "strict"), ("override_ini", ["asyncio_mode=strict"])],
    ids=["by its own option", "by -o"],
)
def test_a_setting_of_the_command_line_is_not_blamed_on_the_file(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, option: str, given: object
) -> None:
    monkeypatch.setattr(pytestconfig.option, option, given, raising=False)
    _set(monkeypatch, pytestconfig, "asyncio_mode", "strict")

    with pytest.raises(pytest.UsageError, match=r"^The command line or addopts: .* Remove that option\."):
        check_settings(pytestconfig)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pytest.ini", "", "[pytest]: asyncio_mode = auto"),
        ("pytest.toml", "", '[pytest]: asyncio_mode = "auto"'),
        ("pyproject.toml", "", '[tool.pytest]: asyncio_mode = "auto"'),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]",
            '[tool.pytest.ini_options]: asyncio_mode = "auto"',
        ),
        ("setup.cfg", "", "[tool:pytest]: asyncio_mode = auto"),
    ],
)
def test_the_line_has_the_syntax_of_its_file(  # noqa: PLR0913, PLR0917  the values
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    text: str,
    line: str,
) -> None:
    (tmp_path / name).write_text(text)
    monkeypatch.setattr(pytest.Config, "inipath", tmp_path / name)
    _set(monkeypatch, pytestconfig, "asyncio_mode", "strict")

    with pytest.raises(pytest.UsageError) as refused:
        check_settings(pytestconfig)

    message = str(refused.value)
    assert message.startswith(f"{name}: asyncio_mode is 'strict'")
    assert message.endswith(f"Write this line under {line}")


def test_a_run_without_a_settings_file_is_refused(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest.Config, "inipath", None)
    _set(monkeypatch, pytestconfig, "asyncio_mode", "strict")

    with pytest.raises(pytest.UsageError, match="^pytest.ini, which is missing: asyncio_mode is"):
        check_settings(pytestconfig)


def test_a_run_without_pytest_asyncio_is_refused(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytestconfig.pluginmanager, "hasplugin", lambda _: False)

    with pytest.raises(pytest.UsageError, match="pytest-asyncio is switched off.* Remove `-p no:asyncio`"):
        check_settings(pytestconfig)
