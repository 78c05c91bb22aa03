"""Promises 14 to 18 and 20: leaks, known errors, both ways to the app, the server, settings, repeated queries."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

LEAKS = f"{DEEP}/test_leaks.py"
KNOWN = f"{DEEP}/test_known_errors.py"
MESSAGES = f"{DEEP}/test_messages.py"
REPEATED = f"{DEEP}/test_repeated_selects.py"
SESSIONS = f"{PLUGIN}/database/sessions.py"
STREAMS = f"{DEEP}/test_streams.py"

BUGS = {
    "14 pools are not watched": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "self._out[entry] = ref(",
        "_ = ref(",
        f"{LEAKS}::test_a_connection_not_returned_is_named_and_closed",
    ),
    "14 connections stay in use": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "await greenlet_spawn(connection.invalidate)",
        "pass",
        f"{LEAKS}::test_a_connection_not_returned_is_named_and_closed",
        "Current Checked out connections: 1",
    ),
    "14 a returned connection counts as a leak": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "out = self._out.pop(entry, None)\n",
        "out = None\n",
        f"{LEAKS}::test_a_returned_connection_is_no_leak",
    ),
    "14 tasks run on": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "            task.cancel()\n",
        "            pass\n",
        f"{LEAKS}::test_a_task_is_named_and_cancelled",
    ),
    "14 a task of the app outlives its lifespan": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "left = [task for task in self._of_app if",
        "left = [task for task in () if",
        f"{DEEP}/test_lifespan.py::test_what_the_lifespan_leaves_running_ends_with_it",
    ),
    "15 an async fixture in a coroutine is not awaited": Bug(
        f"{PLUGIN}/report/stop_run.py",
        "traceback.clear_frames(error.__traceback__)",
        "pass",
        KNOWN + "::test_error_is_known[an_async_fixture_in_a_coroutine]",
    ),
    **{
        f"15 a forgotten commit: {change}": Bug(
            path, good, bad, f"{MESSAGES}::test_forgotten_commit_is_explained[{change}-{rows}]"
        )
        for change, rows, path, good, bad in (
            ("add", 1, f"{PLUGIN}/report/report_writer.py", "if failure.run.unseen_rows and", "if False and"),
            ("flush", 1, SESSIONS, "(flushed if transaction is session.get_transaction() else 0)", "0"),
            ("commit", 0, SESSIONS, "(flushed if transaction is session.get_transaction() else 0)", "flushed"),
            ("commit and change", 1, SESSIONS, " + sum(map(session.is_modified, session.dirty))", ""),
            (
                "add after the request",
                0,
                f"{PLUGIN}/report/report_writer.py",
                "failure.run.unseen_rows",
                "failure.run.session.uncommitted_rows",
            ),
        )
    },
    "15 a repeated query is shown twice": Bug(
        f"{PLUGIN}/report/report_writer.py",
        '"" if isinstance(failure.error, RepeatedSelectsError) else ',
        "",
        f"{MESSAGES}::test_repeated_query_is_shown_without_the_log_of_it",
    ),
    "15 a reason by name is refused": Bug(
        f"{PLUGIN}/policy/markers.py",
        'marker.kwargs.keys() <= {"reason"}',
        "not marker.kwargs",
        f"{DEEP}/test_policy_rules.py::test_right_use_of_the_clients_is_no_offence",
    ),
    "14 a failed task is not heard": Bug(
        f"{PLUGIN}/fixtures/app_fixtures.py",
        "    run.guard.loop.set_exception_handler(run.leaks.unawaited.handle)\n",
        "",
        f"{LEAKS}::test_a_failed_task_that_is_not_awaited_is_named",
    ),
    "14 what the app starts is the test's": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "if of_app.get():",
        "if not coro:",
        f"{LEAKS}::test_what_the_app_starts_at_any_time_is_its_own",
    ),
    "16 two tasks may use one session": Bug(
        f"{PLUGIN}/database/sql_log.py",
        "        self._running[connection] = task, statement",
        "        self._running[connection] = None, statement",
        f"{DEEP}/test_sessions.py::test_two_tasks_in_one_session_are_refused[True]",
    ),
    "14 the app's transaction is not waited for": Bug(
        f"{PLUGIN}/cleanup/wiper.py",
        "GRACE_OF_APP if held_by_app else GRACE_SECONDS",
        "GRACE_SECONDS",
        f"{DEEP}/test_databases.py::test_the_app_may_end_a_transaction[]",
    ),
    "15 the app's own statements are the test's": Bug(
        f"{PLUGIN}/database/sql_log.py",
        "if not (exempted.get() or of_app.get()):",
        "if not exempted.get():",
        f"{LEAKS}::test_what_the_app_starts_at_any_time_is_its_own",
        "(True, False)",
    ),
    "15 a forgotten commit cannot be seen in the SQL": Bug(
        f"{PLUGIN}/database/sql_log.py",
        "rollback=self._rolled_back",
        "rollback=lambda _: None",
        f"{DEEP}/test_sessions.py::test_the_sql_of_a_test_shows_how_a_transaction_ended[rollback-ROLLBACK]",
    ),
    "14 a test changes its role": Bug(
        f"{PLUGIN}/database/sql_log.py",
        "if self._refusals and ROLE.search(statement)",
        "if False",
        f"{LEAKS}::test_the_role_of_all_tests_stays_as_it_is",
    ),
    "14 a prepared transaction is no leak": Bug(
        f"{PLUGIN}/cleanup/wipe_statements.py",
        "FROM pg_prepared_xacts WHERE",
        "FROM pg_prepared_xacts WHERE false AND",
        f"{DEEP}/test_wipe.py::test_a_prepared_transaction_is_named_and_ended",
    ),
    "14 a limit ends a task of the app": Bug(
        f"{PLUGIN}/each_test.py",
        "asyncio.current_task(loop) in late:",
        "asyncio.current_task(loop):",
        f"{LEAKS}::test_a_limit_that_a_task_of_the_app_meets_ends_the_test_alone",
    ),
    "14 a comment hides a setting": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "(?:^|;|\\*/|--[^\\n]*\\n)",
        "(?:^|;)",
        f"{LEAKS}::test_session_state_ends_with_the_test[/* a comment */ SET app.tenant = 'acme'-True]",
    ),
    "14 the driver of an engine is not watched": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        ', (AsyncEngine, "raw_connection"))',
        ",)",
        f"{LEAKS}::test_what_a_driver_sets_ends_with_the_test[driver_of_an_engine]",
    ),
    "14 what the app connects is the test's": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "        if of_app.get():\n            held",
        "        if not entry:\n            held",
        f"{LEAKS}::test_what_the_app_starts_at_any_time_is_its_own",
    ),
    "14 a library's watcher is the test's": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "(*SINGLETONS, *config.may_outlive)",
        "(*config.may_outlive,)",
        f"{LEAKS}::test_a_task_of_an_exempted_file_may_outlive_its_request",
    ),
    "14 a cancelled lifespan has no name": Bug(
        f"{PLUGIN}/cleanup/test_databases.py",
        "        await asyncio.sleep(0)  # a task",
        "        # a task",
        f"{DEEP}/test_lifespan.py::test_a_lifespan_that_a_test_has_cancelled_starts_again",
    ),
    "14 a session reaches the next test": Bug(
        f"{PLUGIN}/leaks/checked_out.py",
        "    entry.invalidate()\n",
        "",
        f"{LEAKS}::test_session_state_ends_with_the_test",
    ),
    "14 an error after the response is lost": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "if answer.complete and sync_call",
        "if not answer.complete and sync_call",
        f"{DEEP}/test_background.py::test_an_error_after_the_response_is_named",
    ),
    "14 a task of the app dies in silence": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "if task._log_traceback and",
        "if not task.done() and",
        f"{DEEP}/test_lifespan.py::test_a_task_of_the_app_that_fails_is_named_once",
    ),
    "14 a test has no end": Bug(
        f"{PLUGIN}/each_test.py",
        "loop.call_soon_threadsafe(task.cancel)",
        "pass",
        f"{LEAKS}::test_a_test_without_an_end_is_ended",
    ),
    "14 a lock is waited for": Bug(
        f"{PLUGIN}/cleanup/wipe_statements.py",
        "LIKE 'idle in transaction%'",
        "LIKE 'nothing'",
        f"{DEEP}/test_databases.py::test_a_lock_that_another_driver_left_is_not_waited_for",
    ),
    "15 causes are not followed": Bug(
        f"{PLUGIN}/errors.py",
        "inner = (error.__cause__, error.__context__,",
        "inner = (error.__context__,",
        f"{KNOWN}::test_first_error_of_a_chain_comes_first",
    ),
    "14 a coroutine has no line of its call": Bug(
        f"{PLUGIN}/each_test.py",
        "set_coroutine_origin_tracking_depth(1)",
        "set_coroutine_origin_tracking_depth(0)",
        f"{LEAKS}::test_a_task_is_named_with_the_line_that_a_library_awaits",
    ),
    "14 a library's coroutine has no place": Bug(
        f"{PLUGIN}/leaks/tasks.py",
        "coroutine = coroutine.cr_await",
        "coroutine = None",
        f"{LEAKS}::test_a_task_is_named_with_the_line_that_a_library_awaits",
    ),
    "15 pydantic hides the cause": Bug(
        f"{PLUGIN}/report/known_errors.py",
        "return bool(inner and",
        "return bool(not inner and",
        f"{KNOWN}::test_error_keeps_its_diagnosis_within_pydantics",
    ),
    "15 a migration silences the log": Bug(
        f"{PLUGIN}/report/known_errors.py",
        "if handlers and handlers[0] not in root.handlers:",
        "if not handlers:",
        f"{KNOWN}::test_log_outlives_a_migration_that_configures_it",
    ),
    "15 each error is shown in full": Bug(
        f"{PLUGIN}/report/report_writer.py",
        "setdefault((frame.f_code, line, message)",
        "setdefault(failure.item.nodeid",
        f"{MESSAGES}::test_error_around_many_tests_is_shown_once",
    ),
    "15 a migration has no line": Bug(
        f"{PLUGIN}/report/report_writer.py",
        "= (_message, _migration,",
        "= (_message,",
        f"{MESSAGES}::test_migration_is_named_with_its_line",
    ),
    "15 a list has no end": Bug(
        f"{PLUGIN}/errors.py", "lines[:most] + more", "lines", f"{MESSAGES}::test_long_list_of_leaks_is_cut"
    ),
    "15 a log is shown twice": Bug(
        f"{PLUGIN}/report/report_writer.py",
        "        report.sections = [each for each in report.sections if each[0].endswith(call.when)]",
        "        pass",
        f"{MESSAGES}::test_report_of_the_teardown_repeats_no_log_of_the_body",
    ),
    "15 a record is shown twice": Bug(
        f"{PLUGIN}/report/report_writer.py",
        'return "" if all(',
        'return "" if not all(',
        f"{MESSAGES}::test_record_is_shown_once",
    ),
    "15 a seam that skips is green": Bug(
        f"{PLUGIN}/report/stop_run.py",
        "raise SeamSkipError(name, str(error)) from None",
        "raise",
        f"{MESSAGES}::TestSeam::test_fixture_that_skips_is_an_error",
    ),
    "15 any error is known": Bug(
        f"{PLUGIN}/report/known_errors.py",
        "return re.search(self.says, text) is not None",
        "return True",
        f"{KNOWN}::test_unknown_error_gets_no_section",
    ),
    "15 a pattern is lost": Bug(
        f"{PLUGIN}/report/known_errors.toml",
        'raised = "sqlalchemy.MissingGreenlet"',
        'raised = "sqlalchemy.MissingGreenery"',
        f"{KNOWN}::test_error_is_known[read_what_was_not_loaded]",
    ),
    "15 no section": Bug(
        f"{PLUGIN}/report/report_writer.py",
        "        report.sections += contribution.sections\n",
        "",
        f"{KNOWN}::test_report_has_cause_fix_and_page",
    ),
    "15 the log is not read": Bug(
        f"{PLUGIN}/report/known_errors.py",
        "root.addHandler(logged)",
        "root.removeHandler(logged)",
        f"{KNOWN}::test_error_that_was_only_logged_is_recognised[exc_info]",
    ),
    "16 background tasks are a race over a socket": Bug(
        f"{PLUGIN}/clients/transports.py",
        "if self._call is None:",
        "if self._complete:",
        f"{STREAMS}::TestStreams::test_background_tasks_are_done_when_the_answer_is_there[over the socket]",
    ),
    "16 half an answer looks whole": Bug(
        f"{PLUGIN}/clients/transports.py",
        "                    broke_off = error\n",
        "                    pass\n",
        f"{STREAMS}::test_answer_that_broke_off_is_none_either_way",
    ),
    "16 a refusal is another in the process": Bug(
        f"{PLUGIN}/clients/async_client.py",
        "500 if raised else 403",
        "500",
        f"{DEEP}/test_websockets.py::test_websockets_are_refused_with_a_status[in the process-403]",
    ),
    "16 a websocket is closed where a server breaks it off": Bug(
        f"{PLUGIN}/clients/async_client.py",
        "            raised.append(error)\n",
        "            pass\n",
        f"{DEEP}/test_websockets.py::test_websockets_of_a_handler_that_raises_break_off[in the process-None]",
    ),
    "14 a websocket that runs on is no leak": Bug(
        f"{PLUGIN}/clients/transports.py",
        "        call.set_name(",
        "        str(",
        f"{DEEP}/test_websockets.py::test_websockets_whose_handler_does_not_notice_are_left_running",
    ),
    "16 Ctrl-C is uvicorn's": Bug(
        f"{PLUGIN}/clients/live_server.py",
        "self._uvicorn.main_loop()",
        "self._uvicorn.serve([listening])",
        f"{DEEP}/test_live.py::TestServer::test_leaves_ctrl_c_to_pytest",
    ),
    "17 another PostgreSQL in silence": Bug(
        f"{PLUGIN}/postgres/binaries.py",
        "Path(named).expanduser()\n        return\n",
        "Path(named).expanduser()\n",
        f"{DEEP}/test_right_database.py::test_where_none_can_be_had_it_is_refused_with_a_cure",
    ),
    "18 a setting is not checked": Bug(
        f"{PLUGIN}/policy/required_settings.py",
        'if str(getattr(value, "value", value)) == needed:',
        "if value:",
        f"{DEEP}/test_old_tools.py::test_a_setting_that_makes_a_second_loop_is_named_with_its_line",
    ),
    "20 nothing is counted": Bug(
        f"{PLUGIN}/leaks/repeated_selects.py",
        "served.selects[key] += 1",
        "served.selects[key] = 1",
        f"{REPEATED}::test_a_query_for_each_row_is_named",
    ),
    "20 lines are not told apart": Bug(
        f"{PLUGIN}/leaks/repeated_selects.py",
        "key = statement, where(currentframe(), below=RunningApp.asgi.__code__)",
        "key = statement, UNKNOWN",
        f"{REPEATED}::test_what_is_right_is_not_reported[ten_lines]",
    ),
    "20 messages are not told apart": Bug(
        f"{PLUGIN}/app/running_app.py",
        "            self.selects.clear()\n",
        "",
        f"{REPEATED}::test_pages_of_a_stream_and_messages_of_a_websocket_are_counted_apart",
    ),
    "20 requests do not end": Bug(
        f"{PLUGIN}/app/running_app.py",
        "            served.ended = True\n",
        "",
        f"{REPEATED}::test_work_that_outlives_its_request_is_not_counted",
    ),
}
