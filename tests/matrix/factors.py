"""What there is to combine: each choice of copier.yml, and what a service is written with and runs on."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from tests.support.answers import OF_A_SERVICE, OF_AN_ADOPTION
from tests.support.environment import ROOT

Factors = Mapping[str, list[str]]

# What a Linux machine with Python 3.11 to 3.13 cannot have. Each of these is in a cell that GitHub does.
NOT_HERE = {
    ("os", "macos"): "the machine is Linux",
    ("os", "windows"): "the machine is Linux",
    ("python", "3.14"): "the machine has Python 3.11 to 3.13, and uv may download none",
    ("python", "3.15"): "as above",
    ("python_min", "3.14"): "it takes Python 3.14; what is rendered is linted and typed for 3.14 in test_cells.py",
    ("python_min", "3.15"): "as above, for 3.15",
}


def questions() -> Mapping[str, Any]:
    """Return copier.yml as it stands on disk."""
    settings: Mapping[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
    return settings


def factors(settings: Mapping[str, Any]) -> Factors:
    """Return each factor with its values. The free texts are one factor: the defaults, or the oddest allowed."""
    choices = {name: _values(asked["choices"]) for name, asked in settings.items() if "choices" in asked}
    return {
        "os": ["linux", "macos", "windows"],
        "python": choices["python_min"],
        "dependencies": ["lowest", "highest"],
        "copier": ["oldest", "newest"],
        **choices,
        "texts": ["default", "odd"],
    }


def _values(choices: Iterable[str] | Mapping[str, str]) -> list[str]:
    return list(choices.values() if isinstance(choices, Mapping) else choices)


def possible(cell: Mapping[str, str]) -> bool:
    """Say whether there can be such a cell.

    A service runs on no Python older than its oldest. What is asked of one kind of project alone has its first
    value in a cell of the other; an adoption is asked for no free text.
    """
    others = OF_A_SERVICE if cell["kind"] == "harness" else OF_AN_ADOPTION
    if any(cell.get(name, first) != first for name, first in others.items()):
        return False
    return _number(cell["python"]) >= _number(cell["python_min"])


def can_be_here(cell: Mapping[str, str]) -> bool:
    """Say whether such a machine could do this cell."""
    return not NOT_HERE.keys() & set(cell.items())


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
