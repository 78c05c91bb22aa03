"""The revision of the schema that this release needs."""

import logging
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Revisions:
    """The revisions in `migrations/`, and the newest of them."""

    known: frozenset[str]
    heads: frozenset[str]

    @classmethod
    def read(cls, settings: Path = Path("alembic.ini")) -> "Revisions":
        """Read the revisions beside the process, where the image has them."""
        if not settings.exists():
            logger.warning("no migrations here", extra={"looked_for": str(settings)})
            return cls(frozenset(), frozenset())
        folder = ScriptDirectory.from_config(Config(settings))
        known = frozenset(each.revision for each in folder.walk_revisions())
        return cls(known, frozenset(folder.get_heads()))

    def are_older(self, applied: frozenset[str]) -> bool:
        """Return whether a migration is missing.

        An unknown revision is newer: during a rolling deployment the old replicas stay ready.
        """
        return applied <= self.known and applied != self.heads
