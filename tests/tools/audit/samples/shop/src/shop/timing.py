"""A middleware that wraps each request and no more."""

import time


class TimingMiddleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()

        async def timed(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-time", str(time.perf_counter() - started).encode()))
            await send(message)

        await self.app(scope, receive, timed)
