"""The client policy, judged once over all that is collected; and the exemptions that need a reason."""

import pytest

from .abort_collection import abort_collection
from .client_rules import EXEMPTION, Subject, find_offences
from .exemptions import check_reasons

EXEMPTIONS = {
    EXEMPTION: "let this test take the sync `client` where docs/testing/clients.md has an async one",
    "blocking": "the test may block the event loop",
    "network": "the test may reach another machine",
}


def pytest_configure(config: pytest.Config) -> None:
    """Describe the exemptions to `pytest --markers`."""
    for name, meaning in EXEMPTIONS.items():
        config.addinivalue_line("markers", f"{name}(reason): {meaning}")


# First of all: a test that `-k` or `-m` leaves out breaks the policy none the less.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse the run, before anything has run, if a test breaks the policy; name all that do."""
    functions = (item for item in items if isinstance(item, pytest.Function))
    offences = find_offences(Subject.of(item) for item in functions)
    if offences:
        listed = "\n".join(f"  {offence}" for offence in offences)
        abort_collection(
            config,
            items,
            f"The client policy is broken. docs/testing/clients.md has the reasons.\n{listed}",
        )
    for name in EXEMPTIONS.keys() - {EXEMPTION}:
        check_reasons(config, items, name)
