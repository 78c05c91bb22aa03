"""The session of a request, and its transaction."""

from collections.abc import Iterator
from itertools import pairwise

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import awaited_statements, call_statements, drop_argument, drop_method, drop_statement
from oneloop_tools.plant.index import Index, is_session, is_write
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .kind import Kind


def commit_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_statement(statement) for statement, _call in call_statements(source, "commit"))
    for call in source.calls("begin"):
        # `async with factory.begin() as session` commits at the end of the block.
        if isinstance(source.parent(call), cst.WithItem) and isinstance(call.func, cst.Attribute):
            owner = source.code(call.func.value)
            is_factory = "factory" in owner.lower() or "session" not in owner.lower()
            if is_factory and "engine" not in owner.lower():
                yield Edit(call, f"{owner}()", call)


def flush_for_commit(source: Source, _: Index) -> Iterator[Edit | None]:
    for _statement, call in call_statements(source, "commit"):
        if isinstance(call.func, cst.Attribute):
            yield Edit(call.func.attr, "flush", call)


def flush_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_statement(statement) for statement, call in awaited_statements(source) if called(call) == "flush")


def rollback_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_statement(statement) for statement, _call in call_statements(source, "rollback"))


def session_shared(source: Source, _: Index) -> Iterator[Edit | None]:
    """A generator that yields a session yields the same one each time."""
    for yielded in source.all(cst.Yield):
        block = source.first_above(yielded, cst.With)
        function = source.function(yielded)
        if block is None or function is None or block.asynchronous is None:
            continue
        for item in block.items:
            made = item.item
            is_session = any(word in source.code(made).lower() for word in ("session", "factory"))
            if isinstance(made, cst.Call) and is_session and not called(made).startswith("begin"):
                text = f"_shared_session({source.code(made.func)})"
                yield Edit(made, text, made, before=SHARED)


SHARED = """
_shared_sessions: list = []


def _shared_session(factory):
    _shared_sessions[1:] or _shared_sessions.extend([factory, factory()])
    return _shared_sessions[1]


"""


def transaction_split(source: Source, index: Index) -> Iterator[Edit | None]:
    """A commit after the first of two writes of a function. The second may be in a function that gets the session."""
    for function in source.all(cst.FunctionDef):
        if function.asynchronous is None or not isinstance(function.body, cst.IndentedBlock):
            continue
        statements = [each for each in function.body.body if isinstance(each, cst.SimpleStatementLine)]
        writes = [(each, *found) for each in statements for found in [_write_in(source, each, index)] if found]
        for (statement, session, is_direct), (_next, other, _) in pairwise(writes):
            if session == other and is_direct:
                _, end = source.span(statement.body[-1])
                yield Edit(statement, f"; await {session}.commit()", statement, span=(end, end))


def _write_in(source: Source, statement: Node, index: Index) -> tuple[str, bool] | None:
    """Return the session that a statement writes with, and whether it does so itself."""
    small = statement.body[-1]
    value = getattr(small, "value", None)
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call):
        return None
    if is_write(source, call):
        return source.code(call.func.value), not isinstance(small, cst.Return)
    given = [source.code(each.value) for each in call.args]
    session = next((each for each in given if is_session(each)), None)
    return (session, False) if session and called(call) in index.writers else None


def commit_after_answer(source: Source, index: Index) -> Iterator[Edit | None]:
    for call in source.calls("Depends"):
        scope = argument(call, "scope")
        if scope is None:
            continue
        depends = call.args[0].value
        name = called(depends) if isinstance(depends, cst.Call) else dotted(depends).rpartition(".")[2]
        # Without a `yield` nothing comes after the answer.
        if "function" in source.code(scope.value) and index.functions.get(name, True):
            yield drop_argument(source, call, scope)


def rows_expire(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_argument(source, call, found) for call, found in source.arguments("expire_on_commit"))


def isolation_lowered(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_argument(source, call, found) for call, found in source.arguments("isolation_level"))


def stale_row(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls("execution_options"):
        if argument(call, "populate_existing") is not None:
            yield drop_method(source, call)
    yield from (drop_statement(statement) for statement, _call in call_statements(source, "refresh"))


DATABASE = "tests/test_database.py"
USER = "tests/users/test_user.py::TestPatchUser"
KINDS = (
    Kind(
        "commit-dropped",
        "`await session.commit()` is left out.",
        "The request answers with success and its rows are gone.",
        f"{USER}::test_admin_changes_what_is_given_alone",
        commit_dropped,
        "database.py get_session",
    ),
    Kind(
        "flush-for-commit",
        "`commit()` becomes `flush()`.",
        "The rows are visible in the request and gone after it.",
        "tests/auth/test_refresh_token.py::TestRefresh::test_used_token_revokes_its_family",
        flush_for_commit,
        "auth/service.py rotate",
    ),
    Kind(
        "flush-dropped",
        "`await session.flush()` is left out.",
        "Ids are missing in the answer, and an error of the database comes where nothing handles it.",
        "tests/documents/test_documents.py::TestPostDocument::test_row_belongs_to_the_caller",
        flush_dropped,
        "documents/service.py add_document",
    ),
    Kind(
        "rollback-dropped",
        "`await session.rollback()` is left out.",
        "After one error every later statement of the session fails, or half of the work is committed.",
        "tests/auth/test_failed_logins.py::TestLimit::test_refused_login_waits_without_a_connection",
        rollback_dropped,
        "auth/routes.py login",
    ),
    Kind(
        "session-shared",
        "All requests get the same session.",
        "Parallel requests fail, and read and commit the rows of each other.",
        f"{USER}::test_two_admins_cannot_remove_each_other",
        session_shared,
        "database.py get_session",
    ),
    Kind(
        "transaction-split",
        "A commit comes between two writes of a function.",
        "An error after the first write leaves half of the work.",
        "tests/auth/test_refresh_token.py::TestRefresh::test_failed_refresh_leaves_the_token_usable",
        transaction_split,
        "auth/service.py rotate",
    ),
    Kind(
        "commit-after-answer",
        'The dependency loses `scope="function"`.',
        "The commit comes after the answer, so a failed commit is reported as success.",
        f"{DATABASE}::test_failed_commit_returns_500",
        commit_after_answer,
        "database.py module",
    ),
    Kind(
        "rows-expire",
        "`expire_on_commit=False` is left out.",
        "Reading a row after a commit fails with MissingGreenlet.",
        "tests/auth/test_login.py::TestLogin::test_right_password_gives_tokens",
        rows_expire,
        "database.py create_session_factory",
    ),
    Kind(
        "isolation-lowered",
        "`isolation_level` is left out.",
        "Parallel requests both succeed where one of them has to fail.",
        "tests/users/test_admins.py::test_one_of_two_admins_stays",
        isolation_lowered,
        "users/admins.py create_strict_engine",
        sampled=True,
    ),
    Kind(
        "stale-row",
        "`populate_existing` or `refresh()` is left out.",
        "The request decides by a row that another one has changed.",
        "tests/auth/test_login.py::TestLoginDuringAChange::test_old_password_fails_if_it_changes_during_the_login",
        stale_row,
        "auth/service.py authenticate",
    ),
)
