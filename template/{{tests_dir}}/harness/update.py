"""`python -m tests.harness.update`: the name of `oneloop update` before release 0.4.0."""

import sys

from oneloop.commands.__main__ import main

if __name__ == "__main__":
    main(["update", *(each.replace("--vcs-ref", "--to", 1) for each in sys.argv[1:])])
