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
    "an isolation level that the code does not expect": Bug(
        "src/my_service/database.py",
        "        pool_pre_ping=True,\n",
        '        pool_pre_ping=True,\n        isolation_level="SERIALIZABLE",\n',
        "tests/documents/test_document.py::TestDeleteDocument::test_change_during_a_delete_returns_404",
        "SERVICE_UNAVAILABLE: 503",
    ),
    "a document is not locked": Bug(
        "src/my_service/documents/service.py",
        ", lock=True)",
        ")",
        "tests/documents/test_document.py::TestDeleteDocument::test_change_during_a_delete_returns_404",
        "StaleDataError",
    ),
    "a login does not lock the user": Bug(
        "src/my_service/auth/service.py",
        ', with_for_update={"key_share": True}',
        "",
        "tests/auth/test_login.py::TestLoginDuringAChange::test_old_password_fails_if_it_changes_during_the_login",
        "assert 200 == 401",
    ),
    "a refresh token is read before it is marked": Bug(
        "src/my_service/auth/service.py",
        "            RefreshToken.used_at.is_(None),\n",
        "            await session.scalar(select(RefreshToken.used_at).where(\n"
        "                RefreshToken.token_hash == hash_refresh_token(refresh_token))) is None,\n",
        "tests/auth/test_refresh_token.py::TestRefresh::test_one_of_two_parallel_requests_succeeds",
        "[200, 200] == [200, 401]",
    ),
    "any role will do": Bug(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/test_metrics.py",
    ),
}
