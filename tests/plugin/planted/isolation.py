"""Promises 2 and 13: what one test leaves for the next, and whose schema it is."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

CATALOGUE = f"{PLUGIN}/cleanup/catalogue.py"
STATEMENTS = f"{PLUGIN}/cleanup/wipe_statements.py"
DATABASES = f"{PLUGIN}/cleanup/test_databases.py"
WIPE = f"{DEEP}/test_wipe.py::test_nothing_is_left"
KEPT = f"{DEEP}/test_kept_rows.py"
KEEPING = f"{PLUGIN}/database/kept_template.py"
KEPT_TEMPLATE = f"{DEEP}/test_kept_template.py"
STALE = "test_what_the_migrations_read_makes_it_stale"
ONE_SERVER = "test_it_is_of_one_server_and_one_configuration"
MIGRATIONS = f"{PLUGIN}/checks/test_migrations.py"

BUGS = {
    "2 no wipe": Bug(
        DATABASES,
        "result = await self._clean(replace=state is State.OWN)",
        "result = WipeResult()",
        f"{DEEP}/test_same_view.py::test_nothing_outlives_the_test",
    ),
    "2 stale rows": Bug(
        f"{PLUGIN}/database/sessions.py",
        "super().get(entity, ident, **(AGAIN | options))",
        "super().get(entity, ident, **options)",
        f"{DEEP}/test_same_view.py::test_the_tests_session_is_never_stale[get]",
    ),
    "2 stale queries": Bug(
        f"{PLUGIN}/database/sessions.py",
        "each.update_execution_options(**AGAIN)",
        "None",
        f"{DEEP}/test_same_view.py::test_the_tests_session_is_never_stale[select]",
    ),
    "2 partitions are left out": Bug(
        CATALOGUE,
        "WHERE c.relkind = 'r' AND",
        "WHERE c.relkind = 'r' AND NOT c.relispartition AND",
        f"{WIPE}[partitions]",
    ),
    "2 children are left out": Bug(
        CATALOGUE,
        "WHERE c.relkind = 'r' AND",
        "WHERE c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) AND",
        f"{WIPE}[inherited]",
    ),
    "2 triggers fire": Bug(CATALOGUE, "tgtype & 8 <> 0", "false", f"{WIPE}[noted on delete]"),
    "2 rules apply": Bug(CATALOGUE, "ev_type = '4'", "false", f"{WIPE}[a rule instead of the delete]"),
    "2 ALWAYS is forgotten": Bug(
        CATALOGUE,
        "CASE tgenabled WHEN 'A' THEN 'ALWAYS ' END",
        "NULL",
        f"{DEEP}/test_wipe.py::test_triggers_and_rules_are_as_they_were",
    ),
    "2 a deferred check is pending": Bug(
        STATEMENTS, "SET CONSTRAINTS ALL IMMEDIATE", "SELECT 1", f"{KEPT}::test_kept_rows_are_put_back[changed]"
    ),
    "2 kept rows are not compared": Bug(
        STATEMENTS,
        "signatures[str(table.oid)] = rows.format(table.quoted)",
        "signatures[str(table.oid)] = \"'same'\"",
        f"{KEPT}::test_kept_rows_are_put_back[changed]",
    ),
    "2 referrers are forgotten": Bug(
        STATEMENTS,
        "catalogue.with_referrers(changed)",
        "[*changed]",
        f"{KEPT}::test_kept_rows_are_put_back[added]",
    ),
    "2 views are not refreshed": Bug(
        STATEMENTS,
        "for view in views),",
        "for view in ()),",
        f"{KEPT}::test_materialized_views_show_what_they_showed[plainly]",
    ),
    "2 an own database takes the pool from a task of the app": Bug(
        DATABASES,
        "greenlet_spawn(engine.pool.dispose)",
        "greenlet_spawn(engine.dispose)",
        f"{DEEP}/test_own_database.py::test_a_connection_in_use_goes_back_to_its_pool",
    ),
    "2 sequences are not restarted": Bug(
        f"{PLUGIN}/cleanup/wiper.py",
        "setval($1::regclass, $2, $3)",
        "$1::text, $2::bigint, $3::boolean",
        f"{DEEP}/test_databases.py::test_sequences_begin_anew_where_a_test_asks",
    ),
    "2 a new table is not seen": Bug(
        STATEMENTS,
        "(SELECT max(oid)::text FROM pg_class)",
        "(SELECT '0')",
        f"{DEEP}/test_databases.py::test_a_schema_that_a_test_changed_is_replaced",
    ),
    "2 the second database is forgotten": Bug(
        DATABASES,
        "[*self._databases]\n        for database in self._databases:",
        "[*self._databases[:1]]\n        for database in self._databases[:1]:",
        f"{DEEP}/test_databases.py::test_a_second_database_is_wiped_like_the_first",
    ),
    "2 the shared database does not come back": Bug(
        DATABASES,
        "not (replace or result.schema_changes)",
        "replace or not result.schema_changes",
        f"{DEEP}/test_own_database.py::test_an_own_database_goes_with_its_test",
    ),
    "2 the marker does nothing": Bug(
        f"{PLUGIN}/each_test.py",
        "filter(request.node.get_closest_marker, ISOLATION)",
        "filter(request.node.get_closest_marker, ())",
        f"{DEEP}/test_own_database.py::test_the_app_and_the_test_share_the_tests_own_database",
    ),
    "2 pools are not emptied": Bug(
        DATABASES,
        "await greenlet_spawn(engine.dispose)",
        "assert engine",
        f"{DEEP}/test_own_database.py::test_an_own_database_goes_with_its_test",
    ),
    "16 the first test decides on the app's settings": Bug(
        "tests/test_metrics.py",
        "",
        '\n\nimport pytest\n\n\n@pytest.fixture(scope="session")\ndef settings(settings):\n    return settings\n',
        "tests/test_metrics.py",
        "SeamPlaceError: tests/test_metrics.py overrides the fixture `settings`",
    ),
    "13 a column has no migration": Bug(
        "src/my_service/users/models.py",
        "    username: Mapped[str] = mapped_column(String(50))\n",
        "    username: Mapped[str] = mapped_column(String(50))\n    nickname: Mapped[str | None]\n",
        f"{MIGRATIONS}::test_the_models_and_the_migrations_agree",
        "op.add_column('users', sa.Column('nickname'",
    ),
    "13 a view is compared": Bug(
        MIGRATIONS, " or inspector.has_table(name, item.schema)", "", f"{DEEP}/test_drift.py::test_is_no_drift[view]"
    ),
    "13 env.py is not asked": Bug(
        MIGRATIONS,
        'configured.get("include_object")',
        "None",
        f"{DEEP}/test_drift.py::test_is_no_drift[what env.py leaves out]",
    ),
    "2 a route of a test stays": Bug(
        f"{PLUGIN}/app/running_app.py",
        "app.router.routes[:] = routes",
        "pass",
        f"{DEEP}/test_same_view.py::test_a_route_of_a_test_ends_with_it",
    ),
    "13 only the first MetaData": Bug(
        MIGRATIONS,
        '"Any", [*models, *more]',
        '"Any", models[:1]',
        f"{DEEP}/test_drift.py::test_is_drift[table]",
    ),
    "13 a view that env.py leaves out is forgotten": Bug(
        MIGRATIONS,
        "if table in models_of]",
        "if table is None]",
        f"{DEEP}/test_drift.py::test_is_drift[view of a model that env.py leaves out]",
    ),
    "13 a view of a class without a base is forgotten": Bug(
        MIGRATIONS,
        'if "__mapper__" in vars(each):',
        'if "__mapper__" in vars(each) and hasattr(each, "registry"):',
        f"{DEEP}/test_drift.py::test_is_drift[view of a class without a base]",
    ),
    "13 the old check is not dropped": Bug(
        MIGRATIONS,
        "if wanted[condition] in found.values():",
        "if False:",
        f"{DEEP}/test_drift.py::test_is_drift[check]",
    ),
    "13 a check is not compared": Bug(
        MIGRATIONS,
        "steps += await connection.run_sync(find_missing_checks, models)",
        "assert steps",
        f"{DEEP}/test_drift.py::test_is_drift[check]",
    ),
    "13 a kept template forgets imports": Bug(
        KEEPING, "if every or name in used", "if every and name in used", f"{KEPT_TEMPLATE}::{STALE}[what that imports]"
    ),
    "13 a kept template forgets new files": Bug(
        KEEPING, "/**/*{path.suffix}", "/{path.name}", f"{KEPT_TEMPLATE}::{STALE}[a new migration]"
    ),
    "13 a kept template forgets its server": Bug(
        KEEPING,
        "{self._surroundings} {self.server}",
        "{self._surroundings}",
        f"{KEPT_TEMPLATE}::{ONE_SERVER}[PostgreSQL]",
    ),
    "13 a kept template is damaged": Bug(
        KEEPING,
        "suppress(OSError, BadZipFile, ",
        "suppress(OSError, ",
        f"{KEPT_TEMPLATE}::test_a_spoilt_copy_is_no_error_and_is_replaced[a file has other bytes]",
    ),
    "13 a kept template changed while it was copied": Bug(
        KEEPING,
        "position == await connection.scalar(POSITION)",
        "position",
        f"{KEPT_TEMPLATE}::test_a_change_while_it_is_copied_spoils_it",
    ),
    "13 a table survives the way down": Bug(
        "migrations/versions/2026_11_23_initial.py",
        '("refresh_tokens", "searches", "documents", "users")',
        '("refresh_tokens", "documents")',
        f"{MIGRATIONS}::test_the_migrations_go_down_and_up_again",
    ),
}
