"""The refusals of the running test: raised where they happen, and again at the end of the test."""

from typing import NoReturn

from .errors import OneloopError


class Refusals:
    """What the plugin refused while a test ran.

    A handler may catch the error that it got, so the first refusal is raised again when the test
    ends, unless the test's report shows it already.
    """

    def __init__(self) -> None:
        self._errors: list[OneloopError] = []

    def refuse(self, error: OneloopError) -> NoReturn:
        """Raise `error`, and remember it."""
        __tracebackhide__ = True  # the line to read is the caller's
        self._errors.append(error)
        raise error

    def add(self, error: OneloopError) -> None:
        """Remember `error`, to be raised when the test ends."""
        self._errors.append(error)

    def forget(self, shown: BaseException) -> None:
        """Forget the refusals that `shown` is, was caused by, or holds."""
        known = [shown]
        for each in known:
            inner = (each.__cause__, each.__context__, *getattr(each, "exceptions", ()))
            known += [one for one in inner if one is not None and one not in known]
        self._errors = [one for one in self._errors if one not in known]

    def clear(self) -> None:
        """Forget all of them."""
        self._errors.clear()

    def raise_first(self) -> None:
        """Raise the first refusal, with each other text as a note, and forget them all."""
        __tracebackhide__ = True
        found, self._errors = self._errors, []
        if found:
            _, *others = dict.fromkeys(f"{type(each).__name__}: {each}" for each in found)
            for text in others:
                found[0].add_note(text)
            raise found[0]
