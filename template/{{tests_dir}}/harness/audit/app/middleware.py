"""What an app's middleware reaches: every request passes it.

A middleware that wraps the request and no more is no reason to convert: it would be one for every
test of the app. One that asks the database, authenticates, or calls a client of its own is.
"""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware

from .code import Code
from .objects import name_of
from .reach import MIDDLEWARE, Reach


def middleware_reaches(app: Starlette, code: Code) -> list[Reach]:
    """Return a finding for each thing that a middleware reaches."""
    found: list[Reach] = []
    for each in app.user_middleware:
        parts: list[Any] = [*each.args, *each.kwargs.values()]
        if isinstance(each.cls, type):
            parts += [
                getattr(each.cls, name, None) for name in ("dispatch", "__call__", "__init__")
            ]
            if issubclass(each.cls, AuthenticationMiddleware):
                found.append(Reach(MIDDLEWARE, "AuthenticationMiddleware authenticates"))
        else:
            parts.append(each.cls)
        for part in parts:
            for reach in code.reaches(part, lenient=True) if callable(part) else ():
                what = f"{name_of(each.cls)} reaches {reach.what}"
                found.append(Reach(MIDDLEWARE, what, reach.where))
    return list(dict.fromkeys(found))
