"""What the caller gets: the status, the members of the body, the text of an error."""

import re
from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import drop_argument
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .kind import Kind

OTHER_ERROR = {"404": "400", "400": "500", "401": "403", "403": "404", "409": "500", "422": "500", "429": "500"}
NAMED = {
    "UNAUTHORIZED": "FORBIDDEN",
    "FORBIDDEN": "NOT_FOUND",
    "NOT_FOUND": "BAD_REQUEST",
    "CONFLICT": "INTERNAL_SERVER_ERROR",
    "UNPROCESSABLE_ENTITY": "BAD_REQUEST",
    "UNPROCESSABLE_CONTENT": "BAD_REQUEST",
    "SERVICE_UNAVAILABLE": "INTERNAL_SERVER_ERROR",
    "TOO_MANY_REQUESTS": "INTERNAL_SERVER_ERROR",
    "REQUEST_ENTITY_TOO_LARGE": "BAD_REQUEST",
    "INTERNAL_SERVER_ERROR": "OK",
    "BAD_REQUEST": "INTERNAL_SERVER_ERROR",
}
SECRET = re.compile("password|secret|token|hash")
SENT = re.compile(r"HTTPException|Response$|^problem$|Error$|Exception$")
TRACEBACK = '__import__("traceback").format_exc()'


def status_changed(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.all(cst.Call):
        found = argument(call, "status_code")
        is_route = isinstance(source.parent(call), cst.Decorator)
        if found is not None and is_route:
            yield drop_argument(source, call, found)
        elif called(call).endswith("HTTPException"):
            value = found.value if found is not None else call.args[0].value if call.args else None
            if value is not None and not isinstance(source.parent(call), cst.Decorator):
                yield from _other(source, value)
    for statement in source.all(cst.Assign):
        target = dotted(statement.targets[0].target)
        if target in ("status", "status_code"):
            yield from _other(source, statement.value)


def _other(source: Source, value: Node) -> Iterator[Edit]:
    code = source.code(value)
    if code in OTHER_ERROR:
        yield Edit(value, OTHER_ERROR[code], value)
    elif "HTTPStatus." in code and (name := code.rpartition(".")[2]) in NAMED:
        yield Edit(value, code.removesuffix(name) + NAMED[name], value)
    elif (found := re.search(r"HTTP_(\d{3})_\w+$", code)) and found[1] in OTHER_ERROR:
        yield Edit(value, OTHER_ERROR[found[1]], value)


def field_leaked(source: Source, index: Index) -> Iterator[Edit | None]:
    """A schema that is read from a model gets a column that it leaves out; a route gets a wider schema."""
    for node in source.all(cst.ClassDef):
        name, last = node.name.value, node.body.body[-1]
        if "from_attributes" in source.code(node) and isinstance(last, cst.SimpleStatementLine):
            hidden = set(index.all_columns(_model_of(name, index))) - set(index.all_fields(name))
            for column in sorted(each for each in hidden if SECRET.search(each)):
                yield Edit(last.body[-1], f"{source.code(last.body[-1])}; {column}: str", node)
    for call in source.all(cst.Call):
        if not isinstance(source.parent(call), cst.Decorator):
            continue
        found = argument(call, "response_model")
        wider = _wider(dotted(found.value), index) if found is not None else None
        if found is not None and wider and re.search(rf"\b{wider}\b", source.text):
            yield Edit(found.value, wider, call)
        for name in ("response_model_exclude", "response_model_include"):
            if (excluded := argument(call, name)) is not None:
                yield drop_argument(source, call, excluded)


def _model_of(schema: str, index: Index) -> str:
    names = [name for name, columns in index.columns.items() if columns and schema.startswith(name) and name != schema]
    return max(names, key=len, default="")


def _wider(schema: str, index: Index) -> str | None:
    fields = set(index.all_fields(schema))
    for name in index.schemas:
        others = set(index.all_fields(name))
        if fields and name != schema and fields < others and any(SECRET.search(each) for each in others - fields):
            return name
    return None


def detail_leaked(source: Source, _: Index) -> Iterator[Edit | None]:
    """The text of an error that is sent has the traceback."""
    for handler in source.all(cst.ExceptHandler):
        for text in source.all(cst.SimpleString):
            if source.first_above(text, cst.ExceptHandler, cst.FunctionDef) is handler and _is_sent(source, text):
                yield Edit(text, TRACEBACK, text)


def _is_sent(source: Source, text: Node) -> bool:
    above = source.parent(text)
    if isinstance(above, cst.Assign):
        return dotted(above.targets[0].target) in ("message", "detail")
    if not isinstance(above, cst.Arg):
        return False
    call = source.parent(above)
    if not isinstance(call, cst.Call) or (
        above.keyword is not None and above.keyword.value not in ("detail", "message")
    ):
        return False
    return SENT.search(called(call)) is not None and " " in source.code(text)


KINDS = (
    Kind(
        "status-changed",
        "The status of an answer is another one.",
        "Clients, caches and monitors take a failure for a success, or try again what cannot succeed.",
        "tests/documents/test_documents.py::TestPostDocument::test_create_document_with_auth",
        status_changed,
        "documents/routes.py post_document",
    ),
    Kind(
        "field-leaked",
        "The answer gets a secret column of the model, or its wider schema.",
        "Password hashes and tokens are sent to every caller.",
        "tests/users/test_user.py::TestGetMe::test_answer_has_nothing_secret",
        field_leaked,
        "users/schemas.py UserOut",
    ),
    Kind(
        "detail-leaked",
        "The answer of an error has the traceback.",
        "Callers read paths, statements and secrets.",
        "tests/test_middleware.py::test_unexpected_error_is_logged_and_not_sent",
        detail_leaked,
        "middleware.py UnexpectedErrorMiddleware.__call__",
    ),
)
