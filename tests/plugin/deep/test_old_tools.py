"""Promise 18: a tool that is set wrongly is named at the start, with the line to write."""

from pathlib import Path

import pytest
from oneloop.policy import required_settings
from oneloop.policy.required_settings import NEEDED, check_settings


def _set(monkeypatch: pytest.MonkeyPatch, config: pytest.Config, name: str, value: str) -> None:
    getini = config.getini
    monkeypatch.setattr(config, "getini", lambda each: value if each == name else getini(each))


@pytest.mark.parametrize("name", NEEDED)
def test_a_setting_that_makes_a_second_loop_is_named_with_its_line(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _set(monkeypatch, pytestconfig, name, "function")

    with pytest.raises(pytest.UsageError, match=f"{name} is 'function'") as refused:
        check_settings(pytestconfig)

    assert str(refused.value).endswith(required_settings._line(name, NEEDED[name], pytestconfig.inipath))


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

    with pytest.raises(pytest.UsageError, match=r"^The command line .* Leave that option out\."):
        check_settings(pytestconfig)


@pytest.mark.parametrize(
    ("name", "text", "written"),
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
def test_the_line_is_written_as_its_file_wants_it(
    tmp_path: Path, name: str, text: str, written: str
) -> None:
    (tmp_path / name).write_text(text)

    assert required_settings._line("asyncio_mode", "auto", tmp_path / name).endswith(written)


def test_a_run_without_pytest_asyncio_is_refused(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytestconfig.pluginmanager, "list_name_plugin", list)

    with pytest.raises(pytest.UsageError, match="-p no:asyncio"):
        check_settings(pytestconfig)
