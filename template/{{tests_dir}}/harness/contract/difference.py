"""How two descriptions differ, for a reader: by path and method, and then by what changed in it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .outline import operations

WIDTH = 60


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the lines to show: none when callers can rely on the same as before."""
    old, new = operations(before), operations(now)
    lines = []
    for name in sorted(old | new, key=_by_path):
        if name not in new:
            lines.append(f"- {name}  removed")
        elif name not in old:
            lines.append(f"+ {name}  added")
        elif inner := list(_inner(old[name], new[name], "")):
            lines += [f"~ {name}", *(f"    {line}" for line in inner)]
    return lines


def _by_path(name: str) -> list[str]:
    return name.split(" ", 1)[::-1]


def _inner(old: Any, new: Any, where: str) -> Iterator[str]:
    if old == new:
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield f"~ {where}: {_brief(old)} -> {_brief(new)}"
        return
    for key in sorted(old | new):
        here = f"{where}{key}" if key.startswith(".") else f"{where} {key}".strip()
        if key not in new:
            yield f"- {here}  removed, was {_brief(old[key])}"
        elif key not in old:
            yield f"+ {here}  added, {_brief(new[key])}"
        else:
            yield from _inner(old[key], new[key], here)


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("type") or sorted(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."
