"""The client policy: which client a test may use. docs/testing/clients.md has the reasons."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pytest

from .markers import abort_collection, reason_of

EXEMPTION = "sync_client"
EXEMPTIONS = {
    EXEMPTION: "the test may use the sync `client` where the policy demands an async one",
    "background_error": "the test expects an error that no client can see",
    "blocking": "the test may block the event loop",
    "network": "the test may reach another machine",
    "repeated_selects": "a request of the test may run a query for each row",
}
# Every sync client depends on the first of these fixtures, every async one on the second.
SYNC, ASYNC = "_sync_client", "_open_client"


class Subject(NamedTuple):
    name: str
    is_async: bool
    fixtures: frozenset[str]
    group: str | None = None
    marks: tuple[pytest.Mark, ...] = ()
    own_exemption: bool = False

    @classmethod
    def of(cls, item: pytest.Function) -> "Subject":
        # Hypothesis wraps the test in a sync function.
        function = getattr(getattr(item.function, "hypothesis", None), "inner_test", item.function)
        name = item.nodeid.removesuffix(item.name) + getattr(item, "originalname", item.name)
        return cls(
            name=name,
            is_async=inspect.iscoroutinefunction(function),
            fixtures=frozenset(item.fixturenames),
            group=name.rpartition("::")[0] if item.cls else None,
            marks=tuple(item.iter_markers()),
            own_exemption=any(mark.name == EXEMPTION for mark in item.own_markers),
        )

    def has_mark(self, name: str) -> bool:
        return any(mark.name == name for mark in self.marks)


def find_offences(subjects: Sequence[Subject]) -> list[str]:
    offences = [f"{each.name} {offence}" for each in subjects for offence in _of_test(each)]
    offences += _of_classes(each for each in subjects if not each.has_mark(EXEMPTION))
    return list(dict.fromkeys(offences))  # a parametrised test is listed once


def _of_test(test: Subject) -> Iterator[str]:
    for name in [mark.name for mark in test.marks if mark.name in EXEMPTIONS and not reason_of(mark)]:
        yield f'has the marker `{name}` without a reason. Write: @pytest.mark.{name}("why this test needs it")'
    if test.own_exemption and SYNC not in test.fixtures:
        yield f"has the marker `{EXEMPTION}` and does not use `client`. Delete the marker."
    if test.has_mark(EXEMPTION) or SYNC not in test.fixtures:
        return
    if ASYNC in test.fixtures:
        yield "uses `client` and an async client, which run on two event loops. Use the async one only."
    elif test.is_async:
        yield (
            "is `async def` and uses `client`, which blocks the event loop and sends its requests "
            "on another one. Use `async_client`, and `await` the request."
        )


def _of_classes(subjects: Iterable[Subject]) -> Iterator[str]:
    groups: dict[str, list[Subject]] = defaultdict(list)
    for each in subjects:
        if each.group is not None:
            groups[each.group].append(each)
    for name, group in groups.items():
        sync = [each for each in group if SYNC in each.fixtures and ASYNC not in each.fixtures]
        other = [each for each in group if ASYNC in each.fixtures and SYNC not in each.fixtures]
        if sync and other:
            yield (
                f"{name} mixes clients: {sync[0].name} uses `client`, {other[0].name} an async one. Move the tests "
                "with `client` into a class of their own."
            )


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in EXEMPTIONS.items():
        config.addinivalue_line("markers", f"{name}(reason): {meaning}")


# First: the policy also covers the tests that `-k` and `-m` deselect.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    offences = find_offences([Subject.of(item) for item in items if isinstance(item, pytest.Function)])
    if offences:
        start = "Tests break the rules for clients and markers. Their fixtures count too. See docs/testing/clients.md."
        abort_collection(config, items, "\n  ".join([start, *offences]))
