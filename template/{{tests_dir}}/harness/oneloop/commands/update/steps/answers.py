"""Which file has Copier's answers."""

from pathlib import Path

ANSWERS, OWN_ANSWERS = ".copier-answers.yml", ".copier-answers.oneloop.yml"


def answers_file() -> str:
    """Return the file with Copier's answers, which has a name of its own where another template has the usual one."""
    here = Path.cwd()
    has_own = any((each / OWN_ANSWERS).is_file() for each in (here, *here.parents[:2]))
    return OWN_ANSWERS if has_own else ANSWERS
