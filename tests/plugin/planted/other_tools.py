"""Promises 11, 14, 15 and 18 beside other people's plugins, options and exceptions."""

from tests.plugin.planted.bug import DEEP, PLUGIN, Bug

LINES = "tests/in_process/command_lines.py"
STRANGERS = "tests/in_process/strangers.py"
ODD = f"{DEEP}/test_messages.py"
REFUSED = f"{LINES}::test_what_cannot_work_is_one_line_at_the_start"

BUGS = {
    "11 markers that a conftest adds are not seen": Bug(
        f"{PLUGIN}/policy/markers.py",
        "@pytest.hookimpl(trylast=True)  # a conftest",
        "# a conftest",
        f"{REFUSED}[anyio]",
    ),
    "11 --forked runs": Bug(
        f"{PLUGIN}/policy/markers.py", 'config.getoption("forked", False)', "False", f"{REFUSED}[--forked]"
    ),
    "14 a frozen clock stops the cleaning": Bug(
        f"{PLUGIN}/each_test.py",
        "    loop.time = clock ",
        "    loop.time = loop.time ",
        f"{ODD}::test_a_clock_that_is_left_frozen_does_not_stop_the_cleaning",
        "the frozen clock was read",
    ),
    "15 a cause that is false is none": Bug(
        f"{PLUGIN}/errors.py",
        "if error is None or id(error) in seen",
        "if not error or id(error) in seen",
        f"{ODD}::test_a_cause_that_is_false_is_followed",
    ),
    "15 errors are compared": Bug(
        f"{PLUGIN}/errors.py",
        "if error is None or id(error) in seen",
        "if error is None or error in seen",
        f"{ODD}::test_errors_that_cannot_be_compared_are_followed",
    ),
    "15 the text of what a fixture raises is read": Bug(
        f"{PLUGIN}/report/stop_run.py",
        'type(error) is RuntimeError and "Runner',
        '"Runner',
        f"{STRANGERS}::test_every_kind_of_exception_and_of_item_is_reported",
    ),
    "15 a logged value is asked for its class": Bug(
        f"{PLUGIN}/report/known_errors.py",
        "issubclass(type(value), BaseException)",
        "isinstance(value, BaseException)",
        f"{STRANGERS}::test_every_kind_of_exception_and_of_item_is_reported",
        "unbound",
    ),
    "15 a loop policy is reported by each test": Bug(
        f"{PLUGIN}/report/stop_run.py",
        '{*ASKED_AS.values(), "event_loop_policy"}',
        "ASKED_AS.values()",
        f"{STRANGERS}::test_what_ends_a_run_is_reported_once[event_loop_policy]",
    ),
    "18 anyio's auto mode is not refused": Bug(
        f"{PLUGIN}/policy/required_settings.py", '    "anyio_mode": "strict",\n', "", f"{REFUSED}[anyio's auto mode]"
    ),
    "12 no socket at all": Bug(
        f"{PLUGIN}/policy/required_settings.py",
        "    hosts = (*THIS",
        "    if config.option.disable_socket:\n        return\n    hosts = (*THIS",
        f"{LINES}::test_the_tests_end_as_in_a_plain_run[--disable-socket]",
    ),
}
