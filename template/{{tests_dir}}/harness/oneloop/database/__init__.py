"""The databases of a test run: their server, names, connections and sessions, and the engine guard.

May import `app`, `postgres` and `errors`. Start with `worker_databases`.
"""
