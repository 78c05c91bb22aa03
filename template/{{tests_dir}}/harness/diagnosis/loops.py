"""Errors of loops and of the lifespan."""

from .family import Family, Sign

HARNESS = __name__.partition(".")[0]

LOOPS = (
    Family(
        "Another loop",
        signs=(
            Sign("builtins.RuntimeError", "attached to a different loop"),
            Sign("builtins.RuntimeError", "is bound to a different event loop"),
            Sign("builtins.RuntimeError", "an event loop other than the current one"),
            Sign("builtins.ValueError", "belongs to a different loop"),
            Sign(f"{HARNESS}.WrongLoopError"),
        ),
        example="RuntimeError: Task <Task pending ...> got Future <Future pending ...> attached "
        "to a different loop",
        cause="Something made on one event loop was awaited on another: a connection, a lock, a "
        "queue. The usual second loop is that of a sync `TestClient`, of `asyncio.run`, of a "
        "thread, or of a mark or fixture with a `loop_scope=`. The task that the message names "
        "only waited; it is not the cause.",
        cure="Write `async def`, take `async_client`, and `await` the request; write no "
        "`loop_scope=`. Make engines, locks and queues in the lifespan or in a fixture, not when "
        "a module is imported.",
    ),
    Family(
        "Loop is closed",
        signs=(
            Sign("builtins.RuntimeError", "Event loop is closed"),
            Sign("builtins.RuntimeError", "TCPTransport closed=True .*the handler is closed"),
        ),
        example="RuntimeError: Event loop is closed",
        cause="Something outlived the loop it was made on: a connection of an engine that was "
        "never disposed of, or a client of another test. It was used or closed later.",
        cure="Close it on its own loop: `async with`, or `await engine.dispose()` after the "
        "`yield` of the fixture that made it. An engine at import never gets there; let the "
        "lifespan make it.",
    ),
    Family(
        "Loop already running",
        signs=(
            Sign("builtins.RuntimeError", "cannot be called from a running event loop"),
            Sign("builtins.RuntimeError", "event loop is already running"),
            Sign("builtins.RuntimeError", "event loop while another loop is running"),
        ),
        example="RuntimeError: asyncio.run() cannot be called from a running event loop",
        cause="Sync code started a loop inside the suite's: by `asyncio.run`, by "
        "`run_until_complete`, or by Alembic's `env.py`, which does so by design.",
        cure="`await` the coroutine. What has to start a loop of its own, such as a migration, "
        "goes into a thread: `await asyncio.to_thread(function)`.",
    ),
    Family(
        "No running loop",
        signs=(
            Sign("builtins.RuntimeError", "no running event loop"),
            Sign("builtins.RuntimeError", "There is no current event loop"),
        ),
        example="RuntimeError: no running event loop",
        cause="Sync code asked for the running loop: a `def` test or fixture, a module at its "
        "import, or a function in a thread.",
        cure="Make the test or fixture `async def`. From a thread, hand the work to the loop that "
        "you got before: `asyncio.run_coroutine_threadsafe(coroutine, loop)`.",
    ),
    Family(
        "Cancel scope in another task",
        signs=(
            Sign("builtins.RuntimeError", "exit cancel scope in a different task"),
            Sign("builtins.RuntimeError", "a cancel scope that isn't the current task's"),
        ),
        example="RuntimeError: Attempted to exit cancel scope in a different task than it was "
        "entered in",
        cause="A fixture holds an anyio task group or cancel scope across its `yield`, and "
        "pytest-asyncio runs the two halves of a fixture in two tasks. Clients of websockets "
        "and the like often hold one inside.",
        cure="Enter and leave it in one task: `async with in_own_task(context)`, from "
        "`tests.harness.lifespan`. Or open it in the test itself.",
    ),
    Family(
        "Lifespan did not run",
        signs=(Sign("builtins.AttributeError", r"'State' object has no attribute"),),
        example="AttributeError: 'State' object has no attribute 'session_factory'",
        cause="The app was asked without its lifespan, or without the lifespan's state. "
        "`ASGITransport` runs no lifespan and passes no state; a `TestClient` that is not entered "
        "neither. A misspelt name looks the same.",
        cure="Take `async_client` in place of a client on an `ASGITransport` of your own. If you "
        "did, look for the name in what the lifespan yields.",
    ),
)
