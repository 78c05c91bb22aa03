"""Looks at one function: which names are clients, and is every use of them known to be safe?"""

from collections.abc import Iterator

from . import places
from .answers import is_looked_at
from .clients import CLIENT, STATE, VERBS, Made, Source, read_made
from .findings import Findings, Inventory
from .hacks import find_runs
from .marks import judge_marks
from .modules import FIXTURES, Unit, fixture_name, fixture_option, fixture_scope, is_unittest, own_body
from .overrides import find_overrides, judge_overrides
from .reasons import Doubt, Note
from .sessions import find_sessions
from .syntax import Node, cst, full_name, text_of, walk
from .world import World, class_bases

SET_UP = "set_up"
BODYLESS = ("delete", "get", "head", "options")
BODY = ("json", "data", "content", "files")
DATABASE = ("db", "session", "database")


class Examination:
    """One look at one function; `known` holds what was found in the others so far."""

    def __init__(self, unit: Unit, world: World, known: dict[Unit, Findings]) -> None:
        self.unit = unit
        self.world = world
        self.known = known
        self.module = unit.module
        self.tree = unit.module.tree
        self.found = Findings(unit)
        self.all = inventory_of(unit)
        self.places = places.Places(unit, self.found, self.all)
        self.places.is_harmless = self._is_harmless_manager
        self.names = {each.name.value for each in unit.params}

    def run(self) -> Findings:
        """Return what there is in the function."""
        self._read_params()
        self._read_makers()
        self._read_module_names()
        self._read_attributes()
        find_runs(self)
        self._read_calls()
        find_overrides(self)
        for name, source in list(self.found.sources.items()):
            self._judge(name, source)
        self._read_app_fixture()
        self._judge_whole()
        return self.found

    def doubt(self, reason: str, node: Node, detail: str = "") -> None:
        """Note a reason to leave the function as it is."""
        self.found.doubts.append(Doubt(reason, node, detail))

    # Where clients come from.

    def _read_params(self) -> None:
        unit, found = self.unit, self.found
        for param in unit.params:
            name = param.name.value
            if unit.kind == "helper":
                if name in unit.given:
                    found.sources[name] = Source("parameter", ("parameter", unit, name))
                continue
            fixture = self.world.fixture(name, unit)
            if fixture is None:
                if name == "client":
                    found.sources[name] = Source("harness", "client")
                    found.origins.add("client")
                continue
            self._read_fixture(name, fixture)
        for fixture in self.world.autouse_of(unit) if unit.kind == "test" else ():
            if (there := self.known.get(fixture)) and there.touches:
                found.by_string.append(fixture)
                found.origins |= there.origins

    def _read_fixture(self, name: str, fixture: Unit) -> None:
        there = self.known.get(fixture)
        if there is None or not there.touches:
            return
        self.found.origins |= there.origins
        if there.gives is None:
            self.found.fixtures[name] = fixture
            if there.factory:
                self._read_factory(name)
            return
        given = there.gives
        kind = "harness" if there.plain else "fixture"
        shared = given.shared or fixture_scope(fixture) != "function"
        self.found.sources[name] = Source(
            kind, given.origin, given.is_async, given.raises, given.follows, shared, fixture
        )
        if not there.plain:
            self.found.fixtures[name] = fixture

    def _read_factory(self, name: str) -> None:
        # What the fixture gives makes requests when it is called, so each call is awaited.
        for use in self.places.variables(name):
            call = self.tree.parent(use)
            if isinstance(call, cst.Call) and call.func is use:
                self.found.nested_calls.append(call)
                self.places.check_await(call, self.found.doubts, requests=True)
            else:
                self.doubt("arguments", use, f"{name} is passed on")
        if name in self.places.bound:
            self.doubt("names", self.unit.node, name)

    def _read_makers(self) -> None:
        for call in self.all.calls:
            made = read_made(call, self.module, self.unit, self.world)
            if made is not None:
                self.found.makes = True
                self._read_made(made)

    def _read_made(self, made: Made) -> None:
        call, parent = made.call, self.tree.parent(made.call)
        origin = ("made", self.unit, id(call))
        source = Source(
            "constructor", origin, made.is_async, made.raises, made.follows
        )
        if made.doubt is not None:
            self.found.doubts.append(made.doubt)
        if any(isinstance(each, cst.For | cst.While) for each, _ in self.tree.above(call, self.unit.node)):
            self.doubt("clients", call, "one for each turn of a loop")
        name = None
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                name = target.value
                self._leave_out(parent, made)
            elif (name := self._own_attribute(target)) is not None:
                self._set_attribute(name, call, source, made)
                return
        elif isinstance(parent, cst.WithItem) and parent.asname is not None:
            if isinstance(parent.asname.name, cst.Name):
                name = parent.asname.name.value
                self._take_away(parent, made)
        elif isinstance(parent, cst.Return | cst.Yield) and self.unit.kind == "fixture":
            self._give_made(source, made)
            return
        if name is None or name in self.found.sources:
            self.doubt("names", call)
            return
        self.found.sources[name] = source
        self.found.origins.add(origin)

    def _leave_out(self, assignment: Node, made: Made) -> None:
        line = self.tree.parent(assignment)
        if len(line.body) > 1 or not isinstance(self.tree.parent(line), cst.IndentedBlock):
            self.doubt("one-line", assignment)
        self.found.dropped.append(line)
        self.found.set_up.append((line, made.set_up))

    def _take_away(self, item: Node, made: Made) -> None:
        block = self.tree.parent(item)
        if len(block.items) > 1 or not isinstance(block.body, cst.IndentedBlock):
            self.doubt("one-line" if len(block.items) == 1 else "clients", item)
        self.found.spliced.append(block)
        self.found.set_up.append((block, made.set_up))

    def _give_made(self, source: Source, made: Made) -> None:
        self.found.origins.add(source.origin)
        self.found.gives = source
        self.found.sources[""] = source  # it has no name of its own
        self.found.renames.append((made.call, source))
        self._set_up_before(made)

    def _set_up_before(self, made: Made) -> None:
        line = self.tree.statement(made.call)
        if made.set_up and not isinstance(self.tree.parent(line), cst.IndentedBlock):
            self.doubt("one-line", made.call)
        self.found.set_up.append((line, made.set_up))

    def _set_attribute(self, name: str, call: Node, source: Source, made: Made) -> None:
        self.found.origins.add(source.origin)
        self.found.sources[f"self.{name}"] = Source(
            "attribute", source.origin, source.is_async, source.raises, source.follows
        )
        self.found.sources[""] = source
        self.found.renames.append((call, source))
        self.found.attributes.add(name)
        self._set_up_before(made)

    def _own_attribute(self, target: Node) -> str | None:
        name = full_name(target) if isinstance(target, cst.Attribute) else None
        first, _, rest = (name or "").partition(".")
        own = self.unit.owner is not None and first in ("self", "cls") and "." not in rest
        return rest if own else None

    def _read_module_names(self) -> None:
        bound = self.names | self.places.bound
        for name in {each.value for each in self.all.names} - bound:
            source = self.world_client(name)
            if source is not None and any(
                each.value == name for each in self.places.variables(name)
            ):
                self.found.sources[name] = source
                self.found.origins.add(source.origin)

    def world_client(self, name: str) -> Source | None:
        """Return the client that a name at the top of a file is, here or where it came from."""
        if name not in self.module.assigned and name not in self.module.imports:
            return None
        found = self.world.find(self.module.dotted(cst.Name(name)), self.module)
        if found is None:
            return None
        where, local = found
        values = where.assigned.get(local, [])
        if len(values) != 1:
            return None
        made = read_made(values[0], where, None, self.world)
        if made is None:
            return None
        if made.doubt is not None or made.set_up or made.is_async:
            doubt = made.doubt or Doubt("constructor", values[0])
            self.found.doubts.append(Doubt(doubt.reason, self.unit.node, doubt.detail))
        origin = ("module", where.name, local)
        return Source("module", origin, made.is_async, made.raises, made.follows, shared=True)

    def _read_attributes(self) -> None:
        unit = self.unit
        if unit.owner is None:
            return
        for other in unit.module.units if unit.kind == "test" else ():
            there = self.known.get(other) if other.owner is unit.owner else None
            if other.kind == "set-up" and there is not None and there.touches:
                self.found.by_string.append(other)
        self._read_class_attributes()
        used = {
            each.attr.value
            for each in self.all.attributes
            if isinstance(each.value, cst.Name) and each.value.value in ("self", "cls")
        }
        for name in used:
            key = f"self.{name}"
            for other in unit.module.units:
                there = self.known.get(other) if other.owner is unit.owner else None
                if there is not None and name in there.attributes and other is not unit:
                    self.found.sources[key] = there.sources[key]
                    self.found.origins.add(there.sources[key].origin)
                    self.found.by_string.append(other)
        clientlike = used & {"client", "test_client", "app_client", "async_client"}
        unknown = {each for each in clientlike if f"self.{each}" not in self.found.sources}
        if unknown and class_bases(unit):
            self.doubt("inheritance", unit.node)
            self.found.makes = True

    def _read_class_attributes(self) -> None:
        for line in self.unit.owner.body.body:
            small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
            if not isinstance(small, cst.Assign | cst.AnnAssign) or small.value is None:
                continue
            made = read_made(small.value, self.module, None, self.world)
            target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
            name = full_name(target)
            if made is None or name is None or not self._mentions(name):
                continue
            origin = ("class", self.module.name, self.unit.owner.name.value, name)
            self.found.sources[f"self.{name}"] = Source(
                "attribute", origin, made.is_async, made.raises, made.follows, shared=True
            )
            self.found.origins.add(origin)
            self.found.class_attributes.append(line)
            names = {each.name for each in self.module.units if each.owner is self.unit.owner}
            if SET_UP in names or len(self.found.class_attributes) > 1:
                self.doubt("twins", self.unit.node, SET_UP)
            if made.doubt is not None or made.set_up or made.is_async or len(line.body) > 1:
                self.doubt("constructor", self.unit.node)
            if self.unit.kind != "test":
                self.doubt("fixtures", self.unit.node, f"it takes {name} of the class")

    def _mentions(self, name: str) -> bool:
        return any(
            full_name(each) in (f"self.{name}", f"cls.{name}") for each in self.all.attributes
        )

    # What becomes of them.

    def _read_calls(self) -> None:
        for call in self.all.calls:
            name = full_name(call.func) or ""
            if name.endswith("getfixturevalue"):
                self._read_get_fixture_value(call)
            if name == "time.sleep" and self.module.imports.get("time") == "time":
                self._read_sleep(call)
            helper = self.callee(call)
            if helper is None or helper is self.unit:
                continue
            self.found.called.add(helper)
            there = self.known.get(helper)
            if there is None or helper.kind != "helper":
                continue
            if there.makes:
                self.found.makes = True
                self.doubt("made-elsewhere", call, helper.name)
            elif there.awaits and not there.unit.given:
                self._call_helper(call, helper)

    def _read_sleep(self, call: Node) -> None:
        doubts: list[Doubt] = []
        self.places.check_await(call, doubts, requests=False)
        if not doubts:
            self.found.sleeps.append(call)

    def _is_harmless_manager(self, expression: Node) -> bool:
        helper = self.callee(expression) if isinstance(expression, cst.Call) else None
        if helper is None or not helper.decorator("contextlib.contextmanager"):
            return False
        return not any(
            isinstance(each, cst.Try | cst.TryStar) and each.handlers
            for each in walk(helper.node.body)
        )

    def callee(self, call: Node) -> Unit | None:
        """Return the function of these files that is called."""
        own = self._own_attribute(call.func)
        if own is not None:
            for each in self.module.units:
                if each.owner is self.unit.owner and each.name == own:
                    return each
            return None
        if isinstance(call.func, cst.Name) and call.func.value in self.names | self.places.bound:
            return None
        return self.world.function(call.func, self.module)

    def _read_get_fixture_value(self, call: Node) -> None:
        value = getattr(call.args[0].value, "evaluated_value", None) if call.args else None
        fixture = self.world.fixture(value, self.unit) if isinstance(value, str) else None
        there = self.known.get(fixture) if fixture is not None else None
        if value == "client" or (there is not None and there.touches):
            self.doubt("fixtures", call, "getfixturevalue")
            self.found.makes = True

    def _call_helper(self, call: Node, helper: Unit) -> None:
        if any(each is call for each, _ in self.found.helper_calls):
            return
        if helper.is_async:
            return
        self.found.helper_calls.append((call, helper))
        if helper.decorator("contextlib.contextmanager", "contextmanager"):
            self._enter_helper(call)
            return
        self.places.check_await(call, self.found.doubts, requests=True)

    def _enter_helper(self, call: Node) -> None:
        item = self.tree.parent(call)
        block = self.tree.parent(item) if isinstance(item, cst.WithItem) else None
        if block is None or len(block.items) > 1:
            self.doubt("context-managers", call)
            return
        self.found.managers.append(block)
        self.places.check_await(block, self.found.doubts, requests=True)

    def _judge(self, name: str, source: Source) -> None:
        if name == "":
            return
        for node in self._uses(name):
            self._judge_use(node, source)
        if name in self.places.rebound(name, source):
            self.doubt("names", self.unit.node, name)

    def _uses(self, name: str) -> Iterator[Node]:
        if name.startswith("self."):
            for each in self.all.attributes:
                own = full_name(each) in (name, name.replace("self.", "cls."))
                if own and not isinstance(self.tree.parent(each), cst.AssignTarget):
                    yield each
            return
        yield from self.places.variables(name)

    def _judge_use(self, node: Node, source: Source) -> None:
        if source.kind not in ("parameter", "attribute"):
            self.found.renames.append((node, source))
        if source.is_async:
            self._judge_async_use(node, source)
            return
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            self._judge_attribute(parent, source)
        elif isinstance(parent, cst.Arg) and isinstance(self.tree.parent(parent), cst.Call):
            self._judge_argument(parent, source)
        elif isinstance(parent, cst.Return | cst.Yield):
            self._judge_given(parent, source)
        elif isinstance(parent, cst.Assign) and parent.value is node:
            target = parent.targets[0].target
            own = self._own_attribute(target)
            if own is not None and len(parent.targets) == 1:
                self.found.attributes.add(own)
                self.found.sources.setdefault(
                    f"self.{own}",
                    Source("attribute", source.origin, False, source.raises, source.follows),
                )
            else:
                self.doubt("names", node, text_of(parent))
        else:
            self.doubt("arguments", node)

    def _judge_async_use(self, node: Node, source: Source) -> None:
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute):
            if parent.attr.value in VERBS and source.raises:
                self.places.check_surroundings(parent, self.found.doubts)
            if parent.attr.value in ("aclose", "__aenter__", "_transport", "base_url"):
                self.doubt("constructor", node, parent.attr.value)
        elif isinstance(parent, cst.Return | cst.Yield):
            self._judge_given(parent, source)
        elif isinstance(parent, cst.WithItem):
            self.doubt("clients", node, "it is entered twice")

    def _judge_attribute(self, attribute: Node, source: Source) -> None:
        name = attribute.attr.value
        call = self.tree.parent(attribute)
        called = isinstance(call, cst.Call) and call.func is attribute
        if name in VERBS and called:
            self._judge_request(call, name, source)
        elif name in STATE:
            self.found.mutates.add(source.origin)
        elif name == "app":
            self.found.apps.append(attribute)
        elif name == "close" and called and isinstance(self.tree.parent(call), cst.Expr):
            self._drop(call)
        elif name == "websocket_connect":
            self.doubt("websockets", attribute)
        elif name == "stream":
            self.doubt("streams", attribute)
        elif name in VERBS:
            code = text_of(self.unit.node).lower()
            thread = any(word in code for word in ("thread", "executor", "pool"))
            self.doubt("threads" if thread else "arguments", attribute, text_of(attribute))
        else:
            self.doubt("arguments", attribute, text_of(attribute))

    def _drop(self, call: Node) -> None:
        line = self.tree.statement(call)
        if len(line.body) > 1 or not isinstance(self.tree.parent(line), cst.IndentedBlock):
            self.doubt("one-line", call)
        self.found.dropped.append(line)

    def _judge_request(self, call: Node, verb: str, source: Source) -> None:
        found = self.found
        found.requests.append(call)
        self.places.check_await(call, found.doubts, requests=source.raises)
        keywords = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
        if verb in BODYLESS and set(keywords) & set(BODY):
            found.as_request.append(call)
        if "allow_redirects" in keywords:
            found.old_options.append(keywords["allow_redirects"])
        looked_at = is_looked_at(call, self.unit, self.tree)
        if source.raises and not looked_at and isinstance(self.tree.parent(call), cst.Expr):
            found.notes.append(Note("answers", call))
        if looked_at or not source.follows or {"allow_redirects", "follow_redirects"} & {*keywords}:
            return
        if any(arg.star == "**" for arg in call.args):
            self.doubt("redirects", call)
        found.follows.append(call)

    def _judge_argument(self, arg: Node, source: Source) -> None:
        call = self.tree.parent(arg)
        helper = self.callee(call)
        name = _param_of(arg, call, helper) if helper is not None else None
        if helper is None or name is None or helper.kind != "helper" or arg.star:
            self.doubt("arguments", arg, text_of(call.func))
            return
        helper.given.add(name)
        self.found.called.add(helper)
        if helper.is_async:
            self.doubt("helpers", arg, f"{helper.name} is async already")
        self._call_helper(call, helper)

    def _judge_given(self, statement: Node, source: Source) -> None:
        manager = self.unit.decorator("contextlib.contextmanager")
        if self.unit.kind == "fixture" and self.found.gives in (None, source):
            self.found.gives = source
        elif not (manager and isinstance(statement, cst.Yield)):
            self.doubt("arguments", statement, "it is returned")

    # What the function is, as a whole.

    def _judge_whole(self) -> None:
        unit, found = self.unit, self.found
        if not found.touches:
            return
        if is_unittest(unit):
            found.doubts.insert(0, Doubt("unittest", unit.owner))
        self._judge_own_name()
        self._judge_strings()
        judge_marks(self)
        judge_overrides(self)
        if unit.kind == "test" and not unit.is_async:
            find_sessions(self)
        if unit.kind == "fixture":
            self._judge_fixture()
        elif unit.kind == "test":
            self._judge_assertions()
        elif unit.kind == "set-up":
            self._judge_set_up()
        elif unit.kind == "helper" and self.all.yields and found.awaits:
            if not unit.decorator("contextlib.contextmanager"):
                self.doubt("laziness", unit.node)
        if unit.kind == "helper" and found.awaits:
            known = ("contextlib.contextmanager", "staticmethod", "classmethod")
            if len(unit.node.decorators) != (1 if unit.decorator(*known) else 0):
                self.doubt("helpers", unit.node, "it is decorated")

    def _judge_strings(self) -> None:
        for each in self.all.strings:
            if "testserver" in each.value or "testclient" in each.value:
                parent = self.tree.parent(each)
                keyword = getattr(getattr(parent, "keyword", None), "value", None)
                if keyword != "base_url":
                    self.doubt("urls", each, each.value)

    def _judge_assertions(self) -> None:
        found = self.found
        if not found.requests or any(not s.raises for s in found.sources.values()):
            return
        asserts = any(isinstance(n, cst.Assert) for n in self.places.statements)
        calls = (text_of(call.func) for call in self.all.calls)
        words = ("assert", "check", "verify", "expect", "raise_for_status", "raises", "fail")
        if not asserts and not any(word in call for call in calls for word in words):
            self.doubt("nothing-asserted", self.unit.node)

    def _judge_own_name(self) -> None:
        replaced = {name for name, each in self.found.sources.items() if each.is_replaced}
        if not replaced - {CLIENT}:
            return
        if CLIENT in self.names and CLIENT not in replaced:
            self.doubt("clients", self.unit.node)
        elif CLIENT in self.places.bound:
            self.doubt("names", self.unit.node, CLIENT)

    def _judge_set_up(self) -> None:
        unit, found = self.unit, self.found
        extra = {name for name in self.names - {"self", "cls"} if self.places.variables(name)}
        names = {each.name for each in self.module.units if each.owner is unit.owner}
        if SET_UP in names:
            self.doubt("twins", unit.node, SET_UP)
        if unit.name in ("setup", "teardown_class") or extra:
            self.doubt("fixtures", unit.node, unit.name)
        elif unit.name == "teardown_method" and not self._only_closes():
            self.doubt("fixtures", unit.node, unit.name)
        elif unit.name == "setup_class" and (len(own_body(unit.node)) > 1 or found.awaits):
            self.doubt("fixtures", unit.node, "setup_class does more than to make the client")
        elif sum(1 for each in self.module.units if each.owner is unit.owner
                 and each.name in ("setup_method", "setup_class")) > 1:
            self.doubt("fixtures", unit.node, "there are two set-up methods")

    def _only_closes(self) -> bool:
        body = own_body(self.unit.node)
        return all(any(line is gone for gone in self.found.dropped) for line in body)

    def _read_app_fixture(self) -> None:
        if self.unit.kind == "fixture" and fixture_name(self.unit) == "app":
            app = self.world.app_of_fixture(self.unit)
            self.found.plain_app = app is not None and self.world.is_the_app(app)

    def _judge_fixture(self) -> None:
        unit, found = self.unit, self.found
        found.plain = _is_plain(self)
        if found.plain:
            return
        if found.sources and fixture_scope(unit) != "function":
            self.doubt("fixtures", unit.node, f"its scope is {fixture_scope(unit)}")
        if found.gives is not None and fixture_option(unit, "params") is not None:
            self.doubt("parameters", unit.node)
        if any(self.module.dotted(each.decorator) not in FIXTURES for each in unit.node.decorators):
            self.doubt("fixtures", unit.node, "it is decorated twice")


def _param_of(arg: Node, call: Node, helper: Unit) -> str | None:
    names = [each.name.value for each in helper.params]
    if arg.keyword is not None:
        return arg.keyword.value if arg.keyword.value in names else None
    before = call.args[: [each is arg for each in call.args].index(True)]
    if any(each.star for each in before):
        return None
    position = len(before)
    if helper.owner is not None and not helper.decorator("staticmethod"):
        position += 1
    positional = [*helper.node.params.posonly_params, *helper.node.params.params]
    return positional[position].name.value if position < len(positional) else None


def _is_plain(seen: Examination) -> bool:
    """Say whether a fixture only makes a client, so that the harness's can take its place."""
    found, unit = seen.found, seen.unit
    made = [each for each in found.sources.values() if each.kind == "constructor"]
    if found.gives is None or len(made) != 1 or found.gives is not made[0] or found.doubts:
        return False
    if found.awaits or found.mutates or any(nodes for _, nodes in found.set_up):
        return False
    if fixture_option(unit, "params") or fixture_option(unit, "autouse"):
        return False
    overriding: set[str] = set()
    if not all(_is_harmless(each, seen, overriding) for each in own_body(unit.node)):
        return False
    asked = {each.name.value for each in unit.params} - {"self", "app", "event_loop"}
    return all(any(word in name for word in DATABASE) for name in asked)


def _is_harmless(statement: Node, seen: Examination, overriding: set[str]) -> bool:
    if isinstance(statement, cst.With):
        return any(statement is each for each in seen.found.spliced) and all(
            _is_harmless(each, seen, overriding) for each in statement.body.body
        )
    if isinstance(statement, cst.FunctionDef):
        overriding.add(statement.name.value)
        return any(word in statement.name.value for word in DATABASE)
    if isinstance(statement, cst.Try) and not statement.handlers:
        parts = [*statement.body.body, *statement.finalbody.body.body]
        return all(_is_harmless(each, seen, overriding) for each in parts)
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(_is_harmless_line(each, seen) for each in statement.body)


def _is_harmless_line(line: Node, seen: Examination) -> bool:
    if isinstance(line, cst.Import | cst.ImportFrom):
        return True
    value = getattr(line, "value", None)
    if isinstance(value, cst.Yield):
        value = value.value
    if value is None:
        return isinstance(line, cst.Pass | cst.Del)
    if isinstance(line, cst.Assign):
        target = line.targets[0].target
        if isinstance(target, cst.Subscript):
            key = text_of(target.slice[0])
            return (full_name(target.value) or "").endswith("dependency_overrides") and any(
                key.endswith(word) or f"{word}_" in key for word in DATABASE
            )
        if (full_name(target) or "").endswith("dependency_overrides"):
            return isinstance(value, cst.Dict) and not value.elements
    call = isinstance(value, cst.Call) and (full_name(value.func) or "")
    if call and ".dependency_overrides." in call:
        return call.rpartition(".")[2] in ("clear", "pop")
    return value is not None and any(
        value is node or value is getattr(seen.tree.parents.get(id(node)), "value", None)
        for node, _ in seen.found.renames
    ) or any(value is each.value for each in _made_assignments(seen))


def _made_assignments(seen: Examination) -> list[Node]:
    return [each.body[0] for each in seen.found.dropped if isinstance(each.body[0], cst.Assign)]


_INVENTORIES: dict[int, tuple[Unit, Inventory]] = {}


def inventory_of(unit: Unit) -> Inventory:
    kept = _INVENTORIES.get(id(unit))
    if kept is None:
        kept = _INVENTORIES[id(unit)] = (unit, Inventory.of(unit))
    return kept[1]
