"""Promise 18: a tool that is too old, or set wrongly, is named at the start, with the cure."""

import re
from pathlib import Path

import pytest

from ..hints import IGNORED, unignored
from ..requirements import Requirement, refusal
from ..settings_check import NEEDED, check_plugin, check_settings, line


def test_what_the_harness_needs_is_here() -> None:
    assert refusal() is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        pytest.param(
            Requirement("pytest-asyncio", "99.1"), r"pytest-asyncio \S+ is too old", id="old"
        ),
        pytest.param(Requirement("no-such-thing", "1.0"), "no-such-thing is missing", id="missing"),
        pytest.param(
            Requirement("pytest", "8.0", "dev", "no-such-thing"),
            "pytest has no no-such-thing",
            id="an extra",
        ),
    ],
)
def test_a_package_is_named_with_the_command_that_mends_it(wanted: Requirement, said: str) -> None:
    text = refusal([Requirement("pytest", "8.0"), wanted])

    assert text
    assert text.endswith(f". Run: uv add --dev '{wanted}'")
    assert re.search(said, text)


def test_all_packages_are_mended_by_one_command() -> None:
    text = refusal([Requirement("one-thing", "1.0"), Requirement("pytest", "99.0")])

    assert text
    assert text.endswith("Run: uv add --dev 'one-thing>=1.0' 'pytest>=99.0'")
    assert "\n" not in text


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

    assert str(refused.value).endswith(line(name, NEEDED[name], pytestconfig.inipath))


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

    assert line("asyncio_mode", "auto", tmp_path / name).endswith(written)


def test_a_run_without_pytest_asyncio_is_refused(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytestconfig.pluginmanager, "list_name_plugin", list)

    with pytest.raises(pytest.UsageError, match="-p no:asyncio"):
        check_plugin(pytestconfig)


def test_what_git_would_commit_is_named(tmp_path: Path) -> None:
    """A pattern may stand in the .gitignore of a folder above, up to the repository's."""
    service = tmp_path / "service"
    (service / ".git").mkdir(parents=True)
    (service / "part").mkdir()
    (service / ".gitignore").write_text("/.env\n.postgres\n")

    assert unignored(service / "part") == [".hypothesis/"]
    (service / "part" / ".gitignore").write_text("\n".join(IGNORED))
    assert unignored(service / "part") == []
