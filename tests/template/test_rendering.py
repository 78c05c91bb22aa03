"""What is written: the same bytes each time, on every system, with nothing of the template's machinery left in."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import copier
import pytest
import yaml

from tests.conftest import Rendered
from tests.support import template
from tests.support.answers import ADOPTED, ADOPTED_ODD, ODD
from tests.support.environment import ROOT, clean_environment, commit_all, succeed

# Between them each choice of CI, the oldest and the newest Python. Every choice is stored: test_questions.py.
SERVICES = [{}, ODD, {"ci": "none"}, {"python_min": "3.15"}]
ADOPTIONS = [ADOPTED, ADOPTED_ODD]


def named(answers: dict[str, str]) -> str:
    odd = {id(ODD): "odd", id(ADOPTED_ODD): "odd adoption"}
    return odd.get(id(answers)) or "-".join(answers.values())


every_service = pytest.mark.parametrize("answers", SERVICES, ids=named)
every_render = pytest.mark.parametrize("answers", [*SERVICES, *ADOPTIONS], ids=named)

# `${{` is GitHub's own, and `{{` stands in a Python f-string for one brace.
JINJA = re.compile(rb"\{%|\{#|%\}|#\}|(?<!\$)\{\{|\.jinja")
ILLEGAL_ON_WINDOWS = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ](/|$)')
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@every_render
def test_nothing_of_jinja_is_left(rendered: Rendered, answers: dict[str, str]) -> None:
    folder = rendered(**answers)
    description = answers.get("description", "\0").encode()
    as_json = description.replace(b"\\", b"\\\\").replace(b'"', b'\\"')

    def leftovers(content: bytes) -> list[bytes]:
        return JINJA.findall(content.replace(description, b"").replace(as_json, b""))

    # The plugin is copied as it is, and two braces are Python's in an f-string.
    rendered_files = {path: text for path, text in template.files(folder).items() if "tests/harness/" not in path}
    found = {path: leftovers(content) for path, content in rendered_files.items()}

    assert {path: left for path, left in found.items() if left and path != ".copier-answers.yml"} == {}
    assert not [path for path in found if JINJA.search(path.encode())]


def test_one_set_of_answers_gives_the_same_bytes_twice(rendered: Rendered, oneloop: Path, tmp_path: Path) -> None:
    again = template.render(oneloop, tmp_path / "another-name")

    assert template.files(again) == template.files(rendered())


@every_render
def test_paths_are_legal_on_windows(rendered: Rendered, answers: dict[str, str]) -> None:
    paths = list(template.files(rendered(**answers)))

    assert not [path for path in paths if ILLEGAL_ON_WINDOWS.search(path)]
    assert not [path for path in paths if {part.split(".")[0].lower() for part in path.split("/")} & DEVICES]
    assert len({path.lower() for path in paths}) == len(paths)
    assert max(map(len, paths)) <= 120


def test_the_template_itself_can_be_checked_out_on_windows(oneloop: Path) -> None:
    paths = [path for path in template.files(oneloop) if not path.startswith(".git/")]

    assert not [path for path in paths if ILLEGAL_ON_WINDOWS.search(path)]


@every_render
def test_every_line_ends_with_lf_and_the_last_one_too(rendered: Rendered, answers: dict[str, str]) -> None:
    contents = template.files(rendered(**answers))

    assert not [path for path, content in contents.items() if b"\r" in content]
    assert not [path for path, content in contents.items() if content and not content.endswith(b"\n")]
    assert not [path for path, content in contents.items() if content.endswith(b"\n\n")]


@every_service
def test_the_description_arrives_as_it_was_given(rendered: Rendered, answers: dict[str, str]) -> None:
    folder = rendered(**answers)
    expected = answers.get("description", "An async FastAPI service, tested on a real PostgreSQL.")

    assert tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["description"] == expected
    assert expected in (folder / "README.md").read_text("utf-8")


@every_render
def test_yaml_and_toml_can_be_read(rendered: Rendered, answers: dict[str, str]) -> None:
    folder = rendered(**answers)

    for path in template.files(folder):
        text = (folder / path).read_text("utf-8")
        if path.endswith((".yml", ".yaml")):
            assert yaml.safe_load(text)
        if path.endswith(".toml"):
            assert tomllib.loads(text)


def test_with_the_longest_names_it_is_linted_and_formatted(rendered: Rendered) -> None:
    """By the ruff of this repository, and the settings of the service."""
    for command in (["check"], ["format", "--check"]):
        succeed(Path(sys.executable).with_name("ruff"), *command, "--no-cache", cwd=rendered(**ODD))


def test_the_harness_is_the_same_bytes_in_every_render(rendered: Rendered) -> None:
    """The plugin is plain Python, so a fix to it is the same change for all services."""
    renders = [template.files(rendered(**answers)) for answers in SERVICES]
    harness = [{p: c for p, c in r.items() if p.startswith(("tests/harness/", "docs/testing/"))} for r in renders]

    assert harness[0]
    assert all(other == harness[0] for other in harness)


@pytest.mark.parametrize("answers", ADOPTIONS, ids=named)
def test_the_harness_is_the_same_bytes_in_an_adopted_suite(rendered: Rendered, answers: dict[str, str]) -> None:
    """With two rooms that a new service does not need, for existing suites and for SQLite, and with other versions."""
    service = {p: c for p, c in template.files(rendered()).items() if p.startswith(("tests/harness/", "docs/testing/"))}
    tests_dir = answers.get("tests_dir", "tests")
    adopted = {
        p.replace(tests_dir, "tests", 1): c
        for p, c in template.files(rendered(**answers)).items()
        if p.startswith((f"{tests_dir}/harness/", "docs/testing/"))
    }

    assert {p for p in service if service[p] != adopted.get(p)} == {"tests/harness/pyproject.toml"}
    rooms = {p.split("/")[3] for p in adopted.keys() - service.keys()}
    assert rooms == {"adopted", "sqlite"} & {"adopted", answers.get("driver", "").partition("+")[0]}


# What a usual ignore file of a Python project has, those of editors and of other tools too.
IGNORED = """
    __pycache__/ *.py[cod] *$py.class *.so .Python build/ develop-eggs/ dist/ downloads/ eggs/ .eggs/ lib/ lib64/ parts/
    sdist/ var/ wheels/ share/python-wheels/ *.egg-info/ .installed.cfg *.egg MANIFEST *.manifest *.spec pip-log.txt
    pip-delete-this-directory.txt htmlcov/ .tox/ .nox/ .coverage .coverage.* .cache nosetests.xml coverage.xml *.cover
    *,cover *.py,cover .hypothesis/ .pytest_cache/ cover/ *.mo *.pot *.log local_settings.py db.sqlite3 *.sqlite3 *.db
    instance/ .webassets-cache .scrapy docs/_build/ .pybuilder/ target/ .ipynb_checkpoints profile_default/
    ipython_config.py .pdm.toml .pdm-python .pdm-build/ __pypackages__/ celerybeat-schedule celerybeat.pid *.sage.py
    .env .envrc .venv env/ venv/ ENV/ env.bak/ venv.bak/ .spyderproject .spyproject .ropeproject /site .mypy_cache/
    .dmypy.json dmypy.json .pyre/ .pytype/ cython_debug/ .idea/ .vscode/ .ruff_cache/ .pypirc marimo/_static/
    tmp/ temp/ logs/ log/ data/ media/ static/ secrets/ *.pem *.key *.crt *.bak *.swp *.tmp .DS_Store Thumbs.db
    node_modules/ reports/
"""


@pytest.mark.parametrize("answers", [{}, ADOPTED], ids=["service", "adoption"])
def test_no_name_is_one_that_usual_ignore_files_have(
    rendered: Rendered, tmp_path: Path, answers: dict[str, str]
) -> None:
    """Some file systems take `manifest` for `MANIFEST`: a file that git never sees is missing in each other clone."""
    names = "\n".join(template.files(rendered(**answers)))
    (tmp_path / ".gitignore").write_text("\n".join(IGNORED.split()))
    succeed("git", "init", "--quiet", cwd=tmp_path)
    check = ["git", "-c", "core.ignorecase=true", "check-ignore", "--no-index", "--verbose", "--stdin"]

    def hidden(paths: str) -> str:
        return subprocess.run(
            check, cwd=tmp_path, env=clean_environment(), input=paths, capture_output=True, text=True, check=False
        ).stdout

    assert hidden(names) == ""
    assert "MANIFEST" in hidden("tests/harness/manifest/rules.py")


def test_the_templates_own_files_have_no_jinja(oneloop: Path) -> None:
    own = [*(oneloop / "template/{{tests_dir}}/harness").rglob("*"), *(oneloop / "template/docs/testing").rglob("*")]

    assert own
    # The changelog is this repository's, so that there is one; an existing project may have older dependencies.
    assert {path.name for path in own if path.suffix == ".jinja"} == {"CHANGELOG.md.jinja", "pyproject.toml.jinja"}


# Copier leaves a folder's iterator open when a render fails inside it.
@pytest.mark.filterwarnings("ignore:Exception ignored.*<posix.ScandirIterator:pytest.PytestUnraisableExceptionWarning")
def test_a_misspelt_name_is_an_error(oneloop: Path, tmp_path: Path) -> None:
    """An empty string would be written, and nobody would see it."""
    planted = template.snapshot_of(oneloop, tmp_path / "planted")
    (planted / "template/PLANTED.md.jinja").write_text("{{ projekt_name }}\n")
    commit_all(planted, "Plant a misspelt name")

    with pytest.raises(Exception, match="'projekt_name' is undefined"):
        template.render(planted, tmp_path / "service")
    assert not (tmp_path / "service").exists()


class TestTrust:
    def test_is_never_asked_for(self) -> None:
        """A task, a migration or a Jinja extension would ask for it, even on the update that removes it."""
        settings = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))

        assert not {"_tasks", "_migrations", "_jinja_extensions"} & set(settings)

    def test_would_be_refused_by_these_renders(self, oneloop: Path, tmp_path: Path) -> None:
        """The planted bug: with a task in it, the render of these tests fails."""
        planted = template.snapshot_of(oneloop, tmp_path / "planted")
        settings = planted / "copier.yml"
        settings.write_text(settings.read_text("utf-8") + "\n_tasks: ['true']\n", "utf-8")
        commit_all(planted, "Plant a task")

        with pytest.raises(copier.errors.UnsafeTemplateError, match="tasks"):
            template.render(planted, tmp_path / "service")


class TestTheMessage:
    def test_after_a_copy_says_what_to_do_next(
        self, oneloop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        copier.run_copy(str(oneloop), tmp_path / "service", defaults=True, vcs_ref="HEAD", settings=copier.Settings())

        said = capsys.readouterr().err
        assert f"My Service is ready in {tmp_path / 'service'}" in said
        assert "uv run poe test" in said
