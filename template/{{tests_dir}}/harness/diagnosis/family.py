"""A family of errors, and the signs by which one is recognised."""

import re
import traceback
from dataclasses import dataclass

PAGE = "docs/testing/diagnosis.md"


@dataclass(frozen=True)
class Sign:
    """What an error of a family shows; each thing that is given must be true of it.

    `raised` is the top-level package of a class and its name, as in `sqlalchemy.MissingGreenlet`:
    modules inside a package move between versions. A subclass counts. `sqlstate` is PostgreSQL's
    code, the same from every driver and in every language. `says` is a regular expression.
    """

    raised: str = ""
    says: str = ""
    sqlstate: str = ""

    def fits(self, error: BaseException) -> bool:
        """Tell whether `error`, without what caused it, shows this sign."""
        if self.raised and self.raised not in map(_name, type(error).__mro__):
            return False
        if self.sqlstate and getattr(error, "sqlstate", None) != self.sqlstate:
            return False
        # Not `str(error)`: an error whose own `__str__` fails must not end the report.
        text = "".join(traceback.format_exception_only(error))
        return re.search(self.says, text) is not None


def _name(kind: type) -> str:
    return f"{kind.__module__.partition('.')[0].lstrip('_')}.{kind.__name__}"


@dataclass(frozen=True)
class Family:
    """Errors with one cause and one cure.

    `example` is the message as it is met, for the page.
    """

    name: str
    signs: tuple[Sign, ...]
    example: str
    cause: str
    cure: str

    @property
    def anchor(self) -> str:
        """Name its heading on the page, as forges make anchors."""
        return self.name.lower().replace(" ", "-")

    @property
    def page(self) -> str:
        """Say where the page speaks of it, as a path from the root of the service."""
        return f"{PAGE}#{self.anchor}"

    def fits(self, error: BaseException) -> bool:
        """Tell whether `error`, without what caused it, is of this family."""
        return any(sign.fits(error) for sign in self.signs)
