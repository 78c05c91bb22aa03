"""Warnings of what is collected as garbage: blamed on the test that dropped it."""

import gc


class Garbage:
    """What a test dropped in a reference cycle: an unclosed transport, an un-awaited coroutine.

    Each of them warns when it is collected, which may be ten tests later, and pytest blames the
    test that runs then.
    """

    def set_aside(self) -> None:
        """Let the collector pass by what was imported and collected: half a million objects.

        They live as long as the run, and each full collection would visit them: a few while the
        tests run, and five by pytest at the end, 0.5 s together.
        """
        gc.collect(1)
        gc.freeze()

    def collect(self) -> None:
        """Collect it now, so that pytest hears the warnings before the next test begins.

        The two young generations take 0.1 ms after a test with a request, a full collection 70.
        """
        gc.collect(1)
