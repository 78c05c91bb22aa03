"""The update table turns red if an update changes a user's file, or does not bring the template's."""

import inspect
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates import step_cases, test_bad_input, test_git_hook, test_steps, test_stopped, update_steps
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.edits import edit_each, relink
from tests.updates.outcome import Outcome, contents, look
from tests.updates.releases import FIX
from tests.updates.table import Cell, draw

FROM = "0.1.0"
pytestmark = pytest.mark.nightly


class Bug(NamedTuple):
    """A change of the allow-list in a release, and how it shows: in which way, at which path."""

    right: str
    wrong: str
    way: str
    path: str


THE_TESTS = "{{ tests_dir | default('tests') }}"
# Three lines shut the tests and what is above them, which in a service is one folder.
SHUT, LET_THROUGH = "'update' %}/{{ tests_", "'never' %}/{{ tests_"

BUGS = {
    "a star too few": Bug("'update' %}/**", "'update' %}/*", "lost", "src/my_service/main.py"),
    "tests let through": Bug(SHUT, LET_THROUGH, "brought", "tests/access.py"),
    "a file of the user's renamed": Bug(SHUT, LET_THROUGH, "lost", "tests/factories.py"),
    "docs let through": Bug("'update' %}/docs/**", "'never' %}/docs/**", "brought", "docs/added_by_the_fix.py"),
    "no .gitattributes": Bug(
        "  - \"{% if kind == 'service' %}!/.gitattributes{% endif %}\"\n", "", "stale", ".gitattributes"
    ),
    "conftest.py let through": Bug(
        '  - "!/{{ _copier_conf.answers_file }}"\n',
        '  - "!/{{ _copier_conf.answers_file }}"\n  - "!/conftest.py"\n',
        "lost",
        "conftest.py",
    ),
    "no harness": Bug(f'  - "!/{THE_TESTS}/harness"\n', "", "stale", "tests/harness/oneloop/plugin.py"),
    "no docs": Bug('  - "!/docs/testing"\n', "", "stale", "docs/testing/README.md"),
    "no answers": Bug('  - "!/{{ _copier_conf.answers_file }}"\n', "", "stale", ".copier-answers.yml"),
}


@pytest.fixture
def spoilt_update(old: Old, fresh: Fresh, repository: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """Update a busy service from a spoilt copy of the template's repository, and look at it."""

    def spoilt_update(spoil: Callable[[Path], None]) -> Outcome:
        spoilt = template.snapshot_of(repository, tmp_path / "spoilt")
        service = old(FROM, does_all_of_it)
        relink(service, spoilt)
        commit_all(service, "Take it from a spoilt template")
        before = contents(service)
        spoil(spoilt)
        template.update(service, ref=FIX)
        return look(service, before, fresh(FIX, after=FROM))

    return spoilt_update


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_wrong_allow_list(spoilt_update: Callable[..., Outcome], bug: Bug) -> None:
    def spoil(repository: Path) -> None:
        edit_each(repository / "copier.yml", bug.right, bug.wrong)
        commit_all(repository, "Plant a bug")
        git(repository, "tag", "--force", FIX)

    outcome = spoilt_update(spoil)

    assert bug.path in getattr(outcome, bug.way), outcome
    assert draw([Cell(FROM, "does all of it", str(outcome))])[-1] == "1 updates, 1 of them wrong"


def test_a_moved_tag(spoilt_update: Callable[..., Outcome]) -> None:
    """The release that the service came from is another one now, so that its own files pass for its user's edits."""
    outcome = spoilt_update(lambda repository: git(repository, "tag", "--force", FROM, FIX))

    assert outcome.stale | outcome.conflicts
    assert outcome.lost == frozenset()


class StepBug(NamedTuple):
    """A change of a step, and the case of test_steps.py that finds it."""

    file: str
    right: str
    wrong: str
    case: str


STEP_BUGS = [
    StepBug("access_table", "files.write(path, text)", "files.write(path, '')", "a service without a table of access"),
    StepBug("adopted_seam", "(_is_call, _is_import)", "(_is_import,)", "the seam of an adopted suite"),
    StepBug("adopted_seam", '("VARIABLE", "DRIVER")', '("VARIABLE",)', "the seam of an adopted suite"),
    StepBug("adopted_seam", 'if "name_database" in new', "if not new", "a test database with another name"),
    StepBug("command_names", "oneloop run", "oneloop ran", "a script of the user's"),
    StepBug("command_names", '"uv run " if path', '"" if path', "a workflow"),
    StepBug("command_names", "#subdirectory=tools", "", "the ratchet in a pipeline"),
    StepBug("command_names", "(?:--with libcst )?", "", "the converter in a page"),
    StepBug("configure_plugin", 'found else found[0]}"', 'found else name}"', "a package of another name"),
    StepBug("configure_plugin", 'constants.get("VARIABLE") or ', "", "a seam that its user has corrected"),
    StepBug("configure_plugin", 'else "[pytest]"', 'else "addopts"', "pytest.ini without minversion"),
    StepBug("configure_plugin", '"required_plugins" in pytest_settings or ', "", "required plugins of the user's"),
    StepBug("downgrade_in_migrate", 'revision: str = "head")\\2', ")\\2", "a fixture that goes one way"),
    StepBug("downgrade_in_migrate", "        files.leave(", "        print(", "a fixture of another form"),
    StepBug("expected_error", "MARKER + text[found", "text[found", "a task that fails on purpose"),
    StepBug("expected_error", '"background_error" not in', '"" in', "a task that fails on purpose"),
    StepBug("first_snapshot", "is None", "is not None", "test_a_snapshot_is_written_once"),
    StepBug("generated_requests", "{line} {OPTION}", "{line}", "a group for generated requests"),
    StepBug("install_plugin", "{source}", "", "a list without a comma at its end"),
    StepBug("install_plugin", "lines + source", "source + lines", "sources that are there"),
    StepBug("install_plugin", "if new == text:", "if False:", "a project of another tool"),
    StepBug("listed_permission", "text.replace(OLD, NEW)", "text", "a moved file"),
    StepBug("listed_permission", "elif", "elif not", "a permission of another form"),
    StepBug("login_lock", "below(text, VERIFIED.strip(), BLOCK)", "text + BLOCK", "a login without a lock"),
    StepBug("login_lock", "if VERIFIED + REFUSED in text", "if text", "a login of another form"),
    StepBug("moved_page", '".md", ', "", "a page of another name"),
    StepBug("mypy_settings", r",?[ \t]*\n", r"[ \t]*\n", "files of mypy over several lines"),
    StepBug("mypy_settings", 'if re.search(r"^exclude', 'if re.search(r"^exclud$', "an exclude of the user's"),
    StepBug("new_imports", '"UserWithPassword"', '"Person"', "imports of the old names"),
    StepBug("new_imports", ".lower() < module]", ".lower() > module]", "imports of the old names"),
    StepBug("new_imports", "if gone and path", "if not gone and path", "a module that is gone"),
    StepBug("new_imports", "except SyntaxError", "except KeyError", "a file that is no Python"),
    StepBug("old_conftest", "return module.startswith(PLUGIN) or", "return", "a fixture of the user's in conftest.py"),
    StepBug("old_conftest", "gone & _names(kept, ast.Name)", "set()", "a conftest.py that uses what it imports"),
    StepBug("old_conftest", "if PLUGIN in kept", "if not kept", "a conftest.py that uses the plugin"),
    StepBug("one_client_a_class", "below(text, ABOVE, CLASS)", "text", "a class with two kinds of client"),
    StepBug("plugin_in_image", "{ALLOWED}", "", "an image"),
    StepBug("plugin_in_image", "if COPY not in docker", "if not docker", "an image of another form"),
    StepBug("printable_request_id", ".replace(OLD, NEW)", "", "a space at the end of a header"),
    StepBug("step", '"ls-files"', '"ls-files", "--others", "--cached"', "test_only_what_git_tracks_is_changed"),
    StepBug("step", 'if before.count(b"\\r\\n") * 2', 'if before.count(b"\\r\\r") * 2', "CRLF"),
    StepBug(
        "step",
        "if text == self.read(path):",
        "if not path:",
        "test_a_file_with_both_line_ends_is_left_where_no_step_is_due",
    ),
    StepBug("text_edits", r"\1,\2", r"\1\2", "a last line without a comma"),
    StepBug("unnamed_status", "for old, new in CHANGES.items()", "for old, new in []", "a status without a name"),
]


def check(case: str, folder: Path) -> None:
    """Run a case of test_steps.py, or one of its tests."""
    if case in step_cases.CHANGES:
        test_steps.test_a_change_is_made_once(folder, case)
    elif case in step_cases.LEAVES:
        test_steps.test_what_is_not_sure_is_left_with_the_reason(folder, *step_cases.LEAVES[case])
    else:
        getattr(test_steps, case)(folder)


@pytest.mark.parametrize("bug", STEP_BUGS, ids=lambda bug: f"{bug.file}: {bug.case}")
def test_a_wrong_step(bug: StepBug, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps are imported from a copy of the plugin in which one of them is wrong."""
    copy = tmp_path / "plugin"
    shutil.copytree(update_steps.PLUGIN / "commands", copy / "commands")
    edit_each(copy / f"commands/update/steps/{bug.file}.py", bug.right, bug.wrong)
    for name in [each for each in sys.modules if each.split(".")[0] == "commands"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(copy)
    (tmp_path / "service").mkdir()

    with monkeypatch.context() as these:
        these.setattr(sys, "modules", {**sys.modules})
        with pytest.raises((AssertionError, ValueError)):
            check(bug.case, tmp_path / "service")


def test_each_step_has_a_planted_bug() -> None:
    modules = {step.change.__module__.rpartition(".")[2] for step in update_steps.all_steps()}

    assert modules - {bug.file for bug in STEP_BUGS} == set()


class CommandBug(NamedTuple):
    """A change of the command in a service, and the test of test_stopped.py that finds it."""

    file: str
    right: str
    wrong: str
    proof: Callable[..., None]


COMMAND_BUGS = [
    CommandBug("steps/apply_steps", "{start}..", "HEAD~1..", test_stopped.test_the_user_is_asked_and_goes_on_later),
    CommandBug(
        "steps/apply_steps",
        "Error, KeyboardInterrupt,",
        "Error,",
        test_stopped.test_ctrl_c_at_a_question_says_how_to_go_on,
    ),
    CommandBug(
        "steps/apply_steps",
        "[] if is_explained else find_changes(folder)",
        "[]",
        test_stopped.test_ctrl_c_while_git_commits_says_what_is_not_committed,
    ),
    CommandBug(
        "steps/apply_steps", ", OSError) as error", ") as error", test_stopped.test_a_full_disk_says_how_to_go_on
    ),
    CommandBug(
        "steps/apply_steps",
        " and not isinstance(error, LockError)",
        "",
        test_stopped.test_without_a_network_nothing_can_be_locked,
    ),
    CommandBug(
        "steps/apply_steps",
        "options.yes or options.preview or",
        "options.yes or",
        test_stopped.test_a_preview_of_the_steps_is_what_they_do,
    ),
    CommandBug(
        "steps/apply_steps",
        "if not options.preview:\n            _say_how",
        "if True:\n            _say_how",
        test_stopped.test_a_preview_that_stops_leaves_nothing_to_go_on_with,
    ),
    CommandBug("steps/scratch", "Nothing was changed.", "", test_stopped.test_a_preview_of_the_steps_is_what_they_do),
    CommandBug("steps/safe_start", "LOCK_EX", "LOCK_SH", test_stopped.test_a_second_update_at_the_same_time_is_refused),
    CommandBug("steps/safe_start", '".pyc"', '".pyd"', test_bad_input.test_no_bytecode_without_a_gitignore),
    CommandBug(
        "programs",
        "if name not in _variables_of_git()",
        "if name",
        test_git_hook.test_git_inside_a_hook_is_another_repository,
    ),
]


@pytest.mark.parametrize("bug", COMMAND_BUGS, ids=lambda bug: f"{bug.proof.__name__}: {bug.wrong}")
def test_a_wrong_command(bug: CommandBug, updated: Path, tmp_path: Path) -> None:
    """What Copier has brought is wrong, and not committed yet."""
    edit_each(updated / f"tests/harness/oneloop/commands/update/{bug.file}.py", bug.right, bug.wrong)
    needs_a_folder = "tmp_path" in inspect.signature(bug.proof).parameters

    with pytest.raises((AssertionError, ValueError)):
        bug.proof(updated, **({"tmp_path": tmp_path} if needs_a_folder else {}))
