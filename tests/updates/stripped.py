"""A user who has deleted every example: documents, metrics, and all of the service's tests."""

import shutil
from pathlib import Path

from tests.updates.domain import PACKAGE
from tests.updates.edits import cut, edit

# All that was an example, as a path begins; folders of the metrics and of health up to 0.2.0.
DELETED = (
    f"{PACKAGE}/documents/",
    f"{PACKAGE}/metrics/",
    f"{PACKAGE}/metrics.py",
    "tests/auth/",
    "tests/documents/",
    "tests/health/",
    "tests/metrics/",
    "tests/users/",
    "tests/test_",
)

TABLES = (
    r"    op\.create_table\(\n        \"(documents|searches)\".*?(?=    op\.create_table\(\n        \"(?!searches))"
)


def strip(service: Path) -> None:
    """Delete the examples, and what names them."""
    for entry in DELETED:
        if (service / entry).is_dir():
            shutil.rmtree(service / entry)
        else:
            (service / entry).unlink(missing_ok=True)
    for path in (service / "tests").glob("test_*"):
        path.unlink()
    main = service / f"{PACKAGE}/main.py"
    cut(main, r"^from \.(documents|metrics)(\.routes)? .*?\n")
    cut(main, r"(?<=in \()documents, |, documents(?=, metrics)|, metrics(?=\):)")
    cut(service / "migrations/env.py", r"^from my_service\.documents .*?\n")
    migration = next((service / "migrations/versions").glob("*_initial.py"))
    cut(migration, TABLES)
    edit(migration, '"searches", "documents", ', "")
    factories = service / "tests/factories.py"
    cut(factories, r"\n\nasync def create_document\(.*\Z")
    cut(factories, r"^from my_service\.documents\.models import Document\n")
    if (service / "tests/access.py").exists():
        declare(service)


def declare(service: Path) -> None:
    """Take the examples out of the table of who may."""
    access = service / "tests/access.py"
    cut(access, r"^from tests\.factories import create_document\n")
    cut(access, r"^NEW_(DOCUMENT|TITLE) = .*?\n")
    cut(access, r"^async def (own|anothers)_document\(.*?\n\n\n")
    cut(access, r'^    "\w+ /api/(documents|metrics)[^"]*": Access\((\n.*?\n    \)|[^\n]*\)),\n')
