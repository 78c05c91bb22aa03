"""Exemptions: a marker with a reason, and none without one."""

import pytest

from .abort_collection import abort_collection


def reason(item: pytest.Item, name: str) -> str | None:
    """Return why `item` is exempt by the marker `name`; None when it is not."""
    marker = item.get_closest_marker(name)
    return None if marker is None else str(marker.args[0])


def check_reasons(config: pytest.Config, items: list[pytest.Item], name: str) -> None:
    """Refuse the run for a marker `name` that does not say why, in one short text."""
    for item in list(items):
        for marker in item.iter_markers(name):
            said = marker.args[0] if len(marker.args) == 1 and not marker.kwargs else None
            if not (isinstance(said, str) and said.strip()):
                abort_collection(
                    config,
                    items,
                    f"{item.nodeid}: the marker `{name}` is an exemption and takes its reason, "
                    f'and nothing else. Write: @pytest.mark.{name}("why this test needs it")',
                )
