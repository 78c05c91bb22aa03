"""The client policy: which client a test may take. docs/testing/clients.md has the reasons."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

from .markers import abort_collection, check_reasons

# The marker that exempts a test from the rules and from the refusal of authentication.
EXEMPTION = "sync_client"

# Every sync client comes through the first of these fixtures, every async one through the second.
SYNC, ASYNC = "_sync_client", "_open_client"
SYNC_NAMES = ("client",)
ASYNC_NAMES = ("async_client", "admin_client", "editor_client", "writer_client", "client_as")


class Subject(NamedTuple):
    """What the policy looks at in a test."""

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
        """Return what is known of a collected test; its parameters do not matter."""
        # A test of Hypothesis is a sync function around the one that was written.
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
        """Say whether the test asks for a sync client, itself or through a fixture."""
        return SYNC in self.fixtures

    @property
    def async_client(self) -> bool:
        """Say whether the test asks for an async client, itself or through a fixture."""
        return ASYNC in self.fixtures

    def named(self, names: Iterable[str]) -> str:
        """Return the client among `names` that the test asks for, and whether it does so itself."""
        asked = [name for name in names if name in self.fixtures]
        own = [name for name in asked if name in self.arguments]
        return f"`{own[0]}`" if own else f"`{(asked or ['a client'])[0]}` (through a fixture)"


def find_offences(subjects: Iterable[Subject]) -> list[str]:
    """Return a sentence for each offence: the test, what it does, and the cure."""
    subjects = list(subjects)
    offences = [f"{each.name} {offence}" for each in subjects for offence in _of_one(each)]
    offences += _of_classes(each for each in subjects if each.exemption is None)
    return list(dict.fromkeys(offences))  # once for all the parameters of a test


def _of_one(test: Subject) -> Iterator[str]:
    if test.exemption is not None and not _reason(test.exemption):
        yield (
            "is exempt without a reason. Write it: "
            f'`@pytest.mark.{EXEMPTION}("why the sync client is right here")`.'
        )
    if test.own_exemption and not test.sync_client:
        yield f"bears the mark `{EXEMPTION}` and asks for no `client`. Delete the mark."
    if test.marked_async and not test.is_async:
        yield "bears the mark `asyncio` and is no `async def`. Delete the mark."
    if test.exemption is not None or not test.sync_client:
        return
    sync = test.named(SYNC_NAMES)
    if test.async_client:
        other = test.named(ASYNC_NAMES)
        yield f"asks for {sync} and for {other}: two loops in one test. Take the async one alone."
    elif test.is_async:
        yield (
            f"is `async def` and asks for {sync}, whose requests run on a loop of their own while "
            "the suite's stands still. Take `async_client`, and `await` the request."
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
                f"{name} mixes the clients: {first.rpartition('::')[2]} takes "
                f"{sync[0].named(SYNC_NAMES)}, {second.rpartition('::')[2]} takes "
                f"{other[0].named(ASYNC_NAMES)}. Give the tests with `client` a class of their own."
            )


def _reason(mark: pytest.Mark) -> str | None:
    given = mark.args[0] if len(mark.args) == 1 and not mark.kwargs else None
    return given if isinstance(given, str) and given.strip() else None


EXEMPTIONS = {
    EXEMPTION: "let this test take the sync `client` where docs/testing/clients.md has an async one",
    "blocking": "the test may block the event loop",
    "network": "the test may reach another machine",
}


def pytest_configure(config: pytest.Config) -> None:
    """Describe the exemptions to `pytest --markers`."""
    for name, meaning in EXEMPTIONS.items():
        config.addinivalue_line("markers", f"{name}(reason): {meaning}")


# First of all: a test that `-k` or `-m` leaves out breaks the policy none the less.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse the run, before anything has run, if a test breaks the policy; name all that do."""
    functions = (item for item in items if isinstance(item, pytest.Function))
    offences = find_offences(Subject.of(item) for item in functions)
    if offences:
        listed = "\n".join(f"  {offence}" for offence in offences)
        abort_collection(
            config,
            items,
            f"The client policy is broken. docs/testing/clients.md has the reasons.\n{listed}",
        )
    for name in EXEMPTIONS.keys() - {EXEMPTION}:
        check_reasons(config, items, name)
