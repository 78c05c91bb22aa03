"""The plugin, written into a sample by Copier."""

import sys
from pathlib import Path

from tests.adopt.sample import Sample
from tests.support import template
from tests.support.environment import ROOT, succeed


def adopt(oneloop: Path, sample: Sample, top: Path, *, ref: str = "HEAD") -> Path:
    """Write the plugin into an existing project."""
    return template.render(oneloop, top, {"kind": "harness", **sample.answers}, ref=ref)


def adopt_by_command(oneloop: Path, sample: Sample, top: Path) -> str:
    """Write the plugin as a user does, and return what Copier prints."""
    answers = [f"--data={name}={answer}" for name, answer in {"kind": "harness", **sample.answers}.items()]
    copy = [sys.executable, "-m", "copier", "copy", "--defaults", "--vcs-ref=HEAD"]
    return succeed(*copy, *answers, oneloop, top, cwd=ROOT)
