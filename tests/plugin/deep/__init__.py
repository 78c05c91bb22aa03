"""The promises, each proved here in your service, on routes and tables of the harness's own.

docs/testing/promises.md has a row for each. The routes stand below `/oneloop-probe`, the tables in
the schema `oneloop_probe` of the test database: whatever you change or delete of yours, these
tests stay true.
"""
