"""Settings, and what the logs may show."""

from collections.abc import Iterator

from oneloop_tools.convert.syntax import cst
from oneloop_tools.plant.edits import drop_argument, drop_subscript
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, argument, called

from .access import dropped_guards
from .kind import Kind

# What hides values, and the text that shows them.
HIDING = {
    "hide_parameters": {"True": "False"},
    "hide_input_in_errors": {"True": "False"},
    "repr": {"False": "True"},
    "send_default_pii": {"False": "True"},
    "include_local_variables": {"False": "True"},
    "include_input": {"False": "True"},
    "echo": {"False": "True"},
    "max_request_body_size": {'"never"': '"always"'},
    "httponly": {"True": "False"},
    "secure": {"True": "False"},
}


def setting_guard_dropped(source: Source, index: Index) -> Iterator[Edit | None]:
    yield from dropped_guards("setting-guard-dropped")(source, index)
    for node in source.all(cst.Subscript):
        if not source.code(node.value).endswith("Annotated"):
            continue
        for element in node.slice[1:]:
            value = getattr(element.slice, "value", None)
            if isinstance(value, cst.Call) and called(value) in ("AfterValidator", "BeforeValidator", "PlainValidator"):
                if len(node.slice) == 2:
                    yield Edit(node, source.code(node.slice[0]), node)
                else:
                    yield drop_subscript(source, node, element)


def parameters_logged(source: Source, _: Index) -> Iterator[Edit | None]:
    for call, found in source.arguments(*HIDING):
        if text := HIDING[found.keyword.value].get(source.code(found.value)):
            yield Edit(found.value, text, call)
    for call in source.calls("init"):
        if (found := argument(call, "before_send")) is not None:
            yield drop_argument(source, call, found)


def origins_widened(source: Source, _: Index) -> Iterator[Edit | None]:
    for call, found in source.arguments("allow_origins"):
        if "*" not in source.code(found.value):
            yield Edit(found.value, '["*"]', call)


KINDS = (
    Kind(
        "setting-guard-dropped",
        "A check or a validator of a setting or of an input is left out.",
        "The service starts with a weak key or a wrong address, and fails when a user comes.",
        "tests/test_settings.py::test_wrong_value_is_named",
        setting_guard_dropped,
        "settings.py _with_driver",
    ),
    Kind(
        "parameters-logged",
        "What hides values from logs, error reports or scripts is switched off.",
        "Passwords and personal data are in the logs.",
        "tests/test_observability.py::test_sentry_gets_no_data_of_requests",
        parameters_logged,
        "observability.py start_sentry",
    ),
    Kind(
        "origins-widened",
        "CORS allows every origin.",
        "Any website calls the service with the rights of its visitor.",
        "tests/test_middleware.py::test_cors_origins_are_allowed",
        origins_widened,
        "middleware.py build_middleware",
    ),
)
