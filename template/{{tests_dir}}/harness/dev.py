"""`python -m tests.harness.dev`: the name of `oneloop` before release 0.4.0."""

import sys

from oneloop.commands.__main__ import main

if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["--help"]
    main(["dev" if command == "serve" else command, *rest])
