"""Delete from Python code what names something, as a page asks its reader to."""

from collections.abc import Collection
from typing import Any

import libcst as cst
from libcst import matchers as m

STRING = m.SimpleString()


def delete_names(text: str, names: Collection[str]) -> str:
    """Return `text` without the imports, definitions, statements, arguments and entries that have one of `names`.

    A name that begins with a slash is a path: the entries whose key contains it are deleted.
    """
    deletion = _Deletion(names)
    code = cst.parse_module(text).visit(deletion).code
    assert deletion.found == set(names), f"There is no {sorted(set(names) - deletion.found)}"
    return code


class _Deletion(cst.CSTTransformer):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self.names = frozenset(names)
        self.found: set[str] = set()

    def on_leave(self, original_node: cst.CSTNode, updated_node: Any) -> Any:
        """Return the node, what is left of it, or its removal."""
        if self._is_deleted(original_node):
            return cst.RemoveFromParent()
        if isinstance(original_node, cst.ImportFrom) and not isinstance(original_node.names, cst.ImportStar):
            kept = [each for each in original_node.names if not self._has(each)]
            if not kept:
                return cst.RemoveFromParent()
            return updated_node.with_changes(names=[*kept[:-1], kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])
        # A single argument is part of an argument of the call around it.
        if isinstance(original_node, cst.Call) and len(original_node.args) > 1:
            pairs = zip(original_node.args, updated_node.args, strict=True)
            return updated_node.with_changes(args=[new for old, new in pairs if not self._has(old)])
        return updated_node

    def _is_deleted(self, node: Any) -> bool:
        deciding: list[cst.CSTNode] = []
        match node:
            case cst.FunctionDef() | cst.ClassDef():
                deciding = [node.name]
            case cst.Assign():
                deciding = [each.target for each in node.targets]
            case cst.AnnAssign():
                deciding = [node.target]
            case cst.Assert():
                deciding = [node.test]
            case cst.Expr(value=cst.Call() as call):
                deciding = [each for each in call.args if m.matches(each.value, STRING)]
            case cst.Element():
                deciding = [node.value]
            case cst.DictElement(key=cst.SimpleString() as key):
                paths = {name for name in self.names if name[0] == "/" and name in str(key.evaluated_value)}
                self.found |= paths
                return bool(paths)
        named = [self._has(each) for each in deciding]  # all of them: each counts as found
        return any(named)

    def _has(self, node: cst.CSTNode) -> bool:
        """Report whether a name, or a string of exactly that text, is somewhere in `node`."""
        names: list[Any] = [*m.findall(node, m.Name())]
        strings: list[Any] = [*m.findall(node, STRING)]
        named = {each.value for each in names} | {str(each.evaluated_value) for each in strings}
        self.found |= named & self.names
        return bool(named & self.names)
