"""What an app's middleware reaches. Every request passes it.

A middleware that only wraps the request is no reason to convert: it would be one for every test of the app. One that
uses the database, authenticates, or has a client of its own is a reason.
"""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware

from .code import Code
from .objects import name_of
from .reached_resources import MIDDLEWARE, Resource


def middleware_reaches(app: Starlette, code: Code) -> list[Resource]:
    found: list[Resource] = []
    for each in app.user_middleware:
        parts: list[Any] = [*each.args, *each.kwargs.values()]
        if isinstance(each.cls, type):
            parts += [getattr(each.cls, name, None) for name in ("dispatch", "__call__", "__init__")]
            if issubclass(each.cls, AuthenticationMiddleware):
                found.append(Resource(MIDDLEWARE, "AuthenticationMiddleware authenticates"))
        else:
            parts.append(each.cls)
        for part in parts:
            for reach in code.reaches(part, lenient=True) if callable(part) else ():
                what = f"{name_of(each.cls)} reaches {reach.what}"
                found.append(Resource(MIDDLEWARE, what, reach.where))
    return list(dict.fromkeys(found))
