"""The versions that the plugin needs, read from its own pyproject.toml in the template, and what the project has."""

import re
from pathlib import Path

from oneloop_tools.git_environment import git

from .finding import AdoptionError
from .package_manager import PackageManager
from .packages import Packages
from .template_copy import Template

PLUGIN = "template/{{tests_dir}}/harness/pyproject.toml"
NEEDED = re.compile(r'^ *"(?P<name>[\w.-]+)(?:\[[^]]*\])?>=(?P<version>[\d.]+)"', re.MULTILINE)
PYTHON = re.compile(r'^requires-python = ">=([\d.]+)"', re.MULTILINE)


def read_needed(template: Template) -> dict[str, str]:
    """Return the lowest version of each package, and of Python; nothing where the template is not on this machine."""
    if not Path(template.address).is_dir():
        return {}
    for name in (f"{PLUGIN}.jinja", PLUGIN):
        done = git(Path(template.address), "show", f"{template.commit or 'HEAD'}:{name}")
        if done.returncode == 0:
            return _needed(done.stdout)
    return {}


def _needed(text: str) -> dict[str, str]:
    # The list for existing projects comes after the one for new services.
    adopted = text.partition("{% else %}")[2].partition("{% endif %}An")[0] or text
    python = PYTHON.search(text)
    found = {each["name"]: each["version"] for each in NEEDED.finditer(adopted)}
    return found | ({"python": python[1]} if python else {})


def refuse_old_versions(
    needed: dict[str, str], installed: dict[str, str], packages: Packages, manager: PackageManager
) -> None:
    """Refuse versions that are too old, with the command that raises them and the one that shows what else moves."""
    python = installed.get("python", "")
    if python and _parts(python) < _parts(needed.get("python", "0")):
        raise AdoptionError(
            f"The project runs on Python {python}, and the plugin needs {needed['python']} or newer. "
            "Make the project's environment with a newer one, or name one that exists with --python PATH."
        )
    old = {name: low for name, low in needed.items() if _parts(installed.get(name, low)) < _parts(low)}
    if not old:
        return
    lines = []
    for name, low in old.items():
        declared = packages.declared.get(name)
        where = f" ({declared.where})" if declared else ""
        lines.append(f"The plugin needs {name} {low} or newer, and the project has {installed[name]}{where}.")
    wanted = [f"{name}>={low}" for name, low in old.items()]
    commands = [f"    {each}" for each in manager.raising(wanted)]
    raise AdoptionError("\n".join([*lines, "Raise it first:", *commands, *manager.preview(wanted)]))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])
