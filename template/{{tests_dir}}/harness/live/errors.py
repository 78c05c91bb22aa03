"""What goes wrong between a client and the app, and what to do about it."""

from ..errors import HarnessError


class NoAnswerError(HarnessError):
    """The app was asked for something, and a wait came to its end."""

    def __init__(self, waited_for: str, seconds: float) -> None:
        super().__init__(
            f"{waited_for}: nothing came within {seconds:g} seconds, so the wait was ended. The "
            "handler waits for something that does not happen, or a lock is held: look at the last "
            "statement of the SQL below. See docs/testing/live.md."
        )


class LiveServerError(HarnessError):
    """The live server cannot be had."""

    def __init__(self, reason: str, host: str) -> None:
        super().__init__(
            f"The live server did not start: {reason}. See whether something bars {host}, such as "
            "a sandbox without a network; without `--live`, most tests need none."
        )
