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
    "half of an answer looks complete": breakage(
        "src/my_service/middleware.py",
        "            _break_off_too(response, request)\n",
        "",
        "tests/test_middleware.py::test_answer_that_broke_off_does_not_look_complete",
        "tests/test_middleware.py::test_answer_that_broke_off_has_no_end_on_a_socket",
        says="DID NOT RAISE",
    ),
    "any role will do": breakage(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/metrics/test_security.py",
    ),
}
