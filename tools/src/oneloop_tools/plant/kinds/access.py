"""Who may do what: owners, roles, and whether the caller is known."""

import re
from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import drop_condition, drop_element, drop_parameter
from oneloop_tools.plant.index import Index, checks_login, checks_role
from oneloop_tools.plant.source import Edit, Source, called, dotted

from .kind import Find, Kind

OWNER = re.compile(
    r"\b(\w*(user|owner|author|account|tenant|org|organi[sz]ation|team|workspace|customer|creator))_?id\b|created_by"
)
LOGIN_ERROR = re.compile(r"NotAuthenticated|Unauthori[sz]ed|\b401\b|InvalidCredentials|InvalidToken")
SETTING = re.compile(r"ValueError|SettingsError|ValidationError|ImproperlyConfigured")
ROUTES = ("get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket")


def is_owner(source: Source, node: Node) -> bool:
    return OWNER.search(source.code(node)) is not None


def guards(source: Source) -> Iterator[tuple[Node, str]]:
    """Yield each `if` that raises, with the name of the kind that drops it."""
    for node in source.all(cst.If):
        raised = _raised(node)
        if raised is None:
            continue
        test, error = source.code(node.test), source.code(raised)
        if " ".join(error.split()) in _raised_by_handlers(source, node):
            continue  # the database finds it as well, and the answer is the same
        if SETTING.search(error):
            yield node, "setting-guard-dropped"
        elif checks_role(test):
            yield node, "role-check-dropped"
        elif is_owner(source, node.test):
            yield node, "owner-filter-dropped"
        elif LOGIN_ERROR.search(error):
            yield node, "login-check-dropped"
        else:
            yield node, "check-dropped"


def _raised_by_handlers(source: Source, guard: Node) -> set[str]:
    function = source.function(guard)
    handled = (each for each in source.all(cst.Raise) if source.first_above(each, cst.ExceptHandler))
    return {" ".join(source.code(each).split()) for each in handled if source.function(each) is function}


def _raised(node: Node) -> Node | None:
    body = node.body.body
    last = body[-1] if body else None
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return small if isinstance(small, cst.Raise) and small.exc is not None else None


def dropped_guards(name: str) -> Find:
    def find(source: Source, _: Index) -> Iterator[Edit | None]:
        for node, kind in guards(source):
            if kind != name:
                continue
            yield Edit(node.test, "False", node)
            operands = list(_operands(node.test))
            if len(operands) > 1:
                for dropped in operands:
                    yield Edit(dropped, "False", node)

    return find


def _operands(test: Node) -> Iterator[Node]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
        yield from _operands(test.left)
        yield from _operands(test.right)
    else:
        yield test


def owner_filter_dropped(source: Source, index: Index) -> Iterator[Edit | None]:
    yield from dropped_guards("owner-filter-dropped")(source, index)
    for call in source.calls("where", "filter", "filter_by"):
        for each in call.args:
            if is_owner(source, each) and not each.star:
                yield drop_condition(source, call, each)
    # The owner's part of a check that has others.
    for node, kind in guards(source):
        if kind == "role-check-dropped" and is_owner(source, node.test) and isinstance(node.test, cst.BooleanOperation):
            for part in (node.test.left, node.test.right):
                if is_owner(source, part):
                    yield Edit(part, "False", node)


def role_widened(source: Source, index: Index) -> Iterator[Edit | None]:
    """A list of roles has all of them; a parameter takes the dependency without the role."""
    for call in source.all(cst.Call):
        if checks_role(called(call)) and call.args:
            for each in call.args:
                if (enum := _member_of(index, each.value)) and each.keyword is None:
                    yield Edit(each.value, f"*{enum}", call)
    for collection in source.all(cst.Set, cst.List, cst.Tuple):
        enums = {_member_of(index, each.value) for each in collection.elements}
        if len(enums) == 1 and (enum := enums.pop()):
            yield Edit(collection, f"tuple({enum})", collection)
    for parameter in source.all(cst.Param):
        if parameter.annotation is not None:
            annotation = parameter.annotation.annotation
            weaker = index.weaker(dotted(annotation))
            if weaker is not None and _is_imported(source, weaker):
                yield Edit(annotation, weaker, parameter)


def _member_of(index: Index, node: Node) -> str:
    name, _, member = dotted(node).rpartition(".")
    enum = name.rpartition(".")[2]
    return name if member in index.enums.get(enum, ()) and checks_role(enum) else ""


def _is_imported(source: Source, name: str) -> bool:
    return re.search(rf"\b{name}\b", source.text) is not None


def authentication_dropped(source: Source, index: Index) -> Iterator[Edit | None]:
    """A dependency that is there for its check alone."""
    for _call, listed in source.arguments("dependencies"):
        for element in getattr(listed.value, "elements", ()):
            text = source.code(element.value)
            if checks_login(text) or checks_role(text):
                yield drop_element(source, listed.value, element)
    for function in source.all(cst.FunctionDef):
        if not any(_is_route(each) for each in function.decorators):
            continue
        for parameter in function.params.params + function.params.kwonly_params:
            text = source.code(parameter)
            depends = "Depends(" in text or "Security(" in text or _alias(parameter) in index.aliases
            described = f"{text} {index.aliases.get(_alias(parameter), ('', ''))[1]}"
            is_check = depends and (checks_login(described) or checks_role(described))
            alone = parameter in function.params.kwonly_params and len(function.params.kwonly_params) == 1
            if is_check and not alone and not _used(source, function, parameter):
                yield drop_parameter(source, function, parameter)


def _alias(parameter: Node) -> str:
    return dotted(parameter.annotation.annotation) if parameter.annotation is not None else ""


def _is_route(decorator: Node) -> bool:
    call = decorator.decorator
    return isinstance(call, cst.Call) and called(call) in ROUTES and isinstance(call.func, cst.Attribute)


def _used(source: Source, function: Node, parameter: Node) -> bool:
    return re.search(rf"\b{parameter.name.value}\b", source.code(function.body)) is not None


KINDS = (
    Kind(
        "owner-filter-dropped",
        "The comparison with the owner is left out, in a condition of `where` or in a check.",
        "A user reads, changes or deletes what belongs to another.",
        "tests/documents/test_document.py::TestPatchDocument::test_writer_cannot_change_the_document_of_another_user",
        owner_filter_dropped,
        "documents/service.py get_own_document",
    ),
    Kind(
        "role-check-dropped",
        "The check of the role never raises.",
        "Every user is an administrator.",
        "tests/test_metrics.py::TestMetricsEndpointSecurity::test_non_admin_user_returns_403",
        dropped_guards("role-check-dropped"),
        "auth/dependencies.py require_role.get_user_with_role",
    ),
    Kind(
        "role-widened",
        "One more role is allowed, or the dependency without the role is used.",
        "Users of a lower role may do what administrators do.",
        "tests/users/test_users.py::TestListUsers::test_editor_returns_403",
        role_widened,
        "users/routes.py list_users",
    ),
    Kind(
        "authentication-dropped",
        "The dependency that authenticates the caller is removed from a route.",
        "Anyone on the internet may call the route.",
        "tests/documents/test_documents.py::test_anonymous_returns_401",
        authentication_dropped,
        "documents/routes.py list_documents",
    ),
    Kind(
        "login-check-dropped",
        "A check that answers 401 never raises.",
        "A disabled user, or one without a password, is signed in.",
        "tests/auth/test_access_token.py::TestAccessToken::test_token_of_a_disabled_user_returns_401",
        dropped_guards("login-check-dropped"),
        "auth/dependencies.py get_current_user",
    ),
    Kind(
        "check-dropped",
        "Another check that raises an error never does.",
        "What the service refuses is done, or ends in a 500.",
        "tests/users/test_user.py::TestPatchUser::test_unknown_user_returns_404",
        dropped_guards("check-dropped"),
        "users/service.py change_user",
    ),
)
