"""The audit: which tests use the wrong client, read from the suite and the app; nothing is changed.

`python -m tests.harness.audit` prints it. Two halves meet in `verdicts`:

- what the app does: `search` and `app` find and import it, `routes` matches a request to a route,
  `trees` says what the route's dependency tree reaches, `code` follows the functions in it;
- what a test does: `suite` finds the tests, `interpreter` reads one, and follows its client and
  its URLs through fixtures, helpers, classes and loops, without running any of it.

`ratchet` and `baseline` keep a list that may only get shorter; `observe` asks a real run instead.
"""
