"""Edits of a text by its lines. Each returns the text as it was if it does not find its place."""

import re
from collections.abc import Callable


def below(text: str, line: str, block: str) -> str:
    """Add a block below the first line that begins so."""
    found = re.search(rf"^[ \t]*{re.escape(line)}.*\n?", text, re.MULTILINE)
    if not found:
        return text
    head = text[: found.end()] if found[0].endswith("\n") else f"{text[: found.end()]}\n"
    return head + block + text[found.end() :]


def at_the_end(text: str, block: str) -> str:
    return f"{text.rstrip()}\n\n{block}" if text.strip() else block


def table(text: str, name: str) -> tuple[int, int] | None:
    """Return where the lines of a table of TOML or INI begin and end, without those of the next one."""
    found = re.search(rf"^[ \t]*\[{re.escape(name)}\][ \t]*(?:#.*)?$\n?", text, re.MULTILINE)
    if not found:
        return None
    following = re.compile(r"^[ \t]*\[", re.MULTILINE).search(text, found.end())
    return found.end(), _without_comments_above(text, following.start() if following else len(text), found.end())


def _without_comments_above(text: str, end: int, start: int) -> int:
    """Move an end up over the comments and blank lines that belong to the next table."""
    lines = text[start:end].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        end -= len(lines.pop())
    return end


def inside(text: str, name: str, change: Callable[[str], str]) -> str:
    """Change the lines of one table."""
    place = table(text, name)
    return text if place is None else text[: place[0]] + change(text[slice(*place)]) + text[place[1] :]


def delete_lines(lines: list[str], start: int, end: int) -> None:
    """Delete lines, and one of the blank lines above and below them."""
    del lines[start:end]
    if 0 < start < len(lines) and not lines[start - 1].strip() and not lines[start].strip():
        del lines[start]


def has_table(text: str, name: str) -> bool:
    return table(text, name) is not None


def add_to_array(lines: str, key: str, item: str, comment: str) -> str:
    """Add an item to an array of TOML, on a line of its own with a comment if the others have that.

    It is put above the first item that comes after it in the alphabet, or last.
    """
    items = r"(?P<body>[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)"
    found = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=[ \t]*\[{items}\]", lines, re.MULTILINE)
    if not found:
        return lines
    body, start = found["body"], found.start("body")
    if "\n" not in body:
        joined = f"{body.rstrip().rstrip(',')}, {item}" if body.strip() else item
        return lines[:start] + joined + lines[found.end("body") :]
    indent = (re.search(r"^([ \t]+)\S", body, re.MULTILINE) or ["", "    "])[1]
    rows = body.splitlines(keepends=True)
    last = len(rows) if body.endswith("\n") else len(rows) - 1
    place = next((n for n, row in enumerate(rows) if _name(row) > _name(item)), last)
    if place and _name(rows[place - 1]) and "," not in rows[place - 1].split("#")[0]:
        rows[place - 1] = re.sub(r"([\"'])(\s*(?:#.*)?\n)$", r"\1,\2", rows[place - 1])
    rows.insert(place, f"{indent}{item}, # {comment}\n")
    return lines[:start] + "".join(rows) + lines[found.end("body") :]


def _name(row: str) -> str:
    """Return the package that a line of an array names; empty for a comment."""
    found = re.match(r"[ \t]*[\"']([\w.-]+)", row)
    return found[1].lower() if found else ""
