"""The audit: which tests use the wrong client. It reads the suite and imports the app; it changes nothing.

This package runs on the project's interpreter. It imports the standard library, FastAPI and Starlette; SQLAlchemy and
pytest only where the project uses them. Start reading at `entry.audit`. Two halves meet in `verdicts`:

- what the app does (`app`): `load` finds and imports it, `routes` matches a request to a route, `reach` reports what
  the route's dependencies, its code and the middleware reach;
- what a test does (`suite`): `collection` finds the tests, `interpreter` reads one. It follows the client and the URLs
  through fixtures, helpers, classes and loops, and runs none of it.

`ratchet` and `loop_failures` keep lists that may only get shorter; `observer` watches a real run instead.
"""
