"""Which functions need the session that a fixture gives to the app together with the tests.

Such a fixture overrides only where sessions come from, so the plugin's client could replace it. But a test that uses
the same session relies on more: its request sees rows that were only flushed, and an object changes with the request.
Without the override the test could pass for another reason. So the fixture keeps its override for each test that:

- has rows that the fixture of the session itself inserts, or a function that it calls with the session;
- uses the session, or a fixture that uses it and does not end with a commit;
- compares an object that such a fixture gives;
- has a fixture that writes to another database than the app's.
"""

from collections.abc import Iterator

from .clients import VERBS
from .index import ProjectIndex
from .modules import Function, Module
from .session_overrides import LIBRARIES, OVERRIDES, WRITES, drawn_from, is_session, only_makes_tables
from .syntax import Node, cst, full_name, names_in, text_of, walk

ENGINES = {"create_engine", "create_async_engine"}
HARMLESS = {"listen", "listens_for", "run_sync", "isinstance", "aclosing", "closing", "sessionmaker"}
CHECKS = ("assert", "check", "verify", "expect", "isinstance")


class SharedSessions:
    """Finds, for each fixture that gives sessions to the app, the functions that need its override."""

    def __init__(self, index: ProjectIndex) -> None:
        self.index = index
        self._closures: dict[Function, set[Function]] = {}
        self._relying: dict[Function, set[Function]] = {}

    def relies(self, function: Function, fixture: Function) -> bool:
        """Tell whether a function needs the override of a fixture."""
        if fixture not in self._relying:
            self._relying[fixture] = self._find(fixture)
        return function in self._relying[fixture]

    def _find(self, fixture: Function) -> set[Function]:
        names = {name for each in _overrides(fixture) for name in each}
        if not names:
            return set()
        params = {each.name.value for each in fixture.params} & names
        sources = {each for name in params if (each := self.index.fixture(name, fixture))}
        sources |= {each for one in sources for each in self._closure(one) if is_session(each.name)}
        shared = _Shared(self.index, fixture, params, sources, names - params)
        users = [each for each in self.index.functions() if fixture in self._closure(each)]
        found = {each for each in users if each.kind == "test" and shared.is_seen_by(each, self._closure(each))}
        before = -1
        while len(found) != before:  # one fixture cannot use two clients
            before = len(found)
            found |= {each for each in users if any(each in self._closure(one) for one in found)}
            found |= {each for each in users if self._closure(each) & found}
        return found

    def _closure(self, function: Function) -> set[Function]:
        if function not in self._closures:
            self._closures[function] = set()  # a fixture may override itself
            found = {self.index.fixture(each.name.value, function) for each in function.params}
            found |= {*self.index.autouse_of(function)} if function.kind == "test" else set()
            found |= {self.index.fixture(name, function) for name in _used_fixtures(function)}
            direct = {each for each in found if each is not None}
            self._closures[function] = direct | {each for one in direct for each in self._closure(one)}
        return self._closures[function]


def _overrides(fixture: Function) -> Iterator[set[str]]:
    for node in walk(fixture.node.body):
        target = node.targets[0].target if isinstance(node, cst.Assign) else None
        if isinstance(target, cst.Subscript) and (full_name(target.value) or "").endswith(OVERRIDES):
            yield drawn_from(target, node.value, fixture) or set()


def _used_fixtures(function: Function) -> Iterator[str]:
    places = [*function.node.decorators, *(function.owner.decorators if function.owner is not None else ())]
    for node in [*places, *function.module.assigned.get("pytestmark", ())]:
        if "usefixtures" in text_of(node):
            values = (getattr(each, "evaluated_value", None) for each in walk(node))
            yield from (value for value in values if isinstance(value, str))


class _Shared:
    def __init__(
        self, index: ProjectIndex, fixture: Function, params: set[str], sources: set[Function], names: set[str]
    ) -> None:
        self.index = index
        self.fixture = fixture
        self.params = params
        self.sources = sources
        self.names = names | {
            inner
            for name in names
            for value in fixture.module.assigned.get(name, ())
            for inner in names_in([value])
            if inner in fixture.module.assigned and is_session(inner)
        }
        # The fixtures of the session and the names at the top of the file show which database it is.
        parts = [(value, fixture.module) for name in self.names for value in fixture.module.assigned.get(name, ())]
        parts += [(each.node, each.module) for each in sources]
        self.of_the_app = all(self._is_of_the_app(node, module) for node, module in parts)
        self.is_filled = any(_fills(each) for each in sources)

    def is_seen_by(self, test: Function, closure: set[Function]) -> bool:
        if self.is_filled or self._sessions_of(test) or self._mentions(test):
            return True
        others = closure - self.sources - {self.fixture}
        for each in others:
            used = self._sessions_of(each)
            if not (used or self._mentions(each)) or only_makes_tables(each):
                continue
            if not self.of_the_app or not all(self._commits(each, name) for name in used) or self._mentions(each):
                return True
        arranged = [each for each in others if self._sessions_of(each)]
        return any(self._compares(test, each) for each in arranged)

    def _sessions_of(self, function: Function) -> set[str]:
        names = {each.name.value for each in function.params}
        return {name for name in names if name in self.params or self.index.fixture(name, function) in self.sources}

    def _mentions(self, function: Function, seen: tuple[Function, ...] = ()) -> bool:
        for node in walk(function.node.body):
            if not isinstance(node, cst.Name | cst.Attribute):
                continue
            name = node.value if isinstance(node, cst.Name) else ""
            if name in self.names and self._is_same(name, function.module):
                return True
            called = self.index.function(node, function.module) if isinstance(node, cst.Name) else None
            if called is None or called.kind != "helper" or called in (*seen, function):
                continue
            if self._mentions(called, (*seen, function)):
                return True
        return False

    def _is_same(self, name: str, module: Module) -> bool:
        return module is self.fixture.module or name in module.imports

    def _is_of_the_app(self, node: Node, module: Module, hops: int = 3) -> bool:
        """Tell whether the engines of some code are made with the app's own settings."""
        for call in walk(node):
            if isinstance(call, cst.Call) and (full_name(call.func) or "").rpartition(".")[2] in ENGINES:
                url = [call.args[0].value] if call.args else []
                names = names_in(url) | names_in(
                    inner for name in names_in(url) for inner in module.assigned.get(name, ())
                )
                imported = {module.imports.get(name, "os").split(".")[0] for name in names}
                if not imported - {"os", *LIBRARIES} or any("test" in name.lower() for name in names):
                    return False
        for name in filter(is_session, names_in([node]) if hops else ()):
            where, local = self.index.find(module.dotted(cst.Name(name)), module) or (module, name)
            if not all(self._is_of_the_app(each, where, hops - 1) for each in where.assigned.get(local, ())):
                return False
        return True

    def _commits(self, function: Function, name: str, depth: int = 3) -> bool:
        """Tell whether a function ends what it does with a session by a commit."""
        written, committed = -1, -1
        for at, call in enumerate(each for each in walk(function.node.body) if isinstance(each, cst.Call)):
            first, _, method = (full_name(call.func) or "").partition(".")
            passed_on = any(name in names_in([arg.value]) for arg in call.args)
            writes = first == name and method in WRITES
            if first == name and method == "commit":
                committed = at
            elif writes or (passed_on and not self._helper_commits(call, name, function, depth)):
                written = at
        return committed >= written

    def _helper_commits(self, call: Node, name: str, function: Function, depth: int) -> bool:
        helper = self.index.function(call.func, function.module)
        if helper is None or not depth:
            return False
        names = [each.name.value for each in helper.params]
        given = {
            arg.keyword.value if arg.keyword else names[at]
            for at, arg in enumerate(call.args)
            if full_name(arg.value) == name and (arg.keyword or at < len(names))
        }
        return bool(given) and all(self._commits(helper, each, depth - 1) for each in given)

    def _compares(self, test: Function, fixture: Function) -> bool:
        """Tell whether a test compares what a fixture gives with something."""
        names = {each.name.value for each in test.params if self.index.fixture(each.name.value, test) is fixture}
        before = 0
        while len(names) != before:
            before = len(names)
            for node in walk(test.node.body):
                if isinstance(node, cst.Name) and node.value in names:
                    how, alias = _use_of(node, test)
                    if how == "compared":
                        return True
                    names |= alias
        return False


def _fills(function: Function) -> bool:
    """Tell whether a fixture of a session may insert rows: it would not run for a test that does not request it."""
    if only_makes_tables(function):
        return False
    for call in (each for each in walk(function.node.body) if isinstance(each, cst.Call)):
        name = (full_name(call.func) or "").rpartition(".")[2]
        passed_on = any(is_session(each) for arg in call.args for each in names_in([arg.value]))
        if name in WRITES or (passed_on and not is_session(name) and name not in HARMLESS):
            return True
    return False


def _use_of(node: Node, test: Function) -> tuple[str, set[str]]:
    for parent, child in test.module.tree.above(node, test.node):
        if isinstance(parent, cst.Attribute) and child is parent.value and parent.attr.value.lower().endswith("id"):
            return "", set()
        if isinstance(parent, cst.Arg):
            name = full_name(test.module.tree.parent(parent).func) or ""
            last = name.rpartition(".")[2].lower()
            return ("compared" if last not in VERBS and last.startswith(CHECKS) else ""), set()
        if isinstance(parent, cst.Comparison | cst.Assert):
            return "compared", set()
        if isinstance(parent, cst.Assign):
            targets = (names_in([each.target]) for each in parent.targets if child is not each)
            return "", {name for names in targets for name in names}
    return "", set()
