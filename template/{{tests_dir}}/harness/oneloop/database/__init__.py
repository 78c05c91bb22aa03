"""The test databases' server, names, connections and sessions, and the guard on every engine.

May import `postgres`, `errors` and `refusals`. Start with `worker_databases`.
"""
