"""A service whose user does anything: a state machine for Hypothesis. test_hostile.py ends it with an update."""

import os
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.support.environment import git
from tests.updates.outcome import ANSWERS, contents
from tests.updates.ownership import is_users

STEPS = "tests/harness/oneloop/commands/update/steps"
START = "start-of-the-example"
LEFT = re.compile(r"^  (\S.*?): ", re.MULTILINE)
# What git prints when it has signed, by a program that signs nothing.
GPG = "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho '-----BEGIN PGP SIGNATURE-----'\n"
FAILS = "#!/bin/sh\necho 'this must not run' >&2\nexit 1\n"
REFORMATS = "#!/bin/sh\nfind . -name '*.py' -not -path './.git/*' -exec sed -i 's/$/ /' {} +\n"
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
LISTED = """\
core.autocrlf=input core.safecrlf=true core.quotePath=true color.ui=always column.ui=always core.commentChar=;
diff.external=false diff.noprefix=true diff.mnemonicPrefix=true status.relativePaths=false status.branch=true
status.short=true status.showUntrackedFiles=no log.showSignature=true commit.verbose=true commit.cleanup=scissors
apply.whitespace=fix submodule.recurse=true
"""
SETTINGS = dict(each.split("=") for each in LISTED.split())
Edit = Callable[["Hostile", st.DataObject], None]


def edit(function: Edit) -> Edit:
    """Let Hypothesis choose this edit, and keep its name."""

    @wraps(function)
    def named(user: "Hostile", data: st.DataObject) -> None:
        user.edits.add(function.__name__)
        function(user, data)

    return rule(data=st.data())(named)


def breaking_edit(function: Edit) -> Edit:
    """Let Hypothesis choose it unless the service's own tests run at the end, which it may break."""
    return precondition(lambda user: not user.runs_tests)(edit(function))


class Hostile(RuleBasedStateMachine):
    """One service and its user. The class attributes are set by the test."""

    started: Path
    folder: Path
    has_command: bool
    runs_tests: bool
    fresh: Mapping[str, bytes]
    count = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        self.service = self.folder / f"service {self.count}"
        git(self.folder, "clone", "--quiet", str(self.started), str(self.service))
        git(self.service, "tag", START)
        self.home = self.folder / f"home {self.count}"
        self.program("uv", FAILS)
        self.git_config = self.home / "gitconfig"
        self.git_config.write_text("")
        self.edits: set[str] = set()
        self.edited: set[str] = set()  # paths of the template's

    def program(self, name: str, text: str) -> Path:
        file = self.home / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
        file.chmod(0o755)
        return file

    def commit(self, message: str) -> None:
        git(self.service, "add", "--all")
        git(self.service, *NO_HOOKS, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", message)

    def own(self, suffix: str = "") -> list[str]:
        """Return the paths of the user's files."""
        found = [path for path in contents(self.service) if is_users(path) and path.endswith(suffix)]
        return [path for path in found if not path.startswith("vendor/")]

    @initialize()
    def has_a_hostile_git(self) -> None:
        """In each example: hooks that reformat and refuse, signatures, and settings that change what git prints."""
        self.program("template/hooks/post-checkout", FAILS)
        self.program("template/info/exclude", "*.md\n*.py\n")
        self.sets_hook("pre-commit", REFORMATS)
        self.sets_hook("commit-msg", FAILS)
        signs = {"commit.gpgSign": "true", "gpg.program": str(self.program("gpg", GPG))}
        if self.has_command:
            signs["init.templateDir"] = str(self.home / "template")
        usual = ("color.ui", "diff.noprefix", "diff.external", "status.showUntrackedFiles", "status.branch")
        for name, value in {**signs, **{name: SETTINGS[name] for name in usual}}.items():
            git(self.service, "config", "--file", str(self.git_config), name, value)

    def sets_hook(self, hook: str, text: str) -> None:
        self.program(f"hooks/{hook}", text)
        where = ["--file", str(self.git_config)] if self.has_command else ["--local"]
        git(self.service, "config", *where, "core.hooksPath", str(self.home / "hooks"))

    @edit
    def adds_a_file(self, data: st.DataObject) -> None:
        names = st.sampled_from(["notes.md", "a b.py", "ünï.txt", "src/my_service/%s.py", "tests/'q'.py", "docs/x.md"])
        file = self.service / data.draw(names)
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(b"x = 1 \r\n\xff\x00" if file.suffix == ".txt" else b"x = 1\n")

    @breaking_edit
    def renames_a_file(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.own()))
        (self.service / path).rename(self.service / f"{path}.old")

    @breaking_edit
    def moves_a_test_into_a_folder(self, data: st.DataObject) -> None:
        found = [path for path in self.own(".py") if path.startswith("tests/") and "conftest" not in path]
        if found:
            path = self.service / data.draw(st.sampled_from(found))
            (path.parent / "moved").mkdir(exist_ok=True)
            path.rename(path.parent / "moved" / path.name)

    @breaking_edit
    def deletes_a_file(self, data: st.DataObject) -> None:
        (self.service / data.draw(st.sampled_from(self.own()))).unlink()

    @breaking_edit
    def empties_a_file(self, data: st.DataObject) -> None:
        (self.service / data.draw(st.sampled_from(self.own()))).write_bytes(b"")

    @breaking_edit
    def edits_a_file(self, data: st.DataObject) -> None:
        file = self.service / data.draw(st.sampled_from(self.own()))
        self.adds_to(file, data, b"# mine\n", b"\xef\xbb\xbf", b"[tool.mine]\n", b"\x00", b"'''\n")

    def adds_to(self, file: Path, data: st.DataObject, *lines: bytes) -> None:
        text, line = file.read_bytes(), data.draw(st.sampled_from(lines))
        file.write_bytes(line + text if data.draw(st.booleans()) else text + line)

    @edit
    def edits_a_file_of_the_template(self, data: st.DataObject) -> None:
        """Only such a file may have a conflict."""
        found = [path for path in self.fresh if (self.service / path).exists() and not is_users(path)]
        path = data.draw(st.sampled_from(sorted({*found} - {ANSWERS})))
        self.edited.add(path)
        self.adds_to(self.service / path, data, b"# mine\n", b"\n")

    @breaking_edit
    def reformats_every_file(self, data: st.DataObject) -> None:
        width = data.draw(st.sampled_from([1, 2, 8]))
        self.replaces(self.own(".py") + self.own(".toml"), (b"    ", b" " * width), (b" = ", b"="))

    def replaces(self, paths: list[str], *pairs: tuple[bytes, bytes]) -> None:
        for file in (self.service / path for path in paths):
            for old, new in pairs:
                file.write_bytes(file.read_bytes().replace(old, new))

    @edit
    def writes_crlf(self, _: st.DataObject) -> None:
        self.replaces(self.own(), (b"\r\n", b"\n"), (b"\n", b"\r\n"))

    @edit
    def checks_out_with_crlf(self, data: st.DataObject) -> None:
        git(self.service, "config", "core.autocrlf", "true")
        self.writes_crlf(data)

    @edit
    def commits(self, _: st.DataObject) -> None:
        self.commit("Work")

    @edit
    def merges_a_branch(self, _: st.DataObject) -> None:
        self.commit("Work")
        git(self.service, "switch", "--quiet", "--create", f"side-{len(git(self.service, 'branch'))}")
        (self.service / "side.md").write_text("# Side\n")
        self.commit("Side")
        git(self.service, "switch", "--quiet", "-")
        git(self.service, *NO_HOOKS, "merge", "--quiet", "--no-ff", "--no-edit", "@{-1}")

    @edit
    def has_a_submodule(self, _: st.DataObject) -> None:
        if not (self.service / "vendor").exists():
            add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(self.started), "vendor")
            git(self.service, *NO_HOOKS, *add)

    @edit
    def sets_git(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(SETTINGS)))
        git(self.service, "config", "--file", str(self.git_config), name, SETTINGS[name])

    @edit
    def has_other_hooks(self, data: st.DataObject) -> None:
        hooks = st.sampled_from(["pre-commit", "commit-msg"])
        self.sets_hook(data.draw(hooks), data.draw(st.sampled_from([FAILS, REFORMATS])))

    @edit
    def works_in_a_worktree(self, _: st.DataObject) -> None:
        self.commit("Work")
        if (self.service / ".git").is_dir() and not (self.service / "vendor").exists():
            other = self.service.with_name(f"{self.service.name} tree")
            git(self.service, *NO_HOOKS, "worktree", "add", "--quiet", "-b", "elsewhere", str(other))
            self.service = other
