"""Bugs in the service itself, which its own tests have to notice."""

from tests.plugin.planted.bug import Bug

BUGS = {
    "commit after the answer": Bug(
        "src/my_service/database.py",
        'Depends(get_session, scope="function")',
        'Depends(get_session, scope="request")',
        "tests/test_database.py",
    ),
    "forgotten commit": Bug(
        "src/my_service/database.py",
        "        await session.commit()\n",
        "",
        "tests/users/test_user.py::TestPatchUser::test_admin_changes_what_is_given_alone",
    ),
    "half of an answer looks complete": Bug(
        "src/my_service/middleware.py",
        "            _break_off_too(response, request)\n",
        "",
        "tests/test_middleware.py::test_answer_that_broke_off_does_not_look_complete",
    ),
    "any role will do": Bug(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/test_metrics.py",
    ),
}
