"""Real sockets: uvicorn on loopback, and clients that answer alike in this process and through it.

`server` runs the app under uvicorn, as a task on the suite's own loop; `over_socket` sends a client
through it; `in_process` and `websocket` are the same without a socket; `client` is what a test
holds; `patience` gives each wait an end. docs/testing/live.md shows their use.
"""
