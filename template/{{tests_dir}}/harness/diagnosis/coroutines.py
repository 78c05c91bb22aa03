"""Errors of `await`, and of the clients that are awaited."""

from .family import Family, Sign

COROUTINES = (
    Family(
        "Coroutine never awaited",
        signs=(
            Sign("builtins.RuntimeWarning", "was never awaited"),
            Sign("pytest.PytestUnraisableExceptionWarning", "was never awaited"),
            Sign("builtins.AttributeError", "'coroutine' object has no attribute"),
            Sign("builtins.TypeError", "'coroutine' object (is|does) not"),
        ),
        example="AttributeError: 'coroutine' object has no attribute 'status_code'",
        cause="An `async def` function was called without `await`: nothing of it ran. The warning "
        "comes when the coroutine is thrown away, so a later test may be the one to show it.",
        cure="Write `await` before the call that the message names. In a `def` test, write "
        "`async def` first.",
    ),
    Family(
        "Awaited what is not async",
        signs=(
            Sign("builtins.TypeError", r"can't be (used in 'await' expression|awaited)"),
            Sign("builtins.TypeError", "does not support the asynchronous context manager"),
        ),
        example="TypeError: object Response can't be used in 'await' expression",
        cause="`await` or `async with` was put before something sync: often the sync `client` in "
        "a converted test, or a function that only returns what an async one does.",
        cure="Take `async_client` in place of `client`. For a sync function, leave `await` out. "
        "An async generator becomes a context manager by `@asynccontextmanager`.",
    ),
    Family(
        "Async generator taken for a value",
        signs=(
            Sign("builtins.AttributeError", "'async_generator' object has no attribute"),
            Sign("builtins.TypeError", "'async_generator' object is not"),
        ),
        example="AttributeError: 'async_generator' object has no attribute 'execute'",
        cause="A dependency or fixture with a `yield` was called as a function. FastAPI and pytest "
        "run it up to its `yield`; a plain call does not.",
        cure="Ask for the fixture as an argument of the test. For a dependency: "
        "`async with asynccontextmanager(get_session)(factory) as session`.",
    ),
    Family(
        "Client is closed",
        signs=(Sign("builtins.RuntimeError", "as the client has been closed"),),
        example="RuntimeError: Cannot send a request, as the client has been closed.",
        cause="A client was kept past the test or the `async with` block that opened it, in a "
        "variable of a module or in a fixture of a wider scope.",
        cure="Ask for `async_client`, or `await client_as(role)`, in each test that needs it; "
        "opening one costs less than a millisecond.",
    ),
    Family(
        "AsyncClient takes no app",
        signs=(Sign("builtins.TypeError", r"__init__\(\) got an unexpected.*'app'"),),
        example="TypeError: AsyncClient.__init__() got an unexpected keyword argument 'app'",
        cause="`AsyncClient(app=app)` is from before httpx 0.28, which removed it.",
        cure="Take `async_client`, which also gives the app its lifespan's state. By hand it is "
        "`AsyncClient(transport=ASGITransport(app=app), base_url=...)`.",
    ),
)
