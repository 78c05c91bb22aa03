"""Why something is left as it is, or looked at by a reader: each has its place on the page."""

from dataclasses import dataclass
from typing import Any

PAGE = "docs/testing/converting.md"

# The key is the heading of the page, with hyphens; the sentence goes on from the test's name.
REASONS = {
    "app": "takes a client on an app that may not be the suite's",
    "arguments": "passes the client to code that is not known to be safe",
    "broken-file": "stands in a file that cannot be converted",
    "made-elsewhere": "takes a client that a helper makes",
    "clients": "takes more than one client, and they would be one",
    "comments": "has a comment on lines that would have to go",
    "constructor": "makes a client with options that the harness's does not have",
    "context-managers": "makes a request inside a context manager that may expect an exception",
    "decorators": "is wrapped by a decorator that may not await it",
    "errors": "expects an exception of the app, which the async client answers with 500",
    "fixtures": "depends on a fixture that is left",
    "helpers": "depends on a helper that is left",
    "hypothesis": "is driven by Hypothesis, which takes no new fixture for each example",
    "inheritance": "stands in a class that inherits, whose client may come from there",
    "laziness": "makes requests one by one inside a generator",
    "loops": "takes an event loop for more than to run one coroutine",
    "marks": "bears a mark that names a loop other than the suite's",
    "names": "gives the client, or what holds it, another meaning on the way",
    "nothing-asserted": "asserts nothing, so that it only shows that the app does not raise",
    "one-line": "has a line of which only a part would have to go",
    "overrides": "clears dependency overrides, the harness's among them, before a request",
    "overrides-at-import": "relies on dependency overrides that are laid at import",
    "parameters": "gets its client as a parameter",
    "redirects": "passes options on, and may follow redirects by them",
    "sessions": "uses a database session without awaiting it",
    "shared-clients": "shares a client whose headers or cookies a test changes",
    "split": "shares members of its class with tests that are left",
    "streams": "reads a stream from the client",
    "threads": "hands the client to a thread",
    "twins": "needs an async twin whose name is taken by something else",
    "unittest": "is a method of unittest's, which takes no fixture",
    "urls": "names the host of the sync client",
    "users": "serves code that is left as well, and cannot have a twin",
    "websockets": "opens a websocket",
}

# What was converted, and is to be looked at none the less.
NOTES = {
    "anyio": "ran on every backend of anyio, and runs on asyncio now",
    "answers": "does not look at this answer: an error of the app, raised so far, is a 500 now",
    "no-longer-used": "is asked for by nothing any more: delete it",
    "override": "overrides a fixture of the harness: delete it when nothing needs it",
    "split-class": "was split in two: the async tests have a class of their own",
}


@dataclass(frozen=True)
class Doubt:
    """A reason to leave a test, at the node that gives it."""

    reason: str
    node: Any
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Say why, after the name of the test."""
        return f"{REASONS[self.reason]}{f': {self.detail}' if self.detail else ''}"


@dataclass(frozen=True)
class Note:
    """Something that was converted and that a reader should know, at its node."""

    key: str
    node: Any
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Say what, after the name of what it is about."""
        return f"{NOTES[self.key]}{f': {self.detail}' if self.detail else ''}"
