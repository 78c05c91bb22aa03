"""What a file no longer needs: marks, loops, clients and fixtures that nothing asks for."""

from functools import partial

from .clients import SYNC
from .edits import Edits
from .marks import NEEDLESS, is_needless
from .modules import Module
from .plan import Plan
from .reasons import Note
from .references import References
from .selection import Selection
from .signatures import set_up_fixture
from .syntax import Node, cst, full_name, names_in
from .units import Unit, fixture_name

HARNESS_FIXTURES = ("app", "async_client", "client")


class Cleaning:
    """The edits of one file that go beyond single functions."""

    def __init__(
        self, module: Module, plan: Plan, selection: Selection, references: References
    ) -> None:
        self.module = module
        self.plan = plan
        self.selection = selection
        self.references = references
        self.edits = Edits()
        self.notes: list[Note] = []

    def run(self) -> tuple[Edits, list[Note]]:
        """Return the edits, and what a reader should know of them."""
        for unit in self.module.units:
            if unit.kind == "fixture":
                self._clean_fixture(unit)
            if self._is_done(unit):
                self._clean_marks(unit.node)
        self._drop_module_clients()
        self._replace_class_attributes()
        if self.selection.asks_for(self.module.shown) and self.module.closed is None:
            self._clean_file()
        return self.edits, self.notes

    def _is_done(self, unit: Unit) -> bool:
        if unit in self.plan.converting:
            return unit not in self.plan.twins
        return (
            unit.kind == "test"
            and unit.is_async
            and self.module.closed is None
            and self.selection.includes(unit.nodeid)
            and unit not in self.plan.left
        )

    def _clean_marks(self, node: Node) -> None:
        for each in node.decorators:
            name = self.module.dotted(each.decorator)
            if name not in NEEDLESS or not is_needless(each.decorator):
                continue
            if name == NEEDLESS[1]:
                self.notes.append(Note("anyio", node))
            self.edits.changes[id(node)].append(partial(_without_decorator, dotted=name))

    def _clean_fixture(self, unit: Unit) -> None:
        if not self._is_needless_fixture(unit):
            return
        used = any(self._still_asks(user) for user in self.references.of(unit))
        if not used and self._may_change(unit.module):
            self.edits.dropped.add(id(unit.node))
        elif fixture_name(unit) in HARNESS_FIXTURES:
            self.notes.append(Note("override", unit.node))
        elif not used and fixture_name(unit) != "event_loop":
            self.notes.append(Note("no-longer-used", unit.node))

    def _may_change(self, module: Module) -> bool:
        return self.selection.asks_for(module.shown) and module.closed is None

    def _is_needless_fixture(self, unit: Unit) -> bool:
        found = self.plan.known[unit]
        if fixture_name(unit) == "event_loop":
            return True
        if found.plain_app:
            users = list(self.references.of(unit))
            return any(user in self.plan.converting or self._goes(user) for user in users)
        return found.plain and self._is_replaced(unit)

    def _goes(self, user: Unit | None) -> bool:
        # A plain fixture that is taken out asks for nothing any more.
        return (
            user is not None
            and self.plan.known[user].plain
            and self._may_change(user.module)
            and self._is_replaced(user)
            and not any(self._still_asks(each) for each in self.references.of(user))
        )

    def _is_replaced(self, fixture: Unit) -> bool:
        return any(
            source.fixture is fixture
            for unit in self.plan.converting
            for source in self.plan.known[unit].sources.values()
        )

    def _still_asks(self, user: Unit | None) -> bool:
        if user is None or user in self.plan.twins:
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
        for unit in self.module.units:
            if unit not in self.plan.converting:
                continue
            for line in self.plan.known[unit].class_attributes:
                if id(line) not in self.edits.dropped:
                    self.edits.dropped.add(id(line))
                    name = _assigned(line.body[0]) or ""
                    made = set_up_fixture(name, [])
                    self.edits.before[id(line)].append(made)

    def _is_free(self, name: str) -> bool:
        # Some function took it, and every one that did is converted.
        origin = ("module", self.module.name, name)
        users = [
            unit
            for unit, found in self.plan.known.items()
            for source in found.sources.values()
            if source.origin == origin
        ]
        if not users or any(self._still_asks(user) for user in users):
            return False
        others = [
            each
            for each in self.module.tree.module.body
            if not isinstance(each, cst.FunctionDef | cst.ClassDef)
        ]
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
        for unit in self.module.units:
            if unit.kind == "fixture" and id(unit.node) not in self.edits.dropped:
                self._rename_decorator(unit)

    def _is_all_done(self, owner: Node) -> bool:
        tests = [each for each in self.module.units if each.owner is owner and each.kind == "test"]
        return all(self._is_done(each) or not each.is_async for each in tests)

    def _clean_line(self, line: Node, small: Node) -> None:
        if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
            if self.module.dotted(small.value) == "nest_asyncio.apply":
                self.edits.dropped.add(id(line))
        elif isinstance(small, cst.Assign) and _assigned(small) == "pytestmark":
            self._clean_pytestmark(line, small)

    def _clean_pytestmark(self, line: Node, small: Node) -> None:
        tests = [each for each in self.module.units if each.kind == "test"]
        if any(each in self.plan.left or each in self.plan.kept for each in tests):
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
        return self.module.dotted(mark) in NEEDLESS and is_needless(mark)

    def _rename_decorator(self, unit: Unit) -> None:
        decorator = unit.decorator("pytest_asyncio.fixture")
        if decorator is None:
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
            # Its comments stay: above the next decorator, else above the function.
            lines += [line for line in each.leading_lines if line.comment is not None]
            if each.trailing_whitespace.comment is not None:
                lines.append(cst.EmptyLine(comment=each.trailing_whitespace.comment))
        else:
            kept.append(each)
    return updated.with_changes(decorators=kept, leading_lines=lines)
