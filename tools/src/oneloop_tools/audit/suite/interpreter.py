"""Reads one test from its fixtures to its last line: its clients, its requests, what it expects."""

import ast
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.applications import Starlette

from oneloop_tools.audit.app.routes import Routes

from .calling import Calling
from .collection import Finder, Fixture, Layer, Test, as_function, autouse, find
from .foreign import Keywords
from .literals import plain_of
from .modules import Modules, fixture_params, keyword, marks, used_fixtures
from .record import Frame, Record, TooMuchError
from .values import (
    ASYNC,
    SYNC,
    Class,
    Client,
    FixtureRequest,
    Function,
    Instance,
    Library,
    Text,
    Unknown,
    Values,
    one_of,
)

SETUPS = (
    "setup_class", "setUpClass", "setup_method", "setup", "setUp", "asyncSetUp",
)  # fmt: skip
WAYS = 200  # combinations of parameters that are followed
# The fixtures of Oneloop's pytest plugin that give a client.
PLUGIN_SYNC = ("client", "_sync_client")
PLUGIN_ASYNC = ("async_client", "admin_client", "editor_client", "writer_client", "_open_client")
PLUGIN_FACTORY = "client_as"  # a function that returns an async client


class Interpreter(Calling):
    """Reads tests. `plugin` is the folder of the pytest plugin, whose fixtures are known by name."""

    def __init__(self, modules: Modules, finder: Finder, routes: Routes, app: Starlette, plugin: Path) -> None:
        super().__init__(modules, app)
        self._finder = finder
        self._routes = routes
        self._plugin = plugin
        self._has_plugin = plugin.is_dir()
        self._instances: dict[Class, Instance] = {}
        self._layers: list[Layer] = []
        self._instance: Instance | None = None
        self._params: dict[str, Values] = {}
        self._scope: object = None

    def read(self, test: Test) -> Record:
        """Return what a test requests, itself and through everything that it uses."""
        self.record = record = Record()
        self.restart()
        self._scope = (test.module, test.owner)
        self._layers = self._finder.layers(test.module, test.owner)
        self._instance = self._instance_for(test.owner)
        found = list(marks(test.module, [each.node for each in test.classes], test.node))
        try:
            for fixture in autouse(self._layers):
                self._value_of(fixture)
            for name in used_fixtures(found):
                self._fixture(name, None)
            for given, indirect in self._ways(test, found):
                self._params = indirect
                self._run_test(test, given)
        except (TooMuchError, RecursionError):
            record.cut.append("it is too long or nested too deeply to be followed")
        except Exception as error:  # noqa: BLE001  one odd test must not end the audit of the others
            record.cut.append(f"the audit cannot read it ({type(error).__name__}: {error})")
        finally:
            self._params = {}
            self._stack.clear()
        return record

    def _run_test(self, test: Test, given: dict[str, Values]) -> None:
        of_class = test.owner
        function = Function(test.node, test.module, {}, self._instance, of_class)
        names = [a.arg for a in (*test.node.args.posonlyargs, *test.node.args.args)]
        names += [a.arg for a in test.node.args.kwonlyargs]
        if self._instance is not None and names:
            names = names[1:]
        keywords: Keywords = {}
        for name in names:
            keywords[name] = given[name] if name in given else self._fixture(name, None)
        self.apply(function, [], keywords)

    # Classes: the attributes that their set-up leaves on the object, read once for all their tests.

    def _instance_for(self, owner: Class | None) -> Instance | None:
        if owner is None:
            return None
        if owner not in self._instances:
            self._instances[owner] = Instance(owner)
        instance = self._instances[owner]

        def set_up() -> Values:
            for name in SETUPS:
                for value in self.in_class(owner, name, instance) or ():
                    if isinstance(value, Function):
                        self.apply(value, [], {})
            return (instance,)

        self.kept((owner, "set-up"), set_up)
        return instance

    # Fixtures.

    def _fixture(self, name: str, asking: Fixture | None) -> Values:
        if name == "request":
            return (FixtureRequest(self._param_of(asking), self._instance),)
        fixture = find(name, self._layers, asking)
        if fixture is None and self._has_plugin and name in (*PLUGIN_SYNC, *PLUGIN_ASYNC, PLUGIN_FACTORY):
            return self._of_the_plugin(name)
        if fixture is None:
            return (Unknown(f"the fixture {name!r} is not defined in the tests"),)
        return self._value_of(fixture)

    def _value_of(self, fixture: Fixture) -> Values:
        if fixture.module.path.is_relative_to(self._plugin):
            return self._of_the_plugin(fixture.name)
        if self._params:  # the value may depend on them
            return self._read_fixture(fixture)
        return self.kept((fixture.node, self._scope), lambda: self._read_fixture(fixture))

    def _read_fixture(self, fixture: Fixture) -> Values:
        if self._stack.count(fixture.node):
            return (Unknown("the fixture depends on itself"),)
        given = fixture.node.args
        names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        function = as_function(fixture)
        if fixture.of_class is not None and names:
            names = names[1:]
            function.owner = self._instance
        self._stack.append(fixture.node)
        try:
            keywords = {name: self._fixture(name, fixture) for name in names}
        finally:
            self._stack.pop()
        return self.apply(function, [], keywords)

    def _param_of(self, asking: Fixture | None) -> Values:
        if asking is None:
            return (Unknown("the parameter of a fixture"),)
        if asking.name in self._params:
            return self._params[asking.name]
        listed = fixture_params(asking.node)
        if listed is None:
            return (Unknown("the parameter of a fixture"),)
        return one_of(*self.elements(self.value(listed, Frame(asking.module))))

    def _of_the_plugin(self, name: str) -> Values:
        if name == PLUGIN_FACTORY:
            self.record.clients.add(ASYNC)
            return (Library("httpx2.AsyncClient"),)
        if name in (*PLUGIN_SYNC, *PLUGIN_ASYNC):
            kind = SYNC if name in PLUGIN_SYNC else ASYNC
            self.record.clients.add(kind)
            return (Client(kind),)
        return (Unknown(f"the plugin's fixture {name!r}"),)

    def fixture_value(self, names: Values) -> Values:
        """Return the value of `request.getfixturevalue(name)`."""
        found = [self._fixture(v.text, None) for v in names if isinstance(v, Text)]
        return one_of(*found) if found else (Unknown("the fixture's name is computed"),)

    # Parameters.

    def _ways(
        self, test: Test, found: Sequence[tuple[str, ast.Call]]
    ) -> Iterator[tuple[dict[str, Values], dict[str, Values]]]:
        """Yield each combination of a test's parameters: those of the test, and those of its fixtures."""
        listed = [self._parameters(test, call) for name, call in found if name == "parametrize"]
        for way in itertools.islice(itertools.product(*(rows for rows, _ in listed)), WAYS):
            given: dict[str, Values] = {}
            indirect: dict[str, Values] = {}
            for row, (_, through) in zip(way, listed, strict=True):
                for name, values in row.items():
                    (indirect if name in through else given)[name] = values
            yield given, indirect

    def _parameters(self, test: Test, call: ast.Call) -> tuple[list[dict[str, Values]], set[str]]:
        frame = Frame(test.module)
        names_node = call.args[0] if call.args else keyword(call, "argnames")
        values_node = call.args[1] if len(call.args) > 1 else keyword(call, "argvalues")
        if names_node is None or values_node is None:
            return [{}], set()
        names = self._argnames(self.value(names_node, frame))
        rows: list[dict[str, Values]] = []
        for element in self.elements(self.value(values_node, frame)):
            if len(names) == 1 and isinstance(names_node, ast.Constant):
                rows.append({names[0]: element})
                continue
            parts = self.elements(element)
            missing: Values = (Unknown("an unknown parameter"),)
            rows.append({n: parts[i] if i < len(parts) else missing for i, n in enumerate(names)})
        indirect = keyword(call, "indirect")
        through: set[str] = set()
        if isinstance(indirect, ast.Constant) and indirect.value is True:
            through = set(names)
        elif isinstance(indirect, ast.List | ast.Tuple):
            through = {e.value for e in indirect.elts if isinstance(e, ast.Constant)}  # type: ignore[misc]  # names
        return rows or [{}], through

    def _argnames(self, values: Values) -> list[str]:
        first = values[0]
        if isinstance(first, Text):
            return [name.strip() for name in first.text.split(",") if name.strip()]
        plain = [plain_of(each[0]) for each in self.elements(values)]
        return [str(each[0]) for each in plain if each]

    def url_for(self, arguments: list[Values], keywords: Keywords) -> Values:
        """Return the path of a named route."""
        found = []
        for each in arguments[0] if arguments else ():
            path = self._routes.url_for(each.text, list(keywords)) if isinstance(each, Text) else None
            found.append(Text(path) if path else Unknown("no route has this name"))
        return tuple(found) or (Unknown("the route's name is computed"),)
