"""Promises 9 to 11: roles, access and the client policy."""

from .conftest import Run, RunSuite

# One route is not declared, one role of another, and one status is wrong.
ACCESS = """
from .access import ACCESS, Access

del ACCESS["POST /run"]
ACCESS["DELETE /notes"] = Access(anonymous=401, admin=200)
ACCESS["POST /api/auth/login"].statuses["writer"] = 201
"""


def test_promise_09_roles_are_separate(passing: Run) -> None:
    """Promise 9: two role clients in one test answer as two users."""
    passing.check(9)


def test_promise_10_every_route_has_a_declared_answer(run: RunSuite) -> None:
    """Promise 10: every role is tried at every route, and what is missing or wrong is named."""
    access = run("tests/test_checks.py", "-k", "role", seam=ACCESS)

    access.shows('"POST /run": Access(anonymous=200, admin=200, writer=200)')
    access.shows('of "DELETE /notes":\n    writer=')
    assert {name.partition("[")[2]: each for name, each in access.outcomes.items()} == {
        "": "failed",
        "POST /api/auth/login as anonymous]": "passed",
        "POST /api/auth/login as admin]": "passed",
        "POST /api/auth/login as writer]": "failed",
        "DELETE /notes as anonymous]": "passed",
        "DELETE /notes as admin]": "passed",
    }


def test_promise_11_the_client_policy_is_enforced(failing: Run, run: RunSuite) -> None:
    """Promise 11: a wrong client is refused at collection, and by the request that needs more."""
    refused = run("tests/refused_clients.py")

    refused.shows("exit status 4", "::test_two_loops", "::test_without_a_reason", "::TestBoth")
    assert refused.outcomes == {}
    for name in ("database", "authentication"):
        failing.shows(f"ClientPolicyError: test_sync_client_and_{name}", "tests/test_failing.py:")
