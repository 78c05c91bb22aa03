"""What a test is told that stopped the loop."""

from ..errors import HarnessError


class BlockingCallError(HarnessError):
    """A call that waits was made on the event loop, where everything else waits with it."""

    def __init__(self, test: str, call: str, where: str) -> None:
        super().__init__(
            f"{test} blocked the event loop: {call}, called at {where}. While it waits, no other "
            "request is served. Take what can be awaited in its place, or hand it to a thread: "
            "`await asyncio.to_thread(...)`. See docs/testing/leaks.md."
        )
