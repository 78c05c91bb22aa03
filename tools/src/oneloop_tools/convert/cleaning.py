"""Removes what a file no longer needs: marks, loops, clients and fixtures."""

from functools import partial

from .clients import SYNC
from .edits import Edits
from .files import Selection
from .findings import References
from .index import fixture_name
from .modules import Function, Module
from .plan import Plan
from .reasons import Note
from .shape import NEEDLESS, is_needless
from .signatures import set_up_fixture
from .staying import Staying
from .syntax import Node, cst, full_name, names_in

PLUGIN_FIXTURES = ("app", "async_client", "client")


class Cleaning:
    """The changes of one file outside of its functions."""

    def __init__(self, module: Module, plan: Plan, selection: Selection, references: References) -> None:
        self.module = module
        self.plan = plan
        self.selection = selection
        self.references = references
        self.staying = Staying(plan, selection, references)
        self.edits = Edits()
        self.notes: list[Note] = []

    def run(self) -> tuple[Edits, list[Note]]:
        """Return the changes, and notes for the reader."""
        for function in self.module.functions:
            if function.kind == "fixture":
                self._clean_fixture(function)
            if self._is_done(function):
                self._clean_marks(function.node)
        self._drop_module_clients()
        self._replace_class_attributes()
        if self.selection.asks_for(self.module.shown) and self.module.closed is None:
            self._clean_file()
        return self.edits, self.notes

    def _is_done(self, function: Function) -> bool:
        if function in self.plan.converting:
            return function not in self.plan.copies
        return (
            function.kind == "test"
            and function.is_async
            and self.module.closed is None
            and self.selection.includes(function.nodeid)
            and function not in self.plan.left
        )

    def _clean_marks(self, node: Node) -> None:
        for each in node.decorators:
            name = self.module.dotted(each.decorator)
            if name not in NEEDLESS or not is_needless(each.decorator, self.module):
                continue
            if name == NEEDLESS[1]:
                self.notes.append(Note("anyio", node))
            self.edits.changes[id(node)].append(partial(_without_decorator, dotted=name))

    def _clean_fixture(self, function: Function) -> None:
        if not self._is_needless_fixture(function):
            return
        used = any(self._still_asks(user) for user in self.references.of(function))
        if not used and self._may_change(function.module):
            self.edits.dropped.add(id(function.node))
        elif fixture_name(function) in PLUGIN_FIXTURES:
            self.notes.append(Note("override", function.node))
        elif not used and fixture_name(function) != "event_loop":
            self.notes.append(Note("no-longer-used", function.node))

    def _may_change(self, module: Module) -> bool:
        return self.selection.asks_for(module.shown) and module.closed is None

    def _is_needless_fixture(self, function: Function) -> bool:
        found = self.plan.known[function]
        if fixture_name(function) == "event_loop":
            return True
        if found.plain_app:
            users = list(self.references.of(function))
            return any(user in self.plan.converting or self._goes(user) for user in users)
        return found.plain and function not in self.plan.converting and self._is_replaced(function)

    def _goes(self, user: Function | None) -> bool:
        # A plain fixture that is removed uses nothing any more.
        return (
            user is not None
            and self.plan.known[user].plain
            and user not in self.plan.converting
            and self._may_change(user.module)
            and self._is_replaced(user)
            and not any(self._still_asks(each) for each in self.references.of(user))
        )

    def _is_replaced(self, fixture: Function) -> bool:
        return any(
            source.fixture is fixture
            for function in self.plan.converting
            for source in self.plan.known[function].sources.values()
        )

    def _still_asks(self, user: Function | None) -> bool:
        if user is None or user in self.plan.copies:
            return True
        return user not in self.plan.converting and not self._goes(user)

    def _drop_module_clients(self) -> None:
        for line in self.module.tree.module.body:
            if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
                continue
            small = line.body[0]
            name = _assigned(small)
            if name is None or not isinstance(small.value, cst.Call):
                continue
            if self.module.dotted(small.value.func) in SYNC and self._is_free(name):
                self.edits.dropped.add(id(line))

    def _replace_class_attributes(self) -> None:
        for function in self.module.functions:
            if function not in self.plan.converting:
                continue
            for line in self.plan.known[function].class_attributes:
                if id(line) not in self.edits.dropped:
                    self.edits.dropped.add(id(line))
                    name = _assigned(line.body[0]) or ""
                    made = set_up_fixture(name, [])
                    self.edits.before[id(line)].append(made)

    def _is_free(self, name: str) -> bool:
        # Some function used it, and every one of them is converted.
        origin = ("module", self.module.name, name)
        users = [
            function
            for function, found in self.plan.known.items()
            for source in found.sources.values()
            if source.origin == origin
        ]
        if not users or any(self._still_asks(user) for user in users):
            return False
        others = [each for each in self.module.tree.module.body if not isinstance(each, cst.FunctionDef | cst.ClassDef)]
        times = sum(name in names_in([each]) for each in others)
        inside = {user for user in users if user.module is self.module}
        mentions = self.references.mentions(self.module, name)
        return times == 1 and all(user in inside for user in mentions if user is not None)

    def _clean_file(self) -> None:
        for line in self.module.tree.module.body:
            if isinstance(line, cst.ClassDef) and self._is_all_done(line):
                self._clean_marks(line)
            if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
                self._clean_line(line, line.body[0])
        for function in self.module.functions:
            if function.kind == "fixture" and id(function.node) not in self.edits.dropped:
                self._rename_decorator(function)

    def _is_all_done(self, owner: Node) -> bool:
        tests = [each for each in self.module.functions if each.owner is owner and each.kind == "test"]
        done = [each for each in tests if self._is_done(each)]
        return bool(done) and all(each in done or not each.is_async for each in tests)

    def _clean_line(self, line: Node, small: Node) -> None:
        if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
            if self.module.dotted(small.value) == "nest_asyncio.apply" and not self.staying.runs_loops(self.module):
                self.edits.dropped.add(id(line))
        elif isinstance(small, cst.Assign) and _assigned(small) == "pytestmark":
            self._clean_pytestmark(line, small)

    def _clean_pytestmark(self, line: Node, small: Node) -> None:
        if self.staying.of(self.module):
            return
        value = small.value
        if self._is_needless(value):
            self.edits.dropped.add(id(line))
        elif isinstance(value, cst.List | cst.Tuple):
            kept = [each for each in value.elements if not self._is_needless(each.value)]
            if len(kept) < len(value.elements):
                self._keep_elements(line, value, kept)

    def _keep_elements(self, line: Node, value: Node, kept: list[Node]) -> None:
        if not kept:
            self.edits.dropped.add(id(line))
            return
        if kept[-1] is not value.elements[-1]:
            kept = [*kept[:-1], kept[-1].with_changes(comma=value.elements[-1].comma)]
        self.edits.changes[id(value)].append(lambda node: node.with_changes(elements=kept))

    def _is_needless(self, mark: Node) -> bool:
        return self.module.dotted(mark) in NEEDLESS and is_needless(mark, self.module)

    def _rename_decorator(self, function: Function) -> None:
        decorator = function.decorator("pytest_asyncio.fixture")
        if decorator is None or self.staying.users_of(function):
            return
        if isinstance(decorator, cst.Call):
            for arg in decorator.args:
                if arg.keyword is not None and arg.keyword.value == "loop_scope":
                    return
        name = decorator.func if isinstance(decorator, cst.Call) else decorator
        new = cst.parse_expression("pytest.fixture")
        self.edits.changes[id(name)].append(lambda _: new)


def _assigned(small: Node) -> str | None:
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        return full_name(small.targets[0].target)
    return full_name(small.target) if isinstance(small, cst.AnnAssign) else None


def _without_decorator(updated: Node, dotted: str) -> Node:
    last = dotted.rpartition(".")[2]
    kept, lines = [], list(updated.leading_lines)
    for each in updated.decorators:
        name = full_name(each.decorator) or ""
        if name.endswith(f"mark.{last}"):
            # Its comments stay, above the next decorator or the function.
            lines += [line for line in each.leading_lines if line.comment is not None]
            if each.trailing_whitespace.comment is not None:
                lines.append(cst.EmptyLine(comment=each.trailing_whitespace.comment))
        else:
            kept.append(each)
    return updated.with_changes(decorators=kept, leading_lines=lines)
