"""The harness, brought into a sample by Copier, as a user brings it."""

from pathlib import Path

from tests.adopt.samples import Sample
from tests.support import template


def adopt(oneloop: Path, sample: Sample, top: Path, *, ref: str = "HEAD") -> Path:
    """Write the harness into a project that stands."""
    return template.render(oneloop, top, {"kind": "harness", **sample.answers}, ref=ref)
