"""tests/access.py declares an answer of each route for each role; what it lacks is printed as lines to write."""

import re

from tests.support.bugs import Edit, planted
from tests.support.overlay import Overlay

CHECK = "tests/harness/oneloop/checks/test_access.py"
ROLE = Edit(
    "src/my_service/users/models.py", '    WRITER = "writer"\n', '    WRITER = "writer"\n    AUDITOR = "auditor"\n'
)


def test_a_new_role_is_green_with_its_column(changed: Overlay) -> None:
    """Nothing else changes: the role has its user and its client."""
    access = changed.root / "tests/access.py"
    access.write_text(re.sub(r"writer=(\d+)", r"writer=\1, auditor=\1", access.read_text()))

    with planted(changed, ROLE):
        done = changed.pytest(CHECK)

    assert done.exit_status == 0, done.output
    assert "test_role_gets_what_is_declared[GET /api/metrics as auditor]" in done.having("passed")


def test_a_missing_file_is_a_failure_that_shows_every_line_to_write(changed: Overlay) -> None:
    """Not a skip, and not an import error."""
    (changed.root / "tests/access.py").unlink()

    done = changed.pytest(CHECK)

    (outcome,) = done.outcomes.values()
    assert outcome.kind == "failure"
    assert "tests/access.py and the app differ." in outcome.said
    assert '    "POST /api/documents": Access(anonymous=401, admin=201, editor=201, writer=201),' in outcome.said
    assert "from oneloop.access import Access\n\nACCESS = {\n" in outcome.said
