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
        "                raise  # so that half an answer does not look complete\n",
        "                return\n",
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
        "tests/auth/test_refresh_token.py::TestRefresh::test_one_of_four_parallel_requests_succeeds",
        "[200, 200, 200, 200] == [200, 401, 401, 401]",
    ),
    "a failed background task closes the connection": Bug(
        "src/my_service/middleware.py",
        'logger.exception("error after the answer")\n                return\n',
        'logger.exception("error after the answer")\n                raise\n',
        "tests/test_middleware.py::test_background_task_that_fails_leaves_the_connection_open",
    ),
    "a lost answer to COMMIT is 503": Bug(
        "src/my_service/database_errors.py",
        "if context.statement is None and context.connection in committing:",
        "if context.connection is None:",
        "tests/test_database.py::test_commit_without_an_answer_returns_500",
    ),
    "every TimeoutError is 503": Bug(
        "src/my_service/errors.py",
        "    app.add_exception_handler(PoolTimeoutError, _unavailable)\n",
        "    app.add_exception_handler(PoolTimeoutError, _unavailable)\n"
        "    app.add_exception_handler(TimeoutError, _unavailable)\n",
        "tests/test_database.py::test_timeout_of_something_else_returns_500",
    ),
    "a slow statement is 500": Bug(
        "src/my_service/database_errors.py",
        "return StatementTimeoutError() if isinstance(error, TimeoutError) else None",
        "return None",
        "tests/test_database.py::test_slow_statement_returns_503",
    ),
    "an error has the row": Bug(
        "src/my_service/database_errors.py",
        "        driver_error.detail = None\n",
        "",
        "tests/test_database.py::test_error_has_no_values_of_rows",
    ),
    "an error has the argument": Bug(
        "src/my_service/database_errors.py",
        'VALUES.sub(r"\\1", each.args[0])',
        "each.args[0]",
        "tests/test_database.py::test_error_has_no_values_of_rows",
    ),
    "Sentry gets the query string": Bug(
        "src/my_service/observability.py",
        '    event.get("request", {}).pop("query_string", None)\n',
        "",
        "tests/test_observability.py::test_sentry_gets_no_query_string",
    ),
    "two admins remove each other": Bug(
        "src/my_service/users/service.py",
        "        .execution_options(populate_existing=True)\n",
        "",
        "tests/users/test_user.py::TestPatchUser::test_two_admins_cannot_remove_each_other",
    ),
    "admins are not locked": Bug(
        "src/my_service/users/service.py",
        "        .with_for_update(key_share=True)\n",
        "",
        "tests/users/test_user.py::TestPatchUser::test_two_admins_cannot_remove_each_other",
    ),
    "sessions of a disabled user come back": Bug(
        "src/my_service/users/service.py",
        'if "password" in given or not change.is_active:',
        'if "password" in given:',
        "tests/users/test_user.py::TestPatchUser::test_change_ends_every_login",
    ),
    "clocks have to agree": Bug(
        "src/my_service/auth/tokens.py",
        "            leeway=LEEWAY,\n",
        "",
        "tests/auth/test_access_token.py::TestAccessToken::test_clocks_may_differ_by_some_seconds",
    ),
    "an expired token is valid": Bug(
        "src/my_service/auth/tokens.py",
        'options={"require": ["sub", "aud", "iat", "exp"]}',
        'options={"require": ["sub", "aud", "iat", "exp"], "verify_exp": False}',
        "tests/auth/test_access_token.py::TestAccessToken::test_invalid_token_returns_401",
    ),
    "a token for another audience is valid": Bug(
        "src/my_service/auth/tokens.py",
        'options={"require": ["sub", "aud", "iat", "exp"]}',
        'options={"require": ["sub", "aud", "iat", "exp"], "verify_aud": False}',
        "tests/auth/test_access_token.py::TestAccessToken::test_invalid_token_returns_401",
    ),
    "a token without an end is valid": Bug(
        "src/my_service/auth/tokens.py",
        'options={"require": ["sub", "aud", "iat", "exp"]}',
        'options={"require": ["sub", "aud", "iat"]}',
        "tests/auth/test_access_token.py::TestAccessToken::test_invalid_token_returns_401",
    ),
    "a used refresh token is used again": Bug(
        "src/my_service/auth/service.py",
        "            RefreshToken.used_at.is_(None),\n",
        "",
        "tests/auth/test_refresh_token.py::TestRefresh::test_one_of_four_parallel_requests_succeeds",
    ),
    "a search has wildcards": Bug(
        "src/my_service/documents/service.py",
        ", autoescape=True",
        "",
        "tests/documents/test_search.py",
    ),
    "two figures are swapped": Bug(
        "src/my_service/metrics.py",
        "total_documents=row[1], total_queries=row[2]",
        "total_documents=row[2], total_queries=row[1]",
        "tests/test_metrics.py",
    ),
    "a statement that timed out is not logged": Bug(
        "src/my_service/observability.py",
        '    event.listen(engine.sync_engine, "handle_error", fail)\n',
        "",
        "tests/test_observability.py::test_slow_query_is_logged_without_its_parameters",
    ),
    "a line of the log is nobody's": Bug(
        "src/my_service/auth/dependencies.py",
        "    setattr(request.state, USER_ID, str(user.id))\n",
        "",
        "tests/test_observability.py::test_who_did_what_is_logged",
    ),
    "a redirect names the Host header": Bug(
        "src/my_service/main.py",
        "redirect_slashes=False",
        "redirect_slashes=True",
        "tests/test_health.py::TestGetHealth::test_slash_at_the_end_returns_404",
    ),
    "a parameter of libpq fails later": Bug(
        "src/my_service/settings.py",
        "if unknown := sorted(set(query) - URL_PARAMETERS):",
        "if unknown := sorted(set() - URL_PARAMETERS):",
        "tests/test_settings.py::test_wrong_value_is_named",
    ),
    "pages overlap": Bug(
        "src/my_service/paging.py",
        "key < query.position",
        "key <= query.position",
        "tests/users/test_users.py",
    ),
    "any role will do": Bug(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/test_metrics.py",
    ),
}
