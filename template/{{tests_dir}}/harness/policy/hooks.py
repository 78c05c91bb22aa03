"""The hooks of the client policy: it is judged once, over all that is collected."""

import pytest

from ..refusal import refuse
from . import EXEMPTION
from .rules import Subject, find_offences


def pytest_configure(config: pytest.Config) -> None:
    """Add the mark that exempts a test."""
    config.addinivalue_line(
        "markers",
        f"{EXEMPTION}(reason): let this test take the sync `client` where the policy of "
        "docs/testing/clients.md has an async one",
    )


# First of all: what `-k` and `-m` leave out breaks the policy none the less.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse the run, before anything has run, if a test breaks the policy; name all that do."""
    functions = (item for item in items if isinstance(item, pytest.Function))
    offences = find_offences(Subject.of(item) for item in functions)
    if not offences:
        return
    listed = "\n".join(f"  {offence}" for offence in offences)
    message = f"The client policy is broken; docs/testing/clients.md has the reasons.\n{listed}"
    refuse(config, items, message)
