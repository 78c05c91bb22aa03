"""Promise 18: a tool that is too old, or set wrongly, is named at the start, with the cure."""

import pytest

from ..settings_check import NEEDED, check_settings, check_versions


@pytest.mark.parametrize("found", ["0.23.8", "1.1.0"])
def test_an_old_pytest_asyncio_is_named_with_the_command_that_mends_it(found: str) -> None:
    with pytest.raises(pytest.UsageError, match=f"pytest-asyncio {found} is too old") as refusal:
        check_versions(found)

    assert "Run: uv add --dev 'pytest-asyncio>=1.2'" in str(refusal.value)


@pytest.mark.parametrize("name", NEEDED)
def test_a_setting_that_makes_a_second_loop_is_named_with_its_line(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(pytestconfig.option, name, "function", raising=False)

    with pytest.raises(pytest.UsageError, match=f"{name} is 'function'") as refusal:
        check_settings(pytestconfig)

    assert f"Write this line under [pytest]: {name} = {NEEDED[name]}" in str(refusal.value)
