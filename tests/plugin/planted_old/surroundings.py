"""Bugs in what the harness makes of its surroundings: promises 12 and 16 to 18.

That a server goes with a run that was killed is shown, with planted bugs, in tests/postgres/.
"""

from tests.support.bugs import breakage

HARNESS = "tests/harness"
PROMISES = f"{HARNESS}/promises"
RIGHT_DATABASE = f"{PROMISES}/test_right_database.py"
OLD_TOOLS = f"{PROMISES}/test_old_tools.py"

BUGS = {
    "12 the word within a word": breakage(
        f"{HARNESS}/database.py",
        're.search(r"(?:^|[^a-z])tests?(?:[^a-z]|$)", str(name).lower())',
        're.search("test", str(name).lower())',
        f"{RIGHT_DATABASE}::test_any_other_is_not",
    ),
    "12 any database will do": breakage(
        f"{HARNESS}/guard.py",
        "not is_test_database(url.database)",
        "not url.database",
        f"{RIGHT_DATABASE}::test_an_engine_on_another_database_is_refused_before_it_connects",
        says="DID NOT RAISE",
    ),
    "12 a URL of any database": breakage(
        f"{HARNESS}/database.py",
        "        raise WrongDatabaseError(url.database, where)\n",
        "        pass\n",
        f"{RIGHT_DATABASE}::test_a_url_of_another_database_is_refused_without_its_password",
    ),
    "17 another PostgreSQL in silence": breakage(
        f"{HARNESS}/postgres/binaries.py",
        "Path(named).expanduser()\n        return\n",
        "Path(named).expanduser()\n",
        f"{PROMISES}/test_server.py::test_where_none_can_be_had_it_is_refused_with_a_cure",
    ),
    "18 an old pytest-asyncio": breakage(
        f"{HARNESS}/requirements.py",
        "if _numbers(found) < _numbers(requirement.oldest):",
        "if not found:",
        f"{OLD_TOOLS}::test_a_package_is_named_with_the_command_that_mends_it",
        f"{OLD_TOOLS}::test_all_packages_are_mended_by_one_command",
    ),
    "18 an extra is not looked for": breakage(
        f"{HARNESS}/requirements.py",
        "if requirement.brings and",
        "if False and",
        f"{OLD_TOOLS}::test_a_package_is_named_with_the_command_that_mends_it",
    ),
    "18 pytest-asyncio may be left out": breakage(
        f"{HARNESS}/settings_check.py",
        "if PLUGIN not in",
        "if False and PLUGIN not in",
        f"{OLD_TOOLS}::test_a_run_without_pytest_asyncio_is_refused",
        says="DID NOT RAISE",
    ),
    "18 a TOML file gets the line of an ini file": breakage(
        f"{HARNESS}/settings_check.py",
        'if file and file.suffix == ".toml"',
        "if False",
        f"{OLD_TOOLS}::test_the_line_is_written_as_its_file_wants_it",
    ),
    "18 a .gitignore above is not read": breakage(
        f"{HARNESS}/hints.py",
        "for place in (folder, *folder.parents):\n        file",
        "for place in (folder,):\n        file",
        f"{OLD_TOOLS}::test_what_git_would_commit_is_named",
    ),
    "18 a setting is not looked at": breakage(
        f"{HARNESS}/settings_check.py",
        'if str(getattr(found, "value", found)) == needed:',
        "if found:",
        f"{OLD_TOOLS}::test_a_setting_that_makes_a_second_loop_is_named_with_its_line",
    ),
}
