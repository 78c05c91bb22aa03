"""The harness's PostgreSQL runner and development verbs: what they promise, run for real."""
