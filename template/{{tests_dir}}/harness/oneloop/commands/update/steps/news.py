"""What is new: the sections of CHANGELOG.md, which an update brings."""

import re
from pathlib import Path

from .step_list import number

CHANGELOG = Path(__file__).with_name("CHANGELOG.md")


def release_of(pyproject: str) -> str:
    """Return the version in the text of a pyproject.toml; empty if there is none."""
    found = re.search(r'^version = "(.+)"$', pyproject, re.MULTILINE)
    return found[1] if found else ""


def news(before: str, after: str) -> str:
    """Return what the releases after one have brought, the newest first, without their steps."""
    text = CHANGELOG.read_text("utf-8") if CHANGELOG.is_file() else ""
    sections = re.findall(r"^## (\d\S*)[^\n]*\n(.*?)(?=^#{2,3} |\Z)", text, re.MULTILINE | re.DOTALL)
    return "\n\n".join(
        f"Oneloop {version}\n{section.strip()}"
        for version, section in sections
        if number(before) < number(version) <= (number(after) or number(version))
    )
