"""The comment above a test that is left. It names the reason and the page that explains it."""

from collections.abc import Iterable

from .edits import Change
from .reasons import PAGE, Doubt
from .syntax import Node, cst

START = "# TODO: not converted ("


def comment_for(doubt: Doubt) -> str:
    return f"{START}{doubt.reason}), see {PAGE}"


def with_comment(text: str | None) -> Change:
    """Return a change that replaces an older comment above a function by `text`."""

    def change(updated: Node) -> Node:
        lines = [line for line in updated.leading_lines if not _is_ours(line)]
        if text is not None:
            lines.append(cst.EmptyLine(comment=cst.Comment(text)))
        return updated.with_changes(leading_lines=lines)

    return change


def has_comment_in(lines: Iterable[Node]) -> bool:
    """Tell whether such a comment is among some lines."""
    return any(_is_ours(line) for line in lines)


def without_comment_in_header(updated: Node) -> Node:
    """Return a file without such a comment in its first lines."""
    return updated.with_changes(header=[line for line in updated.header if not _is_ours(line)])


def _is_ours(line: Node) -> bool:
    return line.comment is not None and line.comment.value.startswith(START)
