"""Runs inside a rendered service: `python sentry.py`; prints a line of JSON for what a Sentry of our own was sent.

One request fails, with a secret in its body and in a local variable, the same as a token in its headers and in two
query strings. Its caller has an address.
"""

import asyncio
import gzip
import json
import logging
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

# In pieces: Sentry is sent the lines of the source around an error.
SECRET = "".join(["hun", "ter2"])
ADDRESS = ".".join(["192", "0", "2", "7"])
sent: list[bytes] = []


class Sentry(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


async def fail() -> int:
    httpx2 = import_module("httpx2")
    app = import_module("my_service.main").create_app()

    async def fails(body: dict[str, str]) -> None:
        kept = body["anything"]
        logging.getLogger("my_service").info("a breadcrumb of the error")
        raise RuntimeError(f"on purpose, {len(kept)}")

    app.post("/fails")(fails)

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(ADDRESS, 1))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        headers = {"Authorization": f"Bearer {SECRET}", "Referer": f"https://app.example.com/?token={SECRET}"}
        answer = await client.post("/fails", params={"token": SECRET}, json={"anything": SECRET}, headers=headers)
    return int(answer.status_code)


with HTTPServer(("127.0.0.1", 0), Sentry) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wanted = sys.argv[1] == "wanted"
    if wanted:
        os.environ["SENTRY_DSN"] = f"http://key@127.0.0.1:{server.server_port}/1"
    os.environ |= {"DATABASE_URL": "postgresql://localhost:1/app_test", "SECRET_KEY": "0123456789abcdef" * 2}
    status = asyncio.run(fail())
    if wanted:
        sys.modules["sentry_sdk"].flush()
    server.shutdown()

text = b"".join(sent).decode()
result = {
    "imported": "sentry_sdk" in sys.modules,
    "status": status,
    "errors": text.count('"type":"event"'),
    "names it": "on purpose, 7" in text,
    "leaks": SECRET in text or ADDRESS in text,
}
sys.stdout.write(json.dumps(result) + "\n")
