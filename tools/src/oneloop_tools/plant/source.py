"""A file of the service as LibCST reads it, and the edits that plant a bug in it."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from oneloop_tools.convert.syntax import Node, children, cst, parse, walk

from .errors import PlantError


class UnknownSyntaxError(PlantError):
    """LibCST or Python cannot read a file."""


@dataclass(frozen=True)
class Edit:
    """A replacement of the bytes of a node, or of `span`."""

    node: Node
    text: str
    where: Node  # the node whose lines have to run
    before: str = ""  # goes to the end of the imports: a helper of the planted code
    span: tuple[int, int] | None = None


class Source:
    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.content = content
        try:
            wrapper = MetadataWrapper(cst.parse_module(content), unsafe_skip_copy=True)
            self.text = content.decode(wrapper.module.encoding)
        except (libcst.ParserSyntaxError, SyntaxError, ValueError, LookupError, RecursionError) as error:
            raise UnknownSyntaxError(f"{path} is left out: {_first_line(error)}") from None
        self.module = wrapper.module
        self._spans = wrapper.resolve(ByteSpanPositionProvider)
        # LibCST's own providers of lines and parents write and walk the file once more each.
        self._starts = [0, *(found.end() for found in re.finditer(rb"\r\n|\r|\n", content))]
        self._parents = {child: node for node in walk(self.module) for child in children(node)}
        self._by_type: dict[type, list[Node]] = {}
        for node in self._spans:
            self._by_type.setdefault(type(node), []).append(node)

    @classmethod
    def read(cls, root: Path, path: str) -> "Source":
        return cls(path, (root / path).read_bytes())

    def all(self, *types: Any) -> Iterator[Node]:
        """Yield the nodes of these types, in the order of the file."""
        found = [node for each in types for node in self._by_type.get(each, ())]
        yield from sorted(found, key=lambda node: self._spans[node].start)

    def calls(self, *names: str) -> Iterator[Node]:
        """Yield the calls of functions or methods with these names."""
        yield from (call for call in self.all(cst.Call) if called(call) in names)

    def arguments(self, *names: str) -> Iterator[tuple[Node, Node]]:
        """Yield each call with its keyword argument of one of these names."""
        for call in self.all(cst.Call):
            yield from ((call, found) for name in names if (found := argument(call, name)) is not None)

    def entries(self) -> Iterator[tuple[Node, Node, str]]:
        """Yield each dictionary with an entry of it, and the text of the key."""
        for node in self.all(cst.Dict):
            for element in node.elements:
                if isinstance(element, cst.DictElement):
                    yield node, element, self.code(element.key).strip("\"'")

    def parent(self, node: Node) -> Node | None:
        return self._parents.get(node)

    def above(self, node: Node) -> Iterator[Node]:
        while (node := self._parents.get(node)) is not None:
            yield node

    def first_above(self, node: Node, *types: Any) -> Node | None:
        return next((each for each in self.above(node) if isinstance(each, types)), None)

    def function(self, node: Node) -> Node | None:
        return self.first_above(node, cst.FunctionDef)

    def scope(self, node: Node) -> str:
        """Return the dotted name of the classes and functions around a node."""
        around = [each for each in (node, *self.above(node)) if isinstance(each, cst.FunctionDef | cst.ClassDef)]
        return ".".join(each.name.value for each in reversed(around))

    def assigned(self, node: Node) -> str:
        """Return the name that the statement around a node assigns."""
        found = self.first_above(node, cst.Assign, cst.AnnAssign, cst.FunctionDef, cst.ClassDef)
        target = found.targets[0].target if isinstance(found, cst.Assign) else getattr(found, "target", None)
        return str(target.value) if isinstance(target, cst.Name) else ""

    def span(self, node: Node) -> tuple[int, int]:
        """Return where a node begins and ends, in bytes and without its parentheses."""
        span = self._spans[node]
        end = int(span.start + span.length)
        if isinstance(node, cst.Param):  # LibCST ends it at its name
            parts = [node.default, getattr(node.annotation, "annotation", None)]
            end = max([end, *(self.span(each)[1] for each in parts if each is not None)])
        return span.start, end

    def code(self, node: Node) -> str:
        start, end = self.span(node)
        return self.content[start:end].decode(self.module.encoding)

    def line(self, node: Node) -> int:
        return self._lines_of(node)[0]

    def _lines_of(self, node: Node) -> tuple[int, int]:
        span = self._spans[node]
        return bisect_right(self._starts, span.start), bisect_right(self._starts, span.start + span.length)

    def lines(self, node: Node) -> range:
        """Return the lines of the statement that contains `node`; of a compound one, those of its head."""
        statement = node
        for each in (node, *self.above(node)):
            statement = each
            if isinstance(each, cst.SimpleStatementLine | cst.BaseCompoundStatement | cst.ExceptHandler):
                break
        start, end = self._lines_of(statement)
        body = getattr(statement, "body", None)
        if isinstance(body, cst.BaseSuite):
            end = max(start, self.line(body) - (1 if isinstance(body, cst.IndentedBlock) else 0))
        return range(start, end + 1)

    def planted(self, edit: Edit) -> bytes:
        """Return the file with an edit."""
        start, end = edit.span or self.span(edit.node)
        changed = self.content[:start] + edit.text.encode(self.module.encoding) + self.content[end:]
        if edit.before:
            at = self._after_imports()
            changed = changed[:at] + edit.before.encode() + changed[at:]
        return changed

    def _after_imports(self) -> int:
        at = 0
        for statement in self.module.body:
            is_import = isinstance(statement, cst.SimpleStatementLine) and isinstance(
                statement.body[0], cst.Import | cst.ImportFrom
            )
            if is_import:
                _, at = self.span(statement)
        return self.content.index(b"\n", at) + 1 if at else 0


def compiles(content: bytes) -> bool:
    try:
        parse(content)
    except (SyntaxError, ValueError):
        return False
    return True


def _first_line(error: Exception) -> str:
    if isinstance(error, libcst.ParserSyntaxError):
        return f"line {error.raw_line}: {str(error.message).splitlines()[0]}"
    return str(error).splitlines()[0]


def called(call: Node) -> str:
    """Return the last name of what is called."""
    function = call.func
    if isinstance(function, cst.Attribute):
        return str(function.attr.value)
    return str(function.value) if isinstance(function, cst.Name) else ""


def dotted(node: Node) -> str:
    """Return `a.b.c` for a dotted name, and an empty text for anything else."""
    if isinstance(node, cst.Name):
        return str(node.value)
    if isinstance(node, cst.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr.value}"
    return ""


def argument(call: Node, name: str) -> Node | None:
    """Return a keyword argument."""
    return next((each for each in call.args if each.keyword is not None and each.keyword.value == name), None)
