"""Calls that make clients, their options and their app, and whether the plugin's client can replace them.

A client on another app is not replaced.
"""

from dataclasses import dataclass, field

from .index import ProjectIndex, own_body
from .modules import Function, Module
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of, walk

FACTORIES = ("create_app", "make_app", "build_app", "get_app", "get_application")
SYNC = ("fastapi.testclient.TestClient", "starlette.testclient.TestClient")
ASYNC = ("httpx.AsyncClient", "httpx2.AsyncClient")
TRANSPORT = ("httpx.ASGITransport", "httpx2.ASGITransport")
CLIENT = "async_client"
URLS = ("http://test", "http://testserver", "http://test/", "http://testserver/")
VERBS = ("get", "post", "put", "patch", "delete", "options", "head", "request")
# Attributes that both kinds of client have.
STATE = ("headers", "cookies", "auth", "params")


def app_of(index: ProjectIndex, expression: Node, function: Function | None, module: Module) -> str | None:
    """Return the app that an expression means as `module.app`, None if that is unknown."""
    name = full_name(expression)
    if isinstance(expression, cst.Call):
        return _app_of_call(index, expression, module)
    if name is None:
        return None
    binder = function.scopes.binder(_first_name(expression)) if function is not None else None
    if function is not None and binder is function.node and name in {each.name.value for each in function.params}:
        fixture = index.fixture(name, function)
        if fixture is not None:
            return app_of_fixture(index, fixture)
        return "app" if name == "app" else None
    if binder is not None:
        return None
    return _app_of_name(index, module.dotted(expression), module)


def is_of_the_service(index: ProjectIndex, expression: Node, module: Module) -> bool:
    """Tell whether the tests import an app from the service, and do not make one: the plugin runs the imported one."""
    found = index.find(module.dotted(expression), module)
    imported = (full_name(expression) or "").partition(".")[0] in module.imports
    return imported and not (found is not None and found[0].is_test_code)


def app_of_fixture(index: ProjectIndex, fixture: Function) -> str | None:
    """Return the app that a fixture returns, if it does nothing else."""
    body = own_body(fixture.node)
    if len(body) != 1 or not isinstance(body[0], cst.SimpleStatementLine):
        return None
    value = getattr(body[0].body[0], "value", None)
    if isinstance(value, cst.Yield):
        value = value.value
    return None if value is None else app_of(index, value, fixture, fixture.module)


def _app_of_call(index: ProjectIndex, call: Node, module: Module) -> str | None:
    dotted = module.dotted(call)
    factory = (full_name(call) or "").rpartition(".")[2]
    if call.args or (factory not in FACTORIES and dotted != index.answered):
        return None
    found = index.find(dotted, module)
    if dotted is None or "." not in dotted or (found and found[0].is_test_code):
        return None
    if found:
        dotted = f"{found[0].name}.{found[1]}"
    return dotted if dotted == index.answered else f"{dotted.rpartition('.')[0]}.app"


def _app_of_name(index: ProjectIndex, dotted: str | None, module: Module) -> str | None:
    found = index.find(dotted, module)
    if found is None:
        imported = dotted is not None and "." in dotted and dotted.split(".")[0] != module.name
        return dotted if imported else None
    where, name = found
    if not where.is_test_code:
        return f"{where.name}.{name}"
    values = where.assigned.get(name, [])
    if len(values) != 1 or not isinstance(values[0], cst.Call):
        return None
    return app_of(index, values[0], None, where)


def _first_name(expression: Node) -> Node:
    while isinstance(expression, cst.Attribute):
        expression = expression.value
    return expression


@dataclass(eq=False)
class ClientSource:
    """Where a name in a function gets its client from."""

    kind: str  # fixture, plugin, constructor, module, attribute or parameter
    origin: object  # two sources of one origin are the same client
    is_async: bool = False
    raises: bool = True  # the request raises an exception of the app
    follows: bool = True
    shared: bool = False  # by more than one test
    fixture: Function | None = None
    scope: Node | None = None  # which binds its name, None for the file

    @property
    def is_replaced(self) -> bool:
        """Whether the plugin's client replaces it, under the plugin's name."""
        return self.kind in ("plugin", "constructor", "module")


@dataclass
class Made:
    """A call that makes a client on an app."""

    call: Node
    is_async: bool
    raises: bool = True
    follows: bool = True
    doubt: Doubt | None = None
    set_up: list[Node] = field(default_factory=list)
    dropped: list[Node] = field(default_factory=list)  # lines that were only used to make it


def read_made(call: Node, module: Module, function: Function | None, index: ProjectIndex) -> Made | None:
    """Return the client that a call makes, if it is one on an app in this process."""
    if not isinstance(call, cst.Call):
        return None
    name = module.dotted(call.func)
    if name in SYNC:
        return _read_sync(call, module, function, index)
    if name in ASYNC:
        return _read_async(call, module, function, index)
    found = index.find(name, module) if isinstance(call.func, cst.Name | cst.Attribute) else None
    where, local = found or (module, "")
    owner = where.classes.get(local)
    if owner is not None and any(where.dotted(each.value) in SYNC for each in owner.bases):
        return Made(call, is_async=False, doubt=Doubt("constructor", call, "a class of its own"))
    return None


def _read_sync(call: Node, module: Module, function: Function | None, index: ProjectIndex) -> Made:
    made = Made(call, is_async=False)
    positional = [arg for arg in call.args if arg.keyword is None]
    given = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    app = positional[0].value if positional else given.pop("app", None)
    if len(positional) > 1 or app is None or any(arg.star for arg in call.args):
        made.doubt = Doubt("constructor", call)
        return made
    _check_app(made, app, module, function, index)
    for option, literal in (("raise_server_exceptions", "raises"), ("follow_redirects", "follows")):
        if option in given:
            value = full_name(given.pop(option))
            if value not in ("True", "False"):
                made.doubt = made.doubt or Doubt("constructor", call, option)
            setattr(made, literal, value == "True")
    _read_options(made, given)
    return made


def _read_async(call: Node, module: Module, function: Function | None, index: ProjectIndex) -> Made | None:
    given = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    made = Made(call, is_async=True, follows=False)
    app, transport = given.pop("app", None), given.pop("transport", None)
    if app is None and transport is None:
        return None
    if app is None:
        app = _app_of_transport(made, _assigned_transport(made, transport, function), module)
    if app is None or len(given) + 1 != len(call.args):
        made.doubt = Doubt("constructor", call)
        return made
    _check_app(made, app, module, function, index)
    given.pop("timeout", None)  # the plugin has a timeout of its own
    if full_name(follow := given.pop("follow_redirects", cst.Name("False"))) != "False":
        made.set_up.append(_statement(f"{CLIENT}.follow_redirects = ", follow))
    _read_options(made, given)
    return made


def _assigned_transport(made: Made, transport: Node, function: Function | None) -> Node:
    """Return the call that is assigned to a name, if the name has no other use."""
    if not isinstance(transport, cst.Name) or function is None:
        return transport
    name = transport.value
    nodes = list(walk(function.node.body))
    keywords = sum(
        isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == name for node in nodes
    )
    mentions = sum(isinstance(node, cst.Name) and node.value == name for node in nodes) - keywords
    for line in nodes:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Assign) or full_name(small.targets[0].target) != name:
            continue
        if mentions == len([small, transport]) and len(line.body) == 1 and "#" not in text_of(small):
            made.dropped = [line]
            return small.value
    return transport


def _app_of_transport(made: Made, transport: Node, module: Module) -> Node | None:
    if not isinstance(transport, cst.Call) or module.dotted(transport.func) not in TRANSPORT:
        return None
    app = None
    for arg in transport.args:
        name = arg.keyword.value if arg.keyword is not None else "app"
        if name == "app" and app is None:
            app = arg.value
        elif name == "raise_app_exceptions" and full_name(arg.value) in ("True", "False"):
            made.raises = full_name(arg.value) == "True"
        else:
            return None
    return app


def _check_app(made: Made, app: Node, module: Module, function: Function | None, index: ProjectIndex) -> None:
    found = app_of(index, app, function, module)
    if found is not None:
        index.apps.add(found)
    if found is None or not index.is_the_app(found):
        made.doubt = made.doubt or Doubt("app", made.call, text_of(app))


def _read_options(made: Made, given: dict[str, Node]) -> None:
    base = given.pop("base_url", None)
    if base is not None and getattr(base, "evaluated_value", None) not in URLS:
        made.doubt = made.doubt or Doubt("constructor", made.call, "base_url")
    for option in ("headers", "cookies"):
        if option in given:
            made.set_up.append(_statement(f"{CLIENT}.{option}.update(", given.pop(option), ")"))
    if "auth" in given and made.is_async:
        made.set_up.append(_statement(f"{CLIENT}.auth = ", given.pop("auth")))
    if given:
        made.doubt = made.doubt or Doubt("constructor", made.call, ", ".join(sorted(given)))


def _statement(before: str, value: Node, after: str = "") -> Node:
    return cst.parse_statement(f"{before}{text_of(value)}{after}")
