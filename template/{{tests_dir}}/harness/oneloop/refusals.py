"""The refusals of the running test: raised where they happen, and again at the end of the test."""

from typing import NoReturn

from .errors import OneloopError, chain


class Refusals:
    """What the plugin refused during a test.

    The app may catch the error, so the first refusal is raised again when the test ends, unless the test's report shows
    it already.
    """

    def __init__(self) -> None:
        self._errors: list[OneloopError] = []

    def refuse(self, error: OneloopError) -> NoReturn:
        """Raise `error` now, and again at the end of the test."""
        __tracebackhide__ = True  # the line to read is the caller's
        self._errors.append(error)
        raise error

    def add(self, error: OneloopError) -> None:
        """Raise `error` at the end of the test."""
        self._errors.append(error)

    def forget(self, shown: BaseException) -> None:
        """Forget the refusals that a report of `shown` includes."""
        known = chain(shown)
        self._errors = [one for one in self._errors if one not in known]

    def clear(self) -> None:
        self._errors.clear()

    def raise_first(self) -> None:
        """Raise the first refusal, with the others as notes, and forget them all."""
        __tracebackhide__ = True
        found, self._errors = self._errors, []
        if found:
            _, *others = dict.fromkeys(f"{type(each).__name__}: {each}" for each in found)
            for text in others:
                found[0].add_note(text)
            raise found[0]
