"""The embedded PostgreSQL server, started as a test run and as `oneloop dev` start it."""
