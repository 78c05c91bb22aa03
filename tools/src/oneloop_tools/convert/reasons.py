"""Why something is left as it is, or needs a look. docs/convert.md explains each reason."""

from dataclasses import dataclass
from typing import Any

PAGE = "docs/convert.md of Oneloop"

# The sentence follows the name of the test.
REASONS = {
    "app": "uses a client on an app that may not be the suite's",
    "arguments": "passes the client to code that is not known to be safe",
    "attributes": "uses a part of the client that the async one does not have",
    "broken-file": "is in a file that cannot be converted",
    "made-elsewhere": "uses a client that a helper makes",
    "clients": "uses several clients, which would become one",
    "comments": "has a comment on lines that would be removed",
    "constructor": "makes a client with options that the plugin's client does not have",
    "context-managers": "makes a request inside a context manager that may expect an exception",
    "decorators": "has a decorator that may not await it",
    "errors": "expects an exception of the app, which is a 500 with the async client",
    "fixtures": "depends on a fixture that is left",
    "helpers": "depends on a helper that is left",
    "hypothesis": "is run by Hypothesis, which allows no new fixture for each example",
    "inheritance": "is in a class that inherits, and its client may come from there",
    "laziness": "makes requests one by one inside a generator",
    "lifespans": "enters a client without a name, for the app's lifespan alone",
    "loops": "uses an event loop for more than running one coroutine",
    "marks": "has a mark that names another event loop than the suite's",
    "names": "gives the name of the client another meaning",
    "no-await": "makes a request where nothing can be awaited",
    "nothing-asserted": "asserts nothing: it only shows that the app does not raise",
    "one-line": "has a line of which only a part would be removed",
    "overrides": "clears all dependency overrides before a request, also those of the plugin",
    "overrides-at-import": "relies on overrides set at import on an app that may not be the suite's",
    "parameters": "gets its client as a parameter",
    "redirects": "passes on options that may follow redirects",
    "sessions": "uses a database session without awaiting it",
    "shared-clients": "shares a client whose headers or cookies a test changes",
    "split": "shares members of its class with tests that are left",
    "stored": "keeps the client where its later uses are not known",
    "streams": "reads a stream from the client",
    "threads": "passes the client to a thread",
    "async-copy": "needs an async copy, and its name is taken",
    "unittest": "is a method of a unittest.TestCase, which gets no fixtures",
    "urls": "contains the host name of the sync client",
    "users": "is used by code that is left, and cannot have an async copy",
    "websockets": "opens a websocket",
}

# Notes about converted code.
NOTES = {
    "anyio": "ran on every backend of anyio, and now runs on asyncio only",
    "responses": "does not check this response: an exception of the app used to fail the test, and is a 500 now",
    "no-longer-used": "is no longer used: delete it",
    "override": "overrides a fixture of the plugin: delete it when nothing needs it",
    "moved": "stays as it is in another class now, with the members that it shares with a converted test",
    "shared-fixture": "is async from now on, also for tests that stay",
    "split-class": "was split in two: the async tests have a class of their own",
}


@dataclass(frozen=True)
class Doubt:
    """A reason to leave a test, and the node that is the reason."""

    reason: str
    node: Any
    detail: str = ""

    @property
    def sentence(self) -> str:
        return f"{REASONS[self.reason]}{f': {self.detail}' if self.detail else ''}"


@dataclass(frozen=True)
class Note:
    """Something about converted code that a reader should know, and its node."""

    key: str
    node: Any
    detail: str = ""

    @property
    def sentence(self) -> str:
        return f"{NOTES[self.key]}{f': {self.detail}' if self.detail else ''}"
