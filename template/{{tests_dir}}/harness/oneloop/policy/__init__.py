"""Rules that a test must keep: which client it may take, exemptions with a reason, settings.

May import `errors`, `refusals` and `test_run`. Start with `client_rules`.
"""

from . import abort_collection, client_policy, isolation_markers, network

PARTS = [network, abort_collection, client_policy, isolation_markers]
