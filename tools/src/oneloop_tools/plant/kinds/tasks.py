"""Work that no answer waits for."""

from collections.abc import Iterator

from oneloop_tools.plant.edits import awaited_statements, call_statements, drop_await, drop_statement
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, called

from .kind import Kind

ELSEWHERE = ("commit", "flush", "rollback", "refresh")  # they have kinds of their own


def await_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for statement, call in awaited_statements(source):
        if called(call) not in ELSEWHERE:
            yield drop_await(source, statement)


def background_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    names = ("add_task", "create_task", "send_task", "delay", "apply_async", "enqueue", "enqueue_job")
    yield from (drop_statement(statement) for statement, _call in call_statements(source, *names))


def background_early(source: Source, _: Index) -> Iterator[Edit | None]:
    for statement, call in call_statements(source, "add_task"):
        function = source.function(statement)
        if call.args and function is not None and function.asynchronous is not None:
            task, *given = (source.code(each) for each in call.args)
            made = f"_made = {task}({', '.join(given)})"
            yield Edit(statement, f"{made}; hasattr(_made, '__await__') and await _made", statement)


SEARCH = "tests/documents/test_search.py::TestSearchDocuments"
KINDS = (
    Kind(
        "await-dropped",
        "A statement loses its `await`.",
        "What it should do never happens, and only a warning in the log says so.",
        "tests/users/test_user.py::TestPatchUser::test_change_ends_every_login",
        await_dropped,
        "users/service.py change_user",
    ),
    Kind(
        "background-dropped",
        "A background task is not added.",
        "The mail is not sent, the record is not written; every answer looks right.",
        f"{SEARCH}::test_search_is_recorded_by_a_background_task",
        background_dropped,
        "documents/routes.py search_documents",
    ),
    Kind(
        "background-early",
        "The task runs at once, before the commit and the answer.",
        "It does not see the rows of the request, and its error fails the request.",
        f"{SEARCH}::test_search_is_answered_if_its_record_fails",
        background_early,
        "documents/routes.py search_documents",
    ),
)
