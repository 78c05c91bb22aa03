"""Promise 11: the client policy is checked when tests are collected."""

import inspect

import pytest

from oneloop.policy.client_policy import ASYNC, SYNC, Subject, find_offences

BOTH = frozenset({SYNC, ASYNC, "client", "async_client"})
WITH_CLIENT = frozenset({SYNC, "client"})
WITH_ASYNC = frozenset({ASYNC, "async_client"})
NO_REASON = pytest.mark.sync_client.mark
ASYNCIO = pytest.mark.asyncio.mark
EXEMPT = pytest.mark.sync_client("a reason").mark
NAMED = pytest.mark.sync_client(reason="a reason").mark


@pytest.mark.parametrize(
    ("subjects", "words"),
    [
        pytest.param([Subject("t", is_async=True, fixtures=BOTH)], "run on two event loops", id="both"),
        pytest.param(
            [Subject("t", is_async=True, fixtures=WITH_CLIENT)], "Use `async_client`, and `await`", id="async"
        ),
        pytest.param(
            [
                Subject("T::a", is_async=False, fixtures=WITH_CLIENT, group="T"),
                Subject("T::b", is_async=True, fixtures=WITH_ASYNC, group="T"),
            ],
            "T mixes clients: T::a uses `client`, T::b an async one.",
            id="class",
        ),
        pytest.param(
            [Subject("t", is_async=False, fixtures=WITH_CLIENT, marks=(NO_REASON,))],
            "without a reason",
            id="no reason",
        ),
        pytest.param(
            [Subject("t", False, frozenset(), marks=(EXEMPT,), own_exemption=True)],
            "does not use `client`. Delete the marker",
            id="nothing to exempt",
        ),
    ],
)
def test_offence_is_named_with_its_fix(subjects: list[Subject], words: str) -> None:
    (offence,) = find_offences(subjects)

    assert words in offence


def test_right_use_of_the_clients_is_no_offence() -> None:
    allowed = [
        Subject("a", is_async=False, fixtures=WITH_CLIENT),
        Subject("b", is_async=True, fixtures=WITH_ASYNC, marks=(ASYNCIO,)),
        Subject("c", is_async=True, fixtures=BOTH, marks=(EXEMPT,), own_exemption=True),
        Subject("d", is_async=True, fixtures=BOTH, marks=(NAMED,), own_exemption=True),
    ]

    assert find_offences(allowed) == []


def test_only_async_tests_have_the_marker_asyncio(request: pytest.FixtureRequest) -> None:
    functions = [item for item in request.session.items if isinstance(item, pytest.Function)]
    marked = {item.nodeid for item in functions if item.get_closest_marker("asyncio")}

    assert marked == {item.nodeid for item in functions if inspect.iscoroutinefunction(item.obj)}
