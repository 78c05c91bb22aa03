"""Clients that functions share: by fixtures, at the top of a file, in a class, or as an attribute of `self`."""

from dataclasses import replace

from .clients import STATE, ClientSource, read_made
from .examination import Examination
from .index import SET_UP_FIXTURE, fixture_scope, has_other_bases
from .modules import Function
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of


def read_module_names(seen: Examination) -> None:
    """Find the clients at the top of a file."""
    for name in {each.value for each in seen.all.names} & {*seen.module.assigned, *seen.module.imports}:
        uses = seen.positions.uses(name, None)
        source = module_client(seen, name) if uses else None
        if source is None:
            continue
        if name in seen.found.sources:
            seen.doubt("names", uses[0], name)
        seen.found.sources[name] = source
        seen.found.origins.add(source.origin)


def module_client(seen: Examination, name: str) -> ClientSource | None:
    """Return the client that a name means, if it is one at the top of this file or of another one."""
    if name not in seen.module.assigned and name not in seen.module.imports:
        return None
    found = seen.index.find(seen.module.dotted(cst.Name(name)), seen.module)
    if found is None:
        return None
    where, local = found
    if local in where.globals and "client" in local:
        seen.found.makes = True
        seen.doubt("made-elsewhere", seen.function.node, local)
        return None
    values = where.assigned.get(local, [])
    if len(values) != 1:
        return None
    made = read_made(values[0], where, None, seen.index)
    if made is None:
        return None
    if where.changes_at_import(local, STATE) or seen.module.changes_at_import(name, STATE):
        seen.doubt("shared-clients", seen.function.node, "it is changed at import")
    if made.doubt is not None or made.set_up or made.is_async:
        doubt = made.doubt or Doubt("constructor", values[0])
        seen.found.doubts.append(Doubt(doubt.reason, seen.function.node, doubt.detail))
    origin = ("module", where.name, local)
    return ClientSource("module", origin, made.is_async, made.raises, made.follows, shared=True)


def read_attributes(seen: Examination) -> None:
    """Find the clients that are attributes of `self` or `cls`."""
    function = seen.function
    if function.owner is None:
        return
    for other in function.module.functions if function.kind == "test" else ():
        there = seen.known.get(other) if other.owner is function.owner else None
        if other.kind == "set-up" and there is not None and there.touches:
            seen.found.by_string.append(other)
    _read_class_attributes(seen)
    used = {
        each.attr.value
        for each in seen.all.attributes
        if isinstance(each.value, cst.Name) and each.value.value in ("self", "cls")
    }
    for name in used:
        key = f"self.{name}"
        for other in function.module.functions:
            there = seen.known.get(other) if other.owner is function.owner else None
            if there is not None and name in there.attributes and other is not function:
                seen.found.sources[key] = there.sources[key]
                seen.found.origins.add(there.sources[key].origin)
                seen.found.by_string.append(other)
    clientlike = used & {"client", "test_client", "app_client", "async_client"}
    unknown = {each for each in clientlike if f"self.{each}" not in seen.found.sources}
    if unknown and has_other_bases(function):
        seen.doubt("inheritance", function.node)
        seen.found.makes = True


def _read_class_attributes(seen: Examination) -> None:
    owner = seen.function.owner
    if owner is None:
        return
    for line in owner.body.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Assign | cst.AnnAssign) or small.value is None:
            continue
        made = read_made(small.value, seen.module, None, seen.index)
        target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
        name = full_name(target)
        if made is None or name is None or not _mentions(seen, name):
            continue
        origin = ("class", seen.module.name, owner.name.value, name)
        seen.found.sources[f"self.{name}"] = ClientSource(
            "attribute", origin, made.is_async, made.raises, made.follows, shared=True
        )
        seen.found.origins.add(origin)
        seen.found.class_attributes.append(line)
        names = {each.name for each in seen.module.functions if each.owner is seen.function.owner}
        if SET_UP_FIXTURE in names or len(seen.found.class_attributes) > 1:
            seen.doubt("async-copy", seen.function.node, SET_UP_FIXTURE)
        if made.doubt is not None or made.set_up or made.is_async or len(line.body) > 1:
            seen.doubt("constructor", seen.function.node)
        if seen.function.kind != "test":
            seen.doubt("fixtures", seen.function.node, f"it uses {name} of the class")


def _mentions(seen: Examination, name: str) -> bool:
    return any(full_name(each) in (f"self.{name}", f"cls.{name}") for each in seen.all.attributes)


def read_params(seen: Examination) -> None:
    """Find the clients among the parameters, and the fixtures that use a client."""
    function, found = seen.function, seen.found
    for param in function.params:
        name = param.name.value
        if function.kind == "helper":
            if param.default is not None and _is_client(seen, param.default):
                found.makes = True
                seen.doubt("made-elsewhere", param, name)
            elif name in function.given:
                found.sources[name] = ClientSource("parameter", ("parameter", function, name), scope=function.node)
            continue
        fixture = seen.index.fixture(name, function)
        if fixture is None:
            if name == "client":
                found.sources[name] = ClientSource("plugin", "client", scope=function.node)
                found.origins.add("client")
            continue
        _read_fixture(seen, name, fixture)
    for fixture in seen.index.autouse_of(function) if function.kind == "test" else ():
        if (there := seen.known.get(fixture)) and there.touches:
            found.by_string.append(fixture)
            found.origins |= there.origins


def _is_client(seen: Examination, default: Node) -> bool:
    return isinstance(default, cst.Name) and module_client(seen, default.value) is not None


def _read_fixture(seen: Examination, name: str, fixture: Function) -> None:
    there = seen.known.get(fixture)
    if there is None or not there.touches:
        return
    seen.found.origins |= there.origins
    if there.gives is None:
        seen.found.fixtures[name] = fixture
        if there.factory:
            _read_factory(seen, name)
        return
    if there.gives_at is not None:
        seen.found.fixtures[name] = fixture
        _read_tuple(seen, name, there.gives, there.gives_at)
        return
    given = there.gives
    replaced = there.plain and not seen.sessions.relies(seen.function, fixture)
    if there.plain and not replaced and fixture_scope(fixture) != "function":
        seen.doubt("fixtures", seen.function.node, f"`{fixture.name}` shares its session with more than one test")
    kind = "plugin" if replaced else "fixture"
    shared = given.shared or fixture_scope(fixture) != "function"
    follows = given.follows and (replaced or given.kind != "constructor")  # else the fixture sets it on the client
    scope = seen.function.node
    seen.found.sources[name] = ClientSource(
        kind, given.origin, given.is_async, given.raises, follows, shared, fixture, scope
    )
    if not replaced:
        seen.found.fixtures[name] = fixture


def _read_factory(seen: Examination, name: str) -> None:
    # The fixture gives a function that makes requests, so each call of it is awaited.
    for use in seen.positions.uses(name, seen.function.node):
        call = seen.tree.parent(use)
        if isinstance(call, cst.Call) and call.func is use:
            seen.found.nested_calls.append(call)
            seen.positions.check_await(call, seen.found.doubts, requests=True)
        else:
            seen.doubt("arguments", use, f"{name} is passed on")
    if seen.positions.times_bound(name, seen.function.node) > 1:
        seen.doubt("names", seen.function.node, name)


def _read_tuple(seen: Examination, name: str, given: ClientSource, at: int) -> None:
    # The fixture gives a tuple with a client in it, which the function takes apart.
    for use in seen.positions.uses(name, seen.function.node):
        parent = seen.tree.parent(use)
        taken = isinstance(parent, cst.Assign) and len(parent.targets) == 1 and parent.targets[0].target
        parts = taken.elements if isinstance(taken, cst.Tuple | cst.List) else ()
        target = parts[at].value if at < len(parts) else None
        if not isinstance(target, cst.Name) or any(isinstance(each, cst.StarredElement) for each in parts):
            seen.doubt("stored", use, text_of(seen.tree.statement(use)).strip().partition("\n")[0])
            continue
        seen.found.sources[target.value] = replace(given, kind="alias", fixture=None, scope=seen.binder(target))
