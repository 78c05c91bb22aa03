"""The audit: which tests use the wrong client. It reads the suite and imports the app; it changes nothing.

This package runs on the project's interpreter. It imports the standard library, FastAPI and Starlette; SQLAlchemy and
pytest only where the project uses them. Two halves meet in `verdicts`:

- what the app does (`app`): `search` and `load` find and import it, `routes` matches a request to a route,
  `dependency_tree` reports what the route's dependencies reach, `code` follows the functions in it;
- what a test does (`suite`): `collect` finds the tests, `interpreter` reads one. It follows the client and the URLs
  through fixtures, helpers, classes and loops, and runs none of it.

`ratchet` and `baseline` keep lists that may only get shorter; `observer` watches a real run instead.
"""
