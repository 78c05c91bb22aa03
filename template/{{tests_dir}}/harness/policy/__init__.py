"""The client policy: which client a test may take. docs/testing/clients.md has the reasons.

It is kept three times: ruff bans the modules that hold a sync client, `rules` looks at every
collected test, and `SyncClient` with the guard refuses at run time what no rule can see.
"""

# The mark that exempts a test from the rules and from the refusal of authentication.
EXEMPTION = "sync_client"

__all__ = ["EXEMPTION"]
