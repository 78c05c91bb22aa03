import re

from .step import ServiceFiles, Step
from .text_edits import at_the_end, below, has_table

REQUIRED = "required_plugins = oneloop-vendored"


def change(files: ServiceFiles) -> None:
    path = files.beside_tests("pyproject.toml")
    text = files.read(path) or ""
    if not re.search(r"^[ \t]*\[tool\.oneloop\]", text, re.MULTILINE):
        files.write(path, at_the_end(text, "\n".join(["[tool.oneloop]", *settings(files), ""])))
    ini = files.beside_tests("pytest.ini")
    pytest_settings = files.read(ini)
    if pytest_settings is None or files.answer("kind") == "harness" or "oneloop-vendored" in pytest_settings:
        return
    if "required_plugins" in pytest_settings or not has_table(pytest_settings, "pytest"):
        files.leave(ini, "Name the plugin, so that a run without it stops.", REQUIRED)
    else:
        place = "minversion" if re.search(r"^minversion", pytest_settings, re.MULTILINE) else "[pytest]"
        files.write(ini, below(pytest_settings, place, f"{REQUIRED}\n"))


def settings(files: ServiceFiles) -> list[str]:
    """Return the lines of [tool.oneloop], by the answers to the template's questions."""
    if files.answer("kind") != "harness":
        name = files.answer("package_name")
        found = sorted(each.parent.name for each in files.folder.glob("src/*/__init__.py"))
        return [f'package = "{name if name in found or not found else found[0]}"']
    seam = files.read(f"{files.tests}/seam.py") or ""  # the user may have corrected the answers there
    constants = dict(re.findall(r'^(VARIABLE|DRIVER) = "(.+)"$', seam, re.MULTILINE))
    app = re.search(r'^name_database\(.*\bapp="(\w+)', seam, re.MULTILINE)
    return [
        f'package = "{app[1] if app else files.answer("app").split(":")[0].split(".")[0]}"',
        "existing_suite = true",
        f'database_url_variable = "{constants.get("VARIABLE") or files.answer("database_url_variable")}"',
        f'driver = "{constants.get("DRIVER") or files.answer("driver")}"',
    ]


STEP = Step(
    "0.4.0",
    "Configure the test plugin in [tool.oneloop]",
    "pytest loads the plugin itself. Without this table it does nothing.",
    change,
)
