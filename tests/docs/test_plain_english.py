"""Pages, docstrings, comments and messages use the field's usual words, and none of the phrases below."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.test_budget import texts
from tests.support.environment import ROOT

# What not to write, as a regular expression, and what to write. A space also matches the end of a line.
PHRASES = {
    r"that st(?:ands?|ood)": "an existing ..., that exists",
    r"stood|what stands": "existed, what exists",
    r"stands? (?:there|beside|below|above|behind|at the|in the|on the|in one)": "is ...",
    r"verbs?": "command",
    r"anew": "again",
    r"hand(?:s|ed|ing)? (?:\w+ )?on": "pass on",
    r"(?:is|are|was|were|be) (?:told|said)": "reports, prints, explains; with a subject",
    r"(?:told|tells?) of": "reports, names",
    r"(?:lay|lays|laid|laying) (?:an? |the |its |their )?overrides?|(?:lay|lays|laid) over": "apply an override",
    r"throw-?away": "temporary",
    r"kept (?:server|folder|cluster)": "persistent ...",
    r"mend(?:s|ed|ing)?": "fix",
    r"cure[sd]?": "fix",
    r"whoever": "name who it is",
    r"nobody|somebody|strangers?": "no code, no user; anonymous; another user",
    r"people|persons": "users, developers",
    r"let(?:s|ting)? go": "free, delete",
    r"ha(?:ve|s|d) a look": "inspect, read",
    r"(?:is|are|was) meant": "is intended",
    r"incarnations?": "start",
}
SPACE = r"[\s#]+"
PATTERNS = {
    re.compile(rf"(?<![\w-])(?:{phrase.replace(' ', SPACE)})(?![\w-])", re.IGNORECASE): instead
    for phrase, instead in PHRASES.items()
}
HISTORY = "CHANGELOG.md"  # it describes past releases in the words of their time

# By file: the matches that are right there, each with its reason.
HTTP = "the method of an HTTP request"
CONVERT = "tools/src/oneloop_tools/convert"
ALLOWED = {
    "template/{{tests_dir}}/harness/oneloop/postgres/account.py": {"nobody": "an account of Unix"},
    "template/{{tests_dir}}/harness/__init__.py": {"people": "the module's name in past releases"},
    "template/{{tests_dir}}/harness/oneloop/access/matrix.py": dict.fromkeys(
        ("people", "stranger"), "names of past releases, which still work"
    ),
    "template/{{tests_dir}}/harness/oneloop/commands/update/steps/new_imports.py": {
        "people": "the module's name in past releases"
    },
    "docs/ownership.md": {"people": "the module's name in past releases"},
    f"{CONVERT}/client_uses.py": {"verb": HTTP, "VERBS": HTTP},
    f"{CONVERT}/clients.py": {"VERBS": HTTP},
    f"{CONVERT}/shared_sessions.py": {"VERBS": HTTP},
    f"{CONVERT}/rewrite.py": {"verb": HTTP},
}


def found_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line of each match, the match, and what to write instead."""
    for pattern, instead in PATTERNS.items():
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), instead


def allowed(file: str) -> dict[str, str]:
    return {match.lower(): reason for match, reason in ALLOWED.get(file, {}).items()}


def read() -> Iterator[tuple[str, str]]:
    for path in texts():
        name = path.relative_to(ROOT).as_posix()
        if name != HISTORY:
            yield name, path.read_text("utf-8")


def test_no_text_has_such_a_phrase() -> None:
    found = [
        f"{name}:{line}: {match!r}. Write: {instead}"
        for name, text in read()
        for line, match, instead in sorted(found_in(text))
        if match.lower() not in allowed(name)
    ]

    assert not found, f"{len(found)} phrases:\n" + "\n".join(found)


def test_each_allowed_match_is_still_there() -> None:
    for name in ALLOWED:
        found = {match.lower() for _, match, _ in found_in(Path(ROOT, name).read_text("utf-8"))}

        assert allowed(name).keys() <= found, name


@pytest.mark.parametrize(
    "text",
    [
        "For a suite that stood.",
        "# a project that\n# stands",
        "the verb `update`",
        "make the manifest anew",
        "they hand it on",
        "The user is told why.",
        "the override laid over the app",
        "a throw-away server",
        "Mend it in the seam.",
        "cause and cure",
        "Nobody may be connected, and whoever is, is ended.",
        "for people who write tests",
    ],
)
def test_planted_phrase_is_found(text: str) -> None:
    assert list(found_in(text))


@pytest.mark.parametrize("text", ["an existing suite", "recommended", "secured", "adverbs", "peoples_table"])
def test_ordinary_text_is_not(text: str) -> None:
    assert list(found_in(text)) == []
