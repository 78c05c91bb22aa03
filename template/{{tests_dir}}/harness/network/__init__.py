"""The network: a test that would leave this machine fails, and a fake answers in its place.

`guard` stands on the sockets, `addresses` says what this machine is, `fake` is the upstream that
the fixture `external_http` gives.
"""

from .fake import ExternalHTTP
from .guard import NetworkGuard

__all__ = ["ExternalHTTP", "NetworkGuard"]
