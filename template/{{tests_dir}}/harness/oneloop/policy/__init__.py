"""Rules that a test must keep: which client it may take, exemptions with a reason, settings.

May import `errors`, `refusals` and `test_run`. Start with `client_rules`.
"""

from . import client_policy, markers, network

PARTS = [network, client_policy, markers]
