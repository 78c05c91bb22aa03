"""Promises 9 to 12: roles, access, the client policy, the right database."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

ACCESS = f"{PLUGIN}/checks/test_access.py"
DECLARED = f"{ACCESS}::test_every_route_has_a_declared_answer_for_every_role"
GUARD = f"{PLUGIN}/database/engine_guard.py"
POLICY = f"{DEEP}/test_client_policy.py"
ROUTE = '\n\n@router.get("/all")\nasync def get_all(_: AdminDep) -> None:\n    ...\n'

BUGS = {
    "9 role clients that are one": Bug(
        f"{PLUGIN}/fixtures/app_fixtures.py",
        "        client = await _open_client()\n        client.headers",
        "        client = vars(sign_in).setdefault('one', await _open_client())\n        client.headers",
        f"{DEEP}/test_roles.py::test_clients_of_different_roles_are_different_people",
    ),
    "10 a route without an entry": Bug(
        "src/my_service/metrics.py",
        "",
        ROUTE,
        DECLARED,
        '"GET /api/metrics/all": Access(anonymous=401, admin=200, editor=200, writer=200),',
    ),
    "10 an entry without a route": Bug(
        "tests/access.py",
        '    "GET /api/health": ',
        '    "GET /api/wealth": Access(anonymous=200), "GET /api/health": ',
        DECLARED,
        "/api/wealth",
    ),
    "10 a role without its column": Bug(
        "src/my_service/users/models.py",
        '    WRITER = "writer"\n',
        '    WRITER = "writer"\n    AUDITOR = "auditor"\n',
        DECLARED,
        "auditor=403,",
    ),
    "10 a wrong status": Bug(
        "tests/access.py",
        '"GET /api/users/me": Access(anonymous=401, admin=200, editor=200',
        '"GET /api/users/me": Access(anonymous=401, admin=200, editor=403',
        ACCESS,
        "GET /api/users/me as editor",
    ),
    "10 an entry that cannot be read": Bug(
        "tests/access.py", '"GET /api/health": Access(', '"/api/health": Access(', ACCESS, "/api/health"
    ),
    "10 all is left out with a mount": Bug(
        f"{PLUGIN}/access/declared.py",
        'f"{each.mount}/".startswith(left_out)',
        'f"{each.path}/".startswith(tuple(each[:3] for each in left_out))',
        f"{DEEP}/test_roles.py::test_mounted_app_is_left_out_by_one_entry_with_a_reason",
    ),
    "10 a path that nothing fills in": Bug(
        "tests/access.py", "writer=200, arrange=anothers_document", "writer=200", ACCESS, "{document_id}"
    ),
    "10 a route that lost its role": Bug(
        "src/my_service/metrics.py", "AdminDep", "CurrentUserDep", ACCESS, "GET /api/metrics as editor"
    ),
    "10 an owner who is not asked for": Bug(
        "src/my_service/documents/routes.py",
        "get_own_document(session, document_id, user)",
        "get_document(session, document_id)",
        ACCESS,
        "as writer",
    ),
    "10 routes are missed": Bug(
        f"{PLUGIN}/app/routes.py",
        "                yield Endpoint(",
        "                if method != 'GET':\n                    yield Endpoint(",
        f"{DEEP}/test_roles.py::test_route_without_an_entry_is_named_with_the_line_to_add"
        "[GET /ping-Access(anonymous=200, clerk=200),]",
    ),
    "11 the guard ignores the loop": Bug(
        GUARD,
        "asyncio.get_running_loop() is not self.loop",
        "asyncio.get_running_loop() is None",
        f"{POLICY}::test_database_is_refused_around_the_dependency",
    ),
    "11 a refusal can be swallowed": Bug(
        f"{PLUGIN}/errors.py",
        "        self._errors.append(error)\n        raise error",
        "        raise error",
        f"{POLICY}::test_refusal_that_a_handler_swallows_is_raised_all_the_same",
    ),
    "11 dependencies are not followed": Bug(
        f"{PLUGIN}/app/routes.py",
        "map(find_scheme, dependant.dependencies)",
        "map(find_scheme, ())",
        f"{POLICY}::test_authentication_is_refused_before_anything_runs",
    ),
    "11 rules that find nothing": Bug(
        f"{PLUGIN}/policy/client_policy.py",
        "    elif test.is_async:\n",
        "    elif not test.fixtures:\n",
        f"{DEEP}/test_policy_rules.py::test_offence_is_named_with_its_fix[async]",
    ),
    "12 the word within a word": Bug(
        f"{PLUGIN}/database/database_admin.py",
        'r"(?:^|[^a-z])tests?(?:[^a-z]|$)"',
        '"test"',
        f"{DEEP}/test_right_database.py::test_any_other_is_not[contest]",
    ),
    "12 any database will do": Bug(
        GUARD,
        "not is_test_database(url.database)",
        "not url.database",
        f"{DEEP}/test_right_database.py::test_an_engine_on_another_database_is_refused_before_it_connects",
    ),
    "12 a URL of any database": Bug(
        f"{PLUGIN}/database/database_admin.py",
        "        raise WrongDatabaseError(url.database, where)\n",
        "        pass\n",
        f"{DEEP}/test_right_database.py::test_a_url_of_another_database_is_refused_without_its_password",
    ),
}
