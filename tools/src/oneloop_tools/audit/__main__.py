"""The audit as a process of its own in the project. The working directory is the project's folder."""

import sys

OLDEST = (3, 11)


def main(arguments: "list[str]") -> int:
    """Audit the project in the working directory, and return the exit status."""
    if sys.version_info < OLDEST:
        sys.stderr.write(f"The project runs on {sys.version.split()[0]}. The audit needs Python 3.11 or newer.\n")
        return 2
    from .entry import audit  # noqa: PLC0415  an older Python cannot import it

    return audit(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
