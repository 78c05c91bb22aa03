"""From an exception to what is known of it."""

from collections.abc import Iterator

from .families import FAMILIES
from .family import Family


def diagnose(error: BaseException) -> tuple[Family, ...]:
    """Return the families of all that `error`'s traceback shows, the root first, each once.

    The root is the likely cause; what stands after it is often only what came of it.
    """
    found = (family for one in _shown(error, set()) for family in FAMILIES if family.fits(one))
    return tuple(dict.fromkeys(found))


def _shown(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    # As a traceback shows it: a context that `from None` hides is not asked.
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _shown(before, seen)
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _shown(one, seen)
    yield error
