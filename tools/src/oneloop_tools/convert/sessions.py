"""Database sessions: a sync test uses another kind of session than an async one."""

import re

from .examination import Examination
from .reasons import Doubt
from .syntax import Node, cst, walk

NAMES = re.compile(r"(db|session|database|conn|connection|engine|async_session)|.+_(session|db)")
# The methods of an AsyncSession that are not awaited.
NOT_AWAITED = ("add", "add_all", "expire", "expire_all", "expunge", "expunge_all")


def find_sessions(seen: Examination) -> None:
    """Doubt a test that uses a session outside of a coroutine that it runs."""
    for name in {each for each in seen.names if NAMES.fullmatch(each)}:
        uses = seen.positions.variables(name)
        outside = [use for use in uses if not _is_within_run(use, seen)]
        is_async = len(outside) < len(uses)
        wrong = [use for use in outside if not (is_async and _is_sync_method(use, seen))]
        if wrong:
            seen.found.doubts.append(Doubt("sessions", wrong[0], name))


def _is_within_run(use: Node, seen: Examination) -> bool:
    return any(any(node is use for node in walk(inner)) for _, inner in seen.found.runs) or any(
        isinstance(parent, cst.FunctionDef) and parent.asynchronous is not None
        for parent, _ in seen.tree.above(use, seen.function.node)
        if parent is not seen.function.node
    )


def _is_sync_method(use: Node, seen: Examination) -> bool:
    parent = seen.tree.parent(use)
    return isinstance(parent, cst.Attribute) and parent.attr.value in NOT_AWAITED
