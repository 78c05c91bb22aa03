"""Promises 12 and 19: whose rights the app has, and which database a process reaches."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

DATABASES = f"{PLUGIN}/database/worker_databases.py"
SERVER = f"{PLUGIN}/database/run_server.py"
RUN = f"{PLUGIN}/test_run.py"
RIGHTS = f"{DEEP}/test_rights.py"
GIVEN = f"{DEEP}/test_given_server.py"

BUGS = {
    "19 the app is a superuser": Bug(
        DATABASES,
        '"app": self.server.app,',
        '"app": self.server.admin,',
        f"{RIGHTS}::test_the_app_and_the_test_have_the_same_plain_role",
        "['postgres', False]",
    ),
    "19 the app owns the tables": Bug(
        SERVER,
        'login(f"{owner}_app") if app_role else login(owner)',
        "login(owner)",
        f"{RIGHTS}::test_of_two_roles_the_app_has_what_the_migrations_grant",
    ),
    "19 rows that stay are not noticed": Bug(
        f"{PLUGIN}/cleanup/wiper.py",
        "for each in tables if each.protected",
        "for each in tables if not each",
        "tests/probes/test_isolation_right.py::test_rows_that_nobody_could_wipe_end_the_run",
        "permission denied for table secret",
    ),
    "19 a live run is swept": Bug(
        SERVER,
        "pg_try_advisory_xact_lock(29771, hashtext(run))",
        "run IS NOT NULL",
        f"{GIVEN}::test_what_a_killed_run_left_is_swept_and_a_live_run_is_not",
        "test_0000aaaa_main",
    ),
    "12 the environment names another database": Bug(
        RUN,
        "url.database, variable: shown}",
        "url.database, 'OTHER': shown}",
        f"{GIVEN}::test_what_reads_a_url_reaches_this_workers_database",
        "KeyError: 'DATABASE_URL'",
    ),
    "12 each test sees the name of the database": Bug(
        f"{PLUGIN}/each_test.py",
        'run.show_database(DATABASE in getattr(item, "fixturenames", ()))',
        "run.show_database(True)",
        f"{GIVEN}::test_a_driver_in_a_test_without_the_database_reaches_none",
    ),
    "12 a wider fixture sees what its first test sees": Bug(
        f"{PLUGIN}/each_test.py",
        "before = run.show_database(depends)",
        "before = run.shows_database",
        f"{GIVEN}::test_a_wider_fixture_sees_the_database_that_it_requests",
    ),
    "12 the variables of the shell stay": Bug(
        RUN,
        "if LIBPQ.fullmatch(name)}",
        'if name == "PGHOST"}',
        f"{GIVEN}::test_variables_of_the_shell_are_dropped_and_restored",
        "PGSSLMODE",
    ),
}
NIGHTLY = {
    "19 the clone is not the owner's": Bug(
        DATABASES, 'OWNER "{owner}"', "OWNER postgres", f"{RIGHTS}::test_the_owner_creates_a_trusted_extension"
    ),
    "19 the wipe meets forced row security": Bug(
        f"{PLUGIN}/cleanup/catalogue.py",
        "row_security_active(c.oid) OR NOT has_table_privilege(c.oid, 'SELECT')",
        "NOT has_table_privilege(c.oid, 'SELECT')",
        f"{RIGHTS}::test_forced_row_security_binds_the_owner_and_not_the_wipe",
    ),
    "19 a revoked DELETE stops the wipe": Bug(
        f"{PLUGIN}/cleanup/catalogue.py",
        "OR NOT has_table_privilege(c.oid, 'DELETE') AS protected",
        "AS protected",
        f"{RIGHTS}::test_rows_that_the_owner_may_not_delete_are_wiped",
        "permission denied for table audit",
    ),
    "19 the app's transactions are out of sight": Bug(
        DATABASES,
        "if self.server.owner == self.server.app else []",
        "if self.server.owner else []",
        f"{RIGHTS}::test_a_transaction_that_the_app_left_open_is_ended",
    ),
    "19 the password of the administrator gets out": Bug(
        SERVER,
        'password=hmac.digest(secret.encode(), role.encode(), "sha256").hex()',
        "password=secret",
        f"{RIGHTS}::test_the_administrator_is_out_of_reach",
    ),
    "19 the server trusts its socket": Bug(
        f"{PLUGIN}/postgres/cluster.py",
        '"-A", "scram-sha-256"',
        '"-A", "trust"',
        f"{RIGHTS}::test_the_administrator_is_out_of_reach",
        "DID NOT RAISE",
    ),
    "19 an extension is refused without advice": Bug(
        DATABASES,
        "if refused := refused_extension(error):",
        "if refused := None:",
        f"{RIGHTS}::test_another_extension_ends_the_run_with_what_to_do",
        "permission denied to create extension",
    ),
    "19 the listed extensions are not created": Bug(
        DATABASES,
        "create_extensions(self.server.admin, name, self.extensions)",
        "create_extensions(self.server.admin, name, ())",
        f"{RIGHTS}::test_the_administrator_creates_the_extensions_of_the_settings",
    ),
    "19 dead runs are not swept": Bug(
        SERVER,
        "await sweep(connection)",
        "assert connection",
        f"{GIVEN}::test_what_a_killed_run_left_is_swept_and_a_live_run_is_not",
        "test_0000dead_main",
    ),
    "12 the environment is not restored": Bug(
        RUN,
        "self.resources.callback(lambda: self._set(self._environment))",
        "self.resources.callback(lambda: None)",
        f"{GIVEN}::test_variables_of_the_shell_are_dropped_and_restored",
    ),
}
