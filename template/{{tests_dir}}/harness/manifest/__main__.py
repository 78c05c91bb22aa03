"""`python -m tests.harness.manifest`: name what was edited, and how to get it back."""

import sys

from ..version import VERSION
from .hashes import MANIFEST, ROOT, difference, read
from .originals import commands

ADVICE = """
These files are the template's: an update merges its changes into an edit, and may conflict.
Override instead: a fixture of the same name in tests/conftest.py wins, and may extend the one it
overrides. Move what you added to a folder of yours."""


GONE = f"""  missing  {MANIFEST}, or it is no JSON, so that nothing can be compared

To get it back: git checkout HEAD -- {MANIFEST}"""


def report() -> str | None:
    """Return what differs and how to mend it; None when nothing does."""
    release = read()
    if release is None:
        return GONE
    found = difference()
    if not found:
        return None
    lines = [str(found), ADVICE]
    back, lost = commands(ROOT, release, [*found.edited, *found.missing])
    if back:
        lines += ["\nTo get the release's text back:", *(f"  {command}" for command in back)]
    if lost:
        names = " ".join(lost)
        lines += [f"\nThis repository never had the release's text of: {names}. Copy it from the"]
        lines += [f"template, at its release {VERSION}: the same path below template/,"]
        lines += ["where the folder of the tests is called {{tests_dir}}."]
    return "\n".join(lines)


def main() -> int:
    """Say what differs; the exit status is 1 when something does."""
    text = report()
    if text is None:
        sys.stdout.write(f"harness {VERSION}: every file is as it was released.\n")
        return 0
    sys.stdout.write(f"harness {VERSION}: these files differ from the release.\n{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
