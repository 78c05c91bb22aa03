"""The kinds of bugs, in a module for each noun. Each kind yields edits of a file; `places` removes what is no bug."""

from . import access, answers, handlers, limits, models, queries, session, settings, tasks, tokens
from .kind import Kind

MODULES = (session, queries, access, tokens, answers, handlers, tasks, limits, models, settings)
KINDS: tuple[Kind, ...] = tuple(kind for module in MODULES for kind in module.KINDS)
