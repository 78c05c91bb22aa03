"""Requests, and clients that are passed to helpers."""

from .clients import ClientSource
from .examination import Examination
from .helper_calls import call_helper, callee
from .modules import Function
from .reasons import Note
from .response_checks import is_checked
from .syntax import Node, cst, text_of

BODYLESS = ("delete", "get", "head", "options")
BODY = ("json", "data", "content", "files")


def judge_request(seen: Examination, call: Node, verb: str, source: ClientSource) -> None:
    """Note a request, and what has to change when it is async."""
    found = seen.found
    found.requests.append(call)
    seen.positions.check_await(call, found.doubts, requests=source.raises)
    keywords = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if verb in BODYLESS and set(keywords) & set(BODY):
        found.as_request.append(call)
        around = (each for each, _ in seen.tree.above(call, seen.function.node))
        if any(isinstance(each, cst.FormattedString) for each in around):
            seen.doubt("names", call, "its quotes would end the f-string")
    if "allow_redirects" in keywords:
        found.old_options.append(keywords["allow_redirects"])
    checked = is_checked(call, seen.function, seen.tree)
    if source.raises and not checked and isinstance(seen.tree.parent(call), cst.Expr):
        found.notes.append(Note("responses", call))
    if checked or not source.follows or {"allow_redirects", "follow_redirects"} & {*keywords}:
        return
    if any(arg.star == "**" for arg in call.args):
        seen.doubt("redirects", call)
    found.follows.append(call)


def judge_argument(seen: Examination, arg: Node) -> None:
    """Judge a client that is passed to a function."""
    call = seen.tree.parent(arg)
    helper = callee(seen, call)
    name = _param_of(arg, call, helper) if helper is not None else None
    if helper is None or name is None or helper.kind != "helper" or arg.star:
        seen.doubt("arguments", arg, text_of(call.func))
        return
    helper.given.add(name)
    seen.found.called.add(helper)
    if helper.is_async:
        seen.doubt("helpers", arg, f"{helper.name} is async already")
    call_helper(seen, call, helper)


def _param_of(arg: Node, call: Node, helper: Function) -> str | None:
    names = [each.name.value for each in helper.params]
    if arg.keyword is not None:
        return arg.keyword.value if arg.keyword.value in names else None
    before = call.args[: [each is arg for each in call.args].index(True)]
    if any(each.star for each in before):
        return None
    position = len(before)
    if helper.owner is not None and not helper.decorator("staticmethod"):
        position += 1
    positional = [*helper.node.params.posonly_params, *helper.node.params.params]
    return positional[position].name.value if position < len(positional) else None
