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
    "an error has the row": Bug(
        "src/my_service/database_errors.py",
        "        driver_error.detail = None\n",
        "",
        "tests/test_database.py::test_error_has_no_values_of_rows",
    ),
    "admins are not locked": Bug(
        "src/my_service/users/service.py",
        "        .with_for_update(key_share=True)\n",
        "",
        "tests/users/test_user.py::TestPatchUser::test_two_admins_cannot_remove_each_other",
    ),
    "clocks have to agree": Bug(
        "src/my_service/auth/tokens.py",
        "            leeway=LEEWAY,\n",
        "",
        "tests/auth/test_access_token.py::TestAccessToken::test_clocks_may_differ_by_some_seconds",
    ),
    "a used refresh token is used again": Bug(
        "src/my_service/auth/service.py",
        "            RefreshToken.used_at.is_(None),\n",
        "",
        "tests/auth/test_refresh_token.py::TestRefresh::test_one_of_four_parallel_requests_succeeds",
    ),
    "a login holds a connection": Bug(
        "src/my_service/auth/service.py",
        "    await session.commit()\n    valid,",
        "    valid,",
        "tests/auth/test_login.py::TestManyLogins::test_login_holds_no_connection_while_it_is_verified",
    ),
    "a 401 undoes the count": Bug(
        "src/my_service/auth/service.py",
        "    await session.commit()\n    valid,",
        "    valid,",
        "tests/auth/test_failed_logins.py",
    ),
    "a middleware breaks the lifespan": Bug(
        "src/my_service/middleware.py",
        'scope.get("headers", [])',
        'scope["headers"]',
        "tests/test_middleware.py::test_lifespan_passes_through",
    ),
    "a body has no limit": Bug(
        "src/my_service/middleware.py",
        "RequestBodyLimitMiddleware(app, max_body_size)",
        "app",
        "tests/test_middleware.py::test_large_body_returns_413",
    ),
    "a row lock holds the pool": Bug(
        "src/my_service/database.py",
        '                "lock_timeout": milliseconds(settings.database_lock_timeout_seconds),\n',
        "",
        "tests/test_database.py",
    ),
    "readiness shares the pool": Bug(
        "src/my_service/health.py",
        "request.state.ready_factory",
        "request.state.session_factory",
        "tests/test_health.py::TestGetReady::test_full_pool_returns_200",
    ),
    "an old schema is ready": Bug(
        "src/my_service/health.py",
        "return applied <= self.known and applied != self.heads",
        "return False",
        "tests/test_health.py::TestGetReady::test_schema_must_not_be_older",
    ),
    "a closed connection is used": Bug(
        "src/my_service/database.py",
        "if closed or (",
        "if (",
        "tests/test_database.py::test_closed_connection_is_replaced",
    ),
    "any role will do": Bug(
        "src/my_service/auth/dependencies.py",
        "if user.role not in roles:",
        "if user.role in ():",
        "tests/test_metrics.py",
    ),
}

NIGHTLY = {
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
    "sessions of a disabled user come back": Bug(
        "src/my_service/users/service.py",
        "if hashed is not None or not change.is_active:",
        "if hashed is not None:",
        "tests/users/test_user.py::TestPatchUser::test_change_ends_every_login",
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
        "tests/test_middleware.py::test_slash_at_the_end_returns_404",
    ),
    "a parameter of libpq fails later": Bug(
        "src/my_service/settings.py",
        "if unknown := sorted(set(query) - URL_PARAMETERS):",
        "if unknown := sorted(set() - URL_PARAMETERS):",
        "tests/test_settings.py::test_wrong_value_is_named",
    ),
    "hashes have no bound": Bug(
        "src/my_service/auth/passwords.py",
        "if self._waiting >= self._length:",
        "if self._waiting < 0:",
        "tests/auth/test_login.py::TestManyLogins::test_full_queue_returns_503",
    ),
    "an account is locked for everyone": Bug(
        "src/my_service/auth/failed_logins.py",
        'f"{_network(address)} {email}"',
        "email",
        "tests/auth/test_failed_logins.py",
    ),
    "an IPv6 address is a caller": Bug(
        "src/my_service/auth/failed_logins.py",
        "length = 64",
        "length = 128",
        "tests/auth/test_failed_logins.py",
    ),
    "a new schema is not ready": Bug(
        "src/my_service/health.py",
        "return applied <= self.known and applied != self.heads",
        "return applied != self.heads",
        "tests/test_health.py::TestGetReady::test_schema_must_not_be_older",
    ),
    "two migrate at once": Bug(
        "migrations/env.py",
        "            await wait_for_turn(connection)\n",
        "",
        "tests/test_health.py::test_migration_waits_for_another",
    ),
    "each request asks the connection": Bug(
        "src/my_service/database.py",
        "idle > PING_AFTER_SECONDS and not",
        "not",
        "tests/test_database.py::test_idle_connection_is_asked",
    ),
    "an idle connection is not asked": Bug(
        "src/my_service/database.py",
        "idle > PING_AFTER_SECONDS and not _answers(engine, connection)",
        "False",
        "tests/test_database.py::test_idle_connection_is_asked",
    ),
    "pages overlap": Bug(
        "src/my_service/paging.py",
        "key < query.position",
        "key <= query.position",
        "tests/users/test_users.py",
    ),
}
