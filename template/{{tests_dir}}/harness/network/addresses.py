"""Which hosts are this machine."""

from ipaddress import IPv6Address, ip_address
from typing import Any


def text(host: Any) -> str:
    """Return `host` as text, whatever a caller of `socket` gave; an IPv6 zone is left off."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    return str(host or "").partition("%")[0].rstrip(".").lower()


def is_literal(host: str) -> bool:
    """Tell whether `host` is an address already, so that nobody is asked for it."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_local(host: str) -> bool:
    """Tell whether `host` is this machine: loopback, the unspecified address, or localhost."""
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified
