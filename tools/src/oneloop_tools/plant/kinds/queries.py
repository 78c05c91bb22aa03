"""Statements: their conditions, limits and order."""

from collections.abc import Iterator

from oneloop_tools.convert.syntax import cst
from oneloop_tools.plant.edits import drop_argument, drop_condition, drop_method
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .access import is_owner
from .kind import Kind

LOADERS = ("selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload")


def eager_load_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls("options"):
        for each in call.args:
            if any(f"{loader}(" in source.code(each) for loader in LOADERS):
                yield drop_condition(source, call, each)
    for call in source.calls("relationship", "Relationship"):
        lazy = argument(call, "lazy")
        if lazy is not None and source.code(lazy.value).strip("\"'") in ("selectin", "joined", "subquery", "immediate"):
            yield drop_argument(source, call, lazy)


def filter_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    """A condition of `where` that is no owner's."""
    for call in source.calls("where", "filter", "filter_by"):
        for each in call.args:
            if not is_owner(source, each) and not each.star:
                yield drop_condition(source, call, each)


def limit_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_method(source, call) for call in source.calls("limit", "offset", "fetch") if call.args)


def order_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls("order_by"):
        if not isinstance(call.func, cst.Attribute):
            continue
        yield drop_method(source, call)
        if len(call.args) > 1:
            yield drop_argument(source, call, call.args[-1])
        for each in call.args:
            if isinstance(each.value, cst.Call) and called(each.value) == "desc":
                yield drop_method(source, each.value)


def like_unescaped(source: Source, _: Index) -> Iterator[Edit | None]:
    for call, found in source.arguments("autoescape", "escape"):
        if called(call) != "compile":
            yield drop_argument(source, call, found)
    for call in source.calls("escape_like", "escape_wildcards"):
        if len(call.args) == 1:
            yield Edit(call, source.code(call.args[0].value), call)


def lock_dropped(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_method(source, call) for call in source.calls("with_for_update"))
    for call, found in source.arguments("with_for_update", "lock", "for_update"):
        if source.code(found.value) not in ("False", "None"):
            yield drop_argument(source, call, found)
    for call in source.all(cst.Call):
        if "pg_advisory" in dotted(call.func) or "pg_try_advisory" in dotted(call.func):
            yield Edit(call, "func.now().is_not(None)" if "try" in dotted(call.func) else "func.now()", call)


def lock_waits(source: Source, _: Index) -> Iterator[Edit | None]:
    for call, found in source.arguments("nowait", "skip_locked"):
        if called(call) == "with_for_update":
            yield drop_argument(source, call, found)


KINDS = (
    Kind(
        "eager-load-dropped",
        '`selectinload` and its like, or `lazy="selectin"`, is left out.',
        "Reading the relation fails with MissingGreenlet, or each row costs a query.",
        "tests/documents/test_signed.py::test_document_has_its_author",
        eager_load_dropped,
        "documents/signed.py get_signed",
        sampled=True,
    ),
    Kind(
        "filter-dropped",
        "A condition of `where` is left out.",
        "Rows are read, changed or deleted that the request does not mean.",
        "tests/auth/test_refresh_token.py::TestRefresh::test_other_logins_stay",
        filter_dropped,
        "auth/service.py revoke_family",
    ),
    Kind(
        "limit-dropped",
        "`limit`, `offset` or `fetch` is left out.",
        "A request reads the whole table, or each page is the first one.",
        "tests/documents/test_documents.py::TestListDocuments::test_pages_hold_each_document_once",
        limit_dropped,
        "paging.py fetch_page",
    ),
    Kind(
        "order-dropped",
        "`order_by`, its last column or `desc()` is left out.",
        "Pages repeat some rows and leave out others.",
        "tests/documents/test_documents.py::TestListDocuments::test_newest_comes_first",
        order_dropped,
        "paging.py fetch_page",
    ),
    Kind(
        "like-unescaped",
        "`autoescape` or `escape` is left out.",
        "A search for `%` finds everything, and scans the table.",
        "tests/documents/test_search.py::TestSearchDocuments::test_finds_text_in_title_or_content",
        like_unescaped,
        "documents/service.py matching",
    ),
    Kind(
        "lock-dropped",
        "`with_for_update` or an advisory lock is left out.",
        "Two requests change the same row, and one of the changes is lost.",
        "tests/users/test_user.py::TestPatchUser::test_two_admins_cannot_remove_each_other",
        lock_dropped,
        "users/service.py change_user",
    ),
    Kind(
        "lock-waits",
        "`nowait` or `skip_locked` is left out.",
        "Requests wait for each other until their time limit.",
        "tests/auth/test_failed_logins.py::TestLimit::test_login_does_not_wait_for_failures_of_others",
        lock_waits,
        "auth/failed_logins.py delete_expired",
    ),
)
