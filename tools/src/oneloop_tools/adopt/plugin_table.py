"""The table `[tool.oneloop]` of pyproject.toml, without which the plugin does nothing."""

import re
from pathlib import Path

from .edits import Drafts
from .finding import Findings

TABLE = "[tool.oneloop]"
DEFAULT_DRIVER = "postgresql+asyncpg"


def draft_table(drafts: Drafts, file: Path, findings: Findings) -> None:
    """Append the table to pyproject.toml, which is new where the project has none."""
    text = drafts.read(file)
    if re.search(rf"^{re.escape(TABLE)}", text, re.MULTILINE):
        return
    end = "\r\n" if "\r\n" in text else "\n"
    before = f"{text.rstrip()}{end}{end}" if text.strip() else ""
    drafts.change(file, f"{before}{end.join(lines(findings))}{end}")


def lines(findings: Findings) -> list[str]:
    package = findings.app.value.partition(":")[0].partition(".")[0]
    found = [TABLE, f'package = "{package}"', "existing_suite = true"]
    parts = dict(findings.url_variables)
    if "url" in parts:
        found.append(f'database_url_variable = "{parts.pop("url")[0]}"')
    if parts:
        pairs = ", ".join(f"{_key(part)} = {_names(names)}" for part, names in parts.items())
        found.append(f"database_url_variables = {{ {pairs} }}")
    if findings.written_urls:
        found.append(f"database_urls = {_list(findings.written_urls)}")
    if findings.is_host_checked and "TestClient" in findings.client.value:
        found.append('base_url = "http://testserver"')  # the host that a TestClient sends
    if findings.has_server_variable:
        found.append('server_url_variable = "ONELOOP_SERVER_URL"')
    if findings.driver.value != DEFAULT_DRIVER:
        found.append(f'driver = "{findings.driver.value}"')
    return found


def _key(part: str) -> str:
    return part if part.isalpha() else f'"{part}"'


def _names(names: list[str]) -> str:
    return f'"{names[0]}"' if len(names) == 1 else _list(names)


def _list(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
