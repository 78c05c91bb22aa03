"""The client policy: which client a test may use. docs/testing/clients.md has the reasons."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

from .markers import abort_collection, check_reasons, has_reason

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
SYNC_NAMES = ("client",)
ASYNC_NAMES = ("async_client", "admin_client", "editor_client", "writer_client", "client_as")


class Subject(NamedTuple):
    name: str
    is_async: bool
    fixtures: frozenset[str]
    arguments: frozenset[str] = frozenset()
    group: str | None = None
    marked_async: bool = False
    exemption: pytest.Mark | None = None
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
            arguments=frozenset(inspect.signature(item.function).parameters),
            group=name.rpartition("::")[0] if item.cls else None,
            marked_async=item.get_closest_marker("asyncio") is not None,
            exemption=item.get_closest_marker(EXEMPTION),
            own_exemption=any(mark.name == EXEMPTION for mark in item.own_markers),
        )

    @property
    def sync_client(self) -> bool:
        return SYNC in self.fixtures

    @property
    def async_client(self) -> bool:
        return ASYNC in self.fixtures

    def client_among(self, names: Iterable[str]) -> str:
        requested = [name for name in names if name in self.fixtures]
        own = [name for name in requested if name in self.arguments]
        return f"`{own[0]}`" if own else f"`{(requested or ['a client'])[0]}` (through a fixture)"


def find_offences(subjects: Iterable[Subject]) -> list[str]:
    subjects = list(subjects)
    offences = [f"{each.name} {offence}" for each in subjects for offence in _of_test(each)]
    offences += _of_classes(each for each in subjects if each.exemption is None)
    return list(dict.fromkeys(offences))  # a parametrised test is listed once


def _of_test(test: Subject) -> Iterator[str]:
    if test.exemption is not None and not has_reason(test.exemption):
        yield (
            f"has the marker `{EXEMPTION}` without a reason. Write: "
            f'@pytest.mark.{EXEMPTION}("why the sync client is right here")'
        )
    if test.own_exemption and not test.sync_client:
        yield f"has the marker `{EXEMPTION}` and does not use `client`. Delete the marker."
    if test.marked_async and not test.is_async:
        yield "has the marker `asyncio` and is not `async def`. Delete the marker."
    if test.exemption is not None or not test.sync_client:
        return
    sync = test.client_among(SYNC_NAMES)
    if test.async_client:
        other = test.client_among(ASYNC_NAMES)
        yield f"uses {sync} and {other}, which run on two event loops. Use the async one only."
    elif test.is_async:
        yield (
            f"is `async def` and uses {sync}, which blocks the event loop and sends its requests "
            "on another one. Use `async_client`, and `await` the request."
        )


def _of_classes(subjects: Iterable[Subject]) -> Iterator[str]:
    groups: dict[str, list[Subject]] = defaultdict(list)
    for each in subjects:
        if each.group is not None:
            groups[each.group].append(each)
    for name, group in groups.items():
        sync = [each for each in group if each.sync_client and not each.async_client]
        other = [each for each in group if each.async_client and not each.sync_client]
        if sync and other:
            first, second = sync[0].name, other[0].name
            yield (
                f"{name} mixes clients: {first.rpartition('::')[2]} uses {sync[0].client_among(SYNC_NAMES)}, "
                f"{second.rpartition('::')[2]} uses {other[0].client_among(ASYNC_NAMES)}. Move the tests with "
                "`client` into a class of their own."
            )


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in EXEMPTIONS.items():
        config.addinivalue_line("markers", f"{name}(reason): {meaning}")


# First: the policy also covers the tests that `-k` and `-m` deselect.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    functions = (item for item in items if isinstance(item, pytest.Function))
    offences = find_offences(Subject.of(item) for item in functions)
    if offences:
        listed = "\n".join(f"  {offence}" for offence in offences)
        abort_collection(
            config, items, f"The client policy is broken. docs/testing/clients.md has the reasons.\n{listed}"
        )
    for name in EXEMPTIONS.keys() - {EXEMPTION}:
        check_reasons(config, items, name)
