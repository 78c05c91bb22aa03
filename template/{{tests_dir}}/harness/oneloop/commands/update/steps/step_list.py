"""Every step, in the order in which they are applied."""

import re

from . import (
    access_table,
    adopted_seam,
    command_names,
    configure_plugin,
    downgrade_in_migrate,
    expected_error,
    first_snapshot,
    generated_requests,
    install_plugin,
    listed_permission,
    login_lock,
    moved_page,
    mypy_settings,
    new_imports,
    old_conftest,
    one_client_a_class,
    plugin_in_image,
    printable_request_id,
    unnamed_status,
)
from .step import Step

STEPS: tuple[Step, ...] = (
    generated_requests.STEP,
    moved_page.STEP,
    downgrade_in_migrate.STEP,
    one_client_a_class.STEP,
    printable_request_id.STEP,
    listed_permission.STEP,
    access_table.STEP,
    login_lock.STEP,
    unnamed_status.STEP,
    install_plugin.STEP,
    configure_plugin.STEP,
    adopted_seam.STEP,
    new_imports.STEP,
    old_conftest.STEP,
    mypy_settings.STEP,
    command_names.STEP,
    plugin_in_image.STEP,
    expected_error.STEP,
    first_snapshot.STEP,
)


def number(release: str) -> tuple[int, ...]:
    """Return a release in a form that can be compared; a commit after a release counts as the release."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", release)
    return tuple(map(int, found.groups())) if found else ()


def due(since: str) -> list[Step]:
    """Return the steps of the releases after one; all of them if that is not the name of a release."""
    return [step for step in STEPS if number(step.release) > number(since)]
