"""A service whose user does anything: a state machine for Hypothesis, which ends with an update and its steps."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.support.environment import git, run
from tests.updates.copier_program import SOMEBODY
from tests.updates.outcome import ANSWERS, CLEAN, contents, look
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


class Hostile(RuleBasedStateMachine):
    """One service, its user, and at the end one update. The class attributes are set by the test."""

    started: Path
    folder: Path
    to: str
    has_command: bool
    fresh: Mapping[str, bytes]
    done: list[tuple[int, list[str]]]
    count = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        self.service = self.folder / f"service {self.count}"
        git(self.folder, "clone", "--quiet", str(self.started), str(self.service))
        git(self.service, "remote", "remove", "origin")
        git(self.service, "tag", START)
        self.home = self.folder / f"home {self.count}"
        self.program("uv", FAILS)
        self.git_config = self.home / "gitconfig"
        self.git_config.write_text("")
        self.edited: set[str] = set()

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
        """Return the paths of the user's files that no test needs where they are."""
        found = filter(is_users, contents(self.service))
        return [path for path in found if path.endswith(suffix) and not path.startswith("vendor/")]

    @initialize()
    def has_a_hostile_git(self) -> None:
        """In each example: hooks that reformat and refuse, signatures, and settings that change what git prints."""
        self.has_hooks(REFORMATS, "pre-commit")
        self.has_hooks(FAILS, "commit-msg")
        self.has_a_template_of_repositories()
        self.signs_commits()
        for name in ("color.ui", "diff.noprefix", "diff.external", "status.showUntrackedFiles", "status.branch"):
            self.sets_git(name)

    @rule(name=st.sampled_from(["notes.md", "a b.py", "ünï.txt", "src/my_service/%s.py", "tests/'q'.py", "docs/x.md"]))
    def adds_a_file(self, name: str) -> None:
        file = self.service / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(b"x = 1 \r\n\xff\x00" if name.endswith(".txt") else b"x = 1\n")

    @rule(data=st.data())
    def renames_a_file(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.own()))
        (self.service / path).rename(self.service / f"{path}.old")

    @rule(data=st.data())
    def moves_a_test_into_a_folder(self, data: st.DataObject) -> None:
        found = [path for path in self.own(".py") if path.startswith("tests/") and "conftest" not in path]
        if found:
            path = self.service / data.draw(st.sampled_from(found))
            (path.parent / "moved").mkdir(exist_ok=True)
            path.rename(path.parent / "moved" / path.name)

    @rule(data=st.data())
    def deletes_a_file(self, data: st.DataObject) -> None:
        (self.service / data.draw(st.sampled_from(self.own()))).unlink()

    @rule(data=st.data())
    def empties_a_file(self, data: st.DataObject) -> None:
        (self.service / data.draw(st.sampled_from(self.own()))).write_bytes(b"")

    @rule(data=st.data(), line=st.sampled_from([b"# mine\n", b"\xef\xbb\xbf", b"[tool.mine]\n", b"\x00", b"'''\n"]))
    def edits_a_file(self, data: st.DataObject, line: bytes) -> None:
        file = self.service / data.draw(st.sampled_from(self.own()))
        text = file.read_bytes()
        file.write_bytes(line + text if data.draw(st.booleans()) else text + line)

    @rule(data=st.data(), line=st.sampled_from([b"# mine\n", b"\n"]))
    def edits_a_file_of_the_template(self, data: st.DataObject, line: bytes) -> None:
        """Only such a file may have a conflict."""
        path = data.draw(st.sampled_from(sorted(path for path in contents(self.service) if path in self.fresh)))
        if not is_users(path) and path != ANSWERS:
            self.edited.add(path)
            text = (self.service / path).read_bytes()
            (self.service / path).write_bytes(line + text if data.draw(st.booleans()) else text + line)

    @rule(width=st.sampled_from([1, 2, 8]))
    def reformats_every_file(self, width: int) -> None:
        for path in self.own(".py") + self.own(".toml"):
            text = (self.service / path).read_bytes()
            (self.service / path).write_bytes(text.replace(b"    ", b" " * width).replace(b" = ", b"="))

    @rule()
    def writes_crlf(self) -> None:
        for path in self.own():
            text = (self.service / path).read_bytes()
            (self.service / path).write_bytes(text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    @rule()
    def checks_out_with_crlf(self) -> None:
        git(self.service, "config", "core.autocrlf", "true")
        self.writes_crlf()

    @rule()
    def commits(self) -> None:
        self.commit("Work")

    @rule()
    def merges_a_branch(self) -> None:
        self.commit("Work")
        git(self.service, "switch", "--quiet", "--create", f"side-{len(git(self.service, 'branch'))}")
        (self.service / "side.md").write_text("# Side\n")
        self.commit("Side")
        git(self.service, "switch", "--quiet", "main")
        git(self.service, *NO_HOOKS, "merge", "--quiet", "--no-ff", "--no-edit", "@{-1}")

    @rule()
    def has_a_submodule(self) -> None:
        if not (self.service / "vendor").exists():
            allowed = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
            git(self.service, *NO_HOOKS, *allowed, str(self.started), "vendor")

    @rule(name=st.sampled_from(sorted(SETTINGS)))
    def sets_git(self, name: str) -> None:
        git(self.service, "config", "--file", str(self.git_config), name, SETTINGS[name])

    @rule()
    def signs_commits(self) -> None:
        for name, value in {"commit.gpgSign": "true", "gpg.program": str(self.program("gpg", GPG))}.items():
            git(self.service, "config", "--file", str(self.git_config), name, value)

    @rule(text=st.sampled_from([FAILS, REFORMATS]), hook=st.sampled_from(["pre-commit", "commit-msg"]))
    def has_hooks(self, text: str, hook: str) -> None:
        self.program(f"hooks/{hook}", text)
        where = ["--file", str(self.git_config)] if self.has_command else ["--local"]
        git(self.service, "config", *where, "core.hooksPath", str(self.home / "hooks"))

    @rule()
    def has_a_template_of_repositories(self) -> None:
        self.program("template/hooks/post-checkout", FAILS)
        if self.has_command:
            git(self.service, "config", "--file", str(self.git_config), "init.templateDir", str(self.home / "template"))

    @rule()
    def works_in_a_worktree(self) -> None:
        self.commit("Work")
        if (self.service / ".git").is_dir() and not (self.service / "vendor").exists():
            other = self.service.with_name(f"{self.service.name} tree")
            git(self.service, *NO_HOOKS, "worktree", "add", "--quiet", "-b", "elsewhere", str(other))
            self.service = other

    def teardown(self) -> None:
        """Update, and look for what is lost."""
        self.commit("Work")
        before, start = contents(self.service), git(self.service, "rev-parse", "HEAD")

        done = self.update()
        if self.edited and (conflicts := look(self.service, before, self.fresh).conflicts):
            done = self.resolves(conflicts)

        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        assert git(self.service, "status", "--porcelain", "--ignore-submodules=all") == "", done.stdout
        left = LEFT.findall(done.stdout.partition("Left to you:")[2])
        # `uv run pytest` cannot run here. Of the rest only what the user has changed may be left.
        assert {path for path in left if not path.startswith("pytest -q ")} <= self.changed(start), done.stdout
        self.assert_nothing_is_lost(start, before)
        git(self.service, *NO_HOOKS, "revert", "--no-edit", f"{start}..HEAD")
        assert git(self.service, "rev-parse", "HEAD^{tree}") == git(self.service, "rev-parse", f"{start}^{{tree}}")
        self.done.append((done.stdout.count("Committed: ") - 1, left))
        shutil.rmtree(self.service)

    def changed(self, commit: str, since: str = START) -> set[str]:
        """Return the paths that have changed, those of moved files among them."""
        names = ("-c", "core.quotePath=false", "diff", "--no-renames", "--name-only", since, commit)
        return {*git(self.service, *names).splitlines()}

    def resolves(self, conflicts: frozenset[str]) -> "CompletedProcess[str]":
        """Take the template's text of the files with a conflict, all of which the user has edited, and go on."""
        assert {path.removesuffix(".rej") for path in conflicts} <= self.edited, conflicts
        for path in conflicts:
            (self.service / path).unlink()
            if not path.endswith(".rej"):
                (self.service / path).write_bytes(self.fresh[path])
        return self.run(sys.executable, STEPS, "--yes", "--no-selftest")

    def assert_nothing_is_lost(self, start: str, before: Mapping[str, bytes]) -> None:
        """What no step names has the bytes that it had, also those that git would convert."""
        commits = git(self.service, "log", "--format=%H", "--reverse", f"{start}..").splitlines()
        after, steps = contents(self.service), self.changed("HEAD", commits[0])
        by_steps = {path: after[path] for path in steps if path in after}
        kept = {path: text for path, text in before.items() if path not in steps}
        outcome = look(self.service, {**kept, **by_steps}, self.fresh, self.edited)
        assert outcome == CLEAN, vars(outcome)

    def update(self) -> "CompletedProcess[str]":
        """Update by the plugin's command; before 0.4.0 by Copier, and then by the command that it prints."""
        if self.has_command:
            options = ("--yes", "--no-selftest", f"--to={self.to}")
            return self.run(sys.executable, "-m", "oneloop.commands", "update", *options)
        copier = self.run(sys.executable, "-m", "copier", "update", "--defaults", "--quiet", f"--vcs-ref={self.to}")
        assert copier.returncode == 0, copier.stdout
        return self.run(sys.executable, STEPS, "--yes", "--no-selftest")

    def run(self, *command: str) -> "CompletedProcess[str]":
        environment = {"GIT_CONFIG_GLOBAL": str(self.git_config), "PYTHONPATH": "tests/harness", **SOMEBODY}
        if not self.has_command:
            environment["UV"] = str(self.home / "uv")
        return run(*command, cwd=self.service, env=environment)
