"""docs/questions.md and docs/adopting.md list the questions of copier.yml, and the settings that the plugin reads."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.markdown import ROOT, blocks

QUESTIONS = Path("docs/questions.md")
ADOPTING = Path("docs/adopting.md")
COPIER: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
CONFIG = ROOT / "template/{{tests_dir}}/harness/oneloop/config.py"


def asked(kind: str) -> list[str]:
    """Return the questions of a kind of project, in the order of copier.yml."""
    questions = {name: value for name, value in COPIER.items() if name[0] != "_" and name != "kind"}
    return [name for name, value in questions.items() if f"'{kind}'" in str(value.get("when", ""))]


def listed(page: Path) -> list[str]:
    """Return the first cell of each row that is a name in code."""
    return re.findall(r"^\| `(\w+)` \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)


def test_page_lists_the_questions_of_each_kind() -> None:
    assert listed(QUESTIONS) == [*asked("service"), *asked("harness")]
    assert "asks five questions" in (ROOT / QUESTIONS).read_text("utf-8")
    assert len(asked("service")) == 5


def test_page_on_adopting_lists_its_questions() -> None:
    assert listed(ADOPTING) == asked("harness")


@pytest.mark.parametrize("name", [*asked("service"), *asked("harness")])
def test_page_has_the_choices_and_the_default(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|.*$", (ROOT / QUESTIONS).read_text("utf-8"), re.MULTILINE)
    choices = COPIER[name].get("choices", [])
    values = choices.values() if isinstance(choices, dict) else choices
    default = str(COPIER[name]["default"])

    assert [value for value in values if value not in row] == []
    assert default.startswith("{") or "{%" in default or f"`{default}`" in row


def test_settings_on_the_page_are_those_of_the_message() -> None:
    """Copier's message and the page show the same table, and the plugin knows each of its settings."""
    (block,) = blocks(ADOPTING, "toml")
    settings = tomllib.loads(block.text)["tool"]["oneloop"]
    message = COPIER["_message_after_copy"].partition("[tool.oneloop]\n")[2]

    assert list(settings) == re.findall(r"^ +(\w+) = ", message, re.MULTILINE)
    assert [name for name in settings if f"    {name}: " not in CONFIG.read_text("utf-8")] == []
