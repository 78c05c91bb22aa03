"""Bugs in the service itself, which its own tests have to notice."""

from tests.support.bugs import breakage

BUGS = {
    "commit after the answer": breakage(
        "src/my_service/database.py",
        'Depends(get_session, scope="function")',
        'Depends(get_session, scope="request")',
        "tests/test_database.py",
    ),
    "forgotten commit": breakage(
        "src/my_service/database.py",
        "        await session.commit()\n",
        "",
        "tests/users/test_user.py::TestPatchUser::test_admin_changes_what_is_given_alone",
    ),
    "any role will do": breakage(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/metrics/test_security.py",
    ),
}
