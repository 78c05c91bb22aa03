"""The databases of a test run: their server, names, connections and sessions, and the engine guard.

May import `postgres`, `errors` and `refusals`. Start with `worker_databases`.
"""
