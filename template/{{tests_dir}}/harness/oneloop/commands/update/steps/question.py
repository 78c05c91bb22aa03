"""The question before each step."""

from ... import CommandError

QUESTION = "Apply it? Enter: yes, s: skip, q: stop "


class StopError(CommandError):
    """The user has stopped."""


def is_wanted() -> bool:
    try:
        answer = input(QUESTION).strip().lower()
    except EOFError:
        raise StopError("There is no terminal to ask on. To apply every step, add --yes.") from None
    if answer in {"q", "quit"}:
        raise StopError("Stopped.")
    return answer not in {"s", "skip", "n", "no"}
