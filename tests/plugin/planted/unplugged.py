"""Parts of the plugin taken out of pytest's hooks, which the plugin's self-tests have to notice."""

from tests.plugin.planted.bug import PLUGIN, Bug

EACH_TEST = f"{PLUGIN}/each_test.py"

BUGS = {
    "2 the wipe does not run": Bug(
        f"{PLUGIN}/cleanup/test_databases.py",
        "result = await self._clean(replace=state is State.OWN)",
        "result = WipeResult()",
        "test_promise_02_same_view",
    ),
    "2 a changed schema is replaced in silence": Bug(
        EACH_TEST,
        "        run.refusals.add(SchemaChangedError(guard.test, result.schema_changes))\n",
        "        pass\n",
        "test_promise_02_same_view",
        "SchemaChangedError: test_schema_changed",
    ),
    "2 seeded rows are not checked": Bug(
        f"{PLUGIN}/cleanup/wiper.py",
        "raise SeededRowsError(",
        "SeededRowsError(",
        "test_promise_02_same_view",
        "SeededRowsError",
    ),
    "10 a role is missing from the access cases": Bug(
        f"{PLUGIN}/access/declared.py",
        "for role in declared.statuses]",
        "for role in [*declared.statuses][:-1]]",
        "test_promise_10_every_route_has_a_declared_answer",
        "POST /api/auth/login as writer answered 200",
    ),
    "11 the policy is not judged": Bug(
        f"{PLUGIN}/policy/client_policy.py",
        "    if offences:\n",
        "    if offences == 0:\n",
        "test_promise_11_the_client_policy_is_enforced",
        "::test_01_one_loop",
    ),
    "14 a leak is not raised": Bug(
        EACH_TEST,
        "        run.refusals.add(LeakError(guard.test, leaks))\n",
        "        pass\n",
        "test_promise_14_leaks_have_names",
        "LeakError: test_task ",
    ),
    "18 the settings are not checked": Bug(
        f"{PLUGIN}/plugin.py",
        "    check_settings(config)\n    allow",
        "    allow",
        "test_promise_18_old_tools_are_named",
        "pytest-asyncio",
    ),
    "19 the app is the administrator": Bug(
        f"{PLUGIN}/database/worker_databases.py",
        'Literal["app", "owner", "admin"] = "app"',
        'Literal["app", "owner", "admin"] = "admin"',
        "test_promise",
    ),
    "20 a repeated query is not raised": Bug(
        EACH_TEST,
        "        run.refusals.add(RepeatedSelectsError(guard.test, repeated))\n",
        "        pass\n",
        "test_promise_20_a_query_per_row_has_a_name",
        "RepeatedSelectsError: test_query_for_each_row",
    ),
}
