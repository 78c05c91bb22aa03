"""Errors of pytest's settings: scopes of fixtures and loops, and what old guides advise."""

from .family import Family, Sign

PYTEST_SETTINGS = (
    Family(
        "Scopes do not fit",
        signs=(Sign("builtins.Failed", "^ScopeMismatch|: ScopeMismatch"),),
        example="ScopeMismatch: You tried to access the function scoped fixture "
        "_function_scoped_runner with a session scoped request object.",
        cause="A fixture of a wide scope asked for one of a narrow scope. With a name that ends "
        "in `_scoped_runner`, it is the loop: a `loop_scope=` on the fixture, or the fixture "
        "loop scope of `pytest.ini`, is narrower than the fixture.",
        cure="Keep both loop scopes of `pytest.ini` at `session`, and write no `loop_scope=` "
        "anywhere. Otherwise give the two fixtures one scope.",
    ),
    Family(
        "No fixture event_loop",
        signs=(Sign("pytest.FixtureLookupError", r"event_loop\b"),),
        example="fixture 'event_loop' not found",
        cause="A test, a fixture or a plugin is written for pytest-asyncio before 1.0, which had "
        "this fixture.",
        cure="Delete the argument; inside `async def`, `asyncio.get_running_loop()` gives the "
        "loop. Delete a fixture `event_loop` of your own: nothing reads it. Update the plugin.",
    ),
    Family(
        "Something was not closed",
        signs=(
            Sign("builtins.ResourceWarning"),
            Sign("pytest.PytestUnraisableExceptionWarning", "ResourceWarning"),
        ),
        example="ResourceWarning: unclosed transport <_SelectorSocketTransport fd=12 ...>",
        cause="A socket, a file, a client or a loop was thrown away open. Warnings are errors "
        "here, and this one comes when the thing is thrown away: perhaps in a later test.",
        cure="Open it with `async with` or `with`. `uv run python -X tracemalloc=20 -m pytest` "
        "says where it was made.",
    ),
)
