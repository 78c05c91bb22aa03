"""Six questions. A good answer is stored, a wrong one is refused in a sentence, before anything is written."""

import shutil
from pathlib import Path

import copier
import pytest
import yaml

from tests.support.answers import ADOPTED_ODD, CHOICES, ODD
from tests.support.environment import ROOT

QUESTIONS = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
ASKED = ("project_name", "package_name", "description", "kind", "python_min", "ci")


@pytest.fixture(scope="session")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The questions, with the answers file as the only file to write: a whole render takes ten times as long."""
    folder = tmp_path_factory.mktemp("asking")
    shutil.copy(ROOT / "copier.yml", folder)
    (folder / "template").mkdir()
    shutil.copy(ROOT / "template/{{_copier_conf.answers_file}}.jinja", folder / "template")
    return folder


def ask(asking: Path, destination: Path, answers: dict[str, str]) -> None:
    settings = copier.Settings()
    copier.run_copy(str(asking), destination, data=answers, defaults=True, quiet=True, settings=settings)


def stored_answers(asking: Path, destination: Path, **data: str) -> dict[str, str]:
    """Answer the questions and return what is stored."""
    ask(asking, destination, data)
    stored = yaml.safe_load((destination / ".copier-answers.yml").read_text("utf-8"))
    return {name: value for name, value in stored.items() if not name.startswith("_")}


def refusal(asking: Path, destination: Path, **data: str) -> str:
    """Return the sentence that refuses these answers, having seen that nothing was written."""
    with pytest.raises(ValueError, match=r"Validation error|Invalid choice") as refused:
        ask(asking, destination, data)

    assert not destination.exists()
    return str(refused.value)


class TestTheQuestions:
    def test_are_these_and_no_others(self, asking: Path, tmp_path: Path) -> None:
        """Six answers are asked for and stored; features are settings of the service, not questions."""
        assert tuple(stored_answers(asking, tmp_path)) == tuple(sorted(ASKED))

    @pytest.mark.parametrize("name", ASKED)
    def test_explain_themselves_in_one_sentence(self, name: str) -> None:
        question = QUESTIONS[name]

        assert question["help"].count(".") == 1
        assert question["help"].endswith(".")
        assert "default" in question
        assert "validator" in question or "choices" in question

    def test_have_defaults_that_render(self, asking: Path, tmp_path: Path) -> None:
        assert stored_answers(asking, tmp_path) == {
            "project_name": "My Service",
            "package_name": "my_service",
            "description": "An async FastAPI service, tested on a real PostgreSQL.",
            "kind": "service",
            "python_min": "3.11",
            "ci": "github",
        }

    def test_store_an_odd_answer_as_it_was_given(self, asking: Path, tmp_path: Path) -> None:
        assert stored_answers(asking, tmp_path, **ODD) == {**ODD, "kind": "service"}

    @pytest.mark.parametrize(
        ("kind", "name", "choice"),
        [(kind, name, choice) for kind in CHOICES for name in CHOICES[kind] for choice in CHOICES[kind][name]],
    )
    def test_take_every_choice(self, asking: Path, tmp_path: Path, kind: str, name: str, choice: str) -> None:
        assert stored_answers(asking, tmp_path, **{"kind": kind, name: choice})[name] == choice

    def test_offer_no_choice_that_these_tests_do_not_know(self) -> None:
        def values(choices: list[str] | dict[str, str]) -> list[str]:
            return list(choices.values() if isinstance(choices, dict) else choices)

        offered = {name: values(QUESTIONS[name]["choices"]) for name in QUESTIONS if "choices" in QUESTIONS[name]}

        assert offered == {**CHOICES["service"], **CHOICES["harness"]}


class TestThePackageName:
    @pytest.mark.parametrize(
        ("project_name", "package_name"),
        [
            ("Order Desk", "order_desk"),
            ("Email", "email_service"),
            ("Test", "test_service"),
            ("FastAPI", "fastapi_service"),
            ("Redis Service", "redis_service"),
            ("Class", "class_service"),
            ("Src", "src_service"),
            ("Con", "con_service"),
            ("A.B-C_D  E", "a_b_c_d_e"),
            ("Zahlen 2", "zahlen_2"),
            ("é123", "service"),
            ("日本語", "service"),
            ("X" * 40, "x" * 30),
            ("Aaaaaaaaaaaaaaaaaaaaaaaaaaaaa Bbbbbbb", "a" * 29),
        ],
        ids=lambda value: value[:14],
    )
    def test_is_derived_and_valid(self, asking: Path, tmp_path: Path, project_name: str, package_name: str) -> None:
        assert stored_answers(asking, tmp_path, project_name=project_name)["package_name"] == package_name


ASKED_TO_ADOPT = (
    *("app", "database_url_variable", "driver", "kind", "metadata", "migrations", "session_dependency", "tests_dir"),
)


class TestTheQuestionsOfAnAdoption:
    """Into an existing project: where its app, its session, its tables and its tests are."""

    def test_are_these_and_no_others(self, asking: Path, tmp_path: Path) -> None:
        assert tuple(stored_answers(asking, tmp_path, kind="harness")) == ASKED_TO_ADOPT

    @pytest.mark.parametrize("name", ASKED_TO_ADOPT)
    def test_explain_themselves_in_one_sentence(self, name: str) -> None:
        question = QUESTIONS[name]

        assert question["help"].endswith(".")
        assert "default" in question
        assert "validator" in question or "choices" in question

    def test_guess_from_the_first_answer(self, asking: Path, tmp_path: Path) -> None:
        stored = stored_answers(asking, tmp_path, kind="harness", app="shop.api.app:create_app")

        assert stored == {
            "app": "shop.api.app:create_app",
            "database_url_variable": "DATABASE_URL",
            "driver": "postgresql+asyncpg",
            "kind": "harness",
            "metadata": "shop.db:Base.metadata",
            "migrations": "alembic.ini",
            "session_dependency": "shop.db:get_db",
            "tests_dir": "tests",
        }

    def test_store_an_odd_answer_as_it_was_given(self, asking: Path, tmp_path: Path) -> None:
        assert stored_answers(asking, tmp_path, **ADOPTED_ODD) == ADOPTED_ODD

    @pytest.mark.parametrize(
        ("name", "answer", "sentence"),
        [
            ("app", "app.main", "Write the module, a colon and the name in it, for example: app.main:app"),
            ("app", "app/main.py:app", "Write the module, a colon and the name in it, for example: app.main:app"),
            ("session_dependency", "get_db", "for example: app.db:get_db"),
            ("metadata", "Base.metadata", "for example: app.db:Base.metadata"),
            ("migrations", "alembic", "Write a path that ends in .ini"),
            ("migrations", "/etc/alembic.ini", "Write a path that ends in .ini"),
            ("database_url_variable", "DATABASE URL", "Write the name of one variable, for example: DATABASE_URL"),
            ("driver", "asyncpg", "'asyncpg' is not in ['postgresql+asyncpg'"),
            ("tests_dir", "test", "Write a path of at most three folders, the last of them called tests"),
            ("tests_dir", "../tests", "Write a path of at most three folders, the last of them called tests"),
            ("tests_dir", "tests/", "Write a path of at most three folders, the last of them called tests"),
        ],
    )
    def test_refuse_with_what_to_type_instead(
        self, asking: Path, tmp_path: Path, name: str, answer: str, sentence: str
    ) -> None:
        assert sentence in refusal(asking, tmp_path / "project", kind="harness", **{name: answer})


NAME = "Start with a letter and go on with letters, digits, spaces, dots, hyphens or underscores"
PACKAGE = "Use lower-case letters, digits and single underscores, with a letter first"
LINE = "Use one line of visible characters, with no space at either end."


class TestAWrongAnswer:
    @pytest.mark.parametrize(
        "name",
        ["", " ", "!!!", "...", "9 Lives", "_x", "Two\nlines", "Bell\a", "\u200bHidden", "🚀 Rocket", 'A "B"', "It's",
         "End\n", "Trailing ", " Leading", "A/B", "A\\B", "{{ 7 }}", "A: B", "<b>", "$HOME"],
    )  # fmt: skip
    def test_absurd_project_name(self, asking: Path, tmp_path: Path, name: str) -> None:
        assert NAME in refusal(asking, tmp_path / "service", project_name=name)

    @pytest.mark.parametrize(
        "name", ["", "Orders", "order-desk", "order desk", "2go", "_x", "x_", "a__b", "é", "a.b", "a\n", "{{ x }}"]
    )
    def test_package_name_that_is_no_lower_case_identifier(self, asking: Path, tmp_path: Path, name: str) -> None:
        assert PACKAGE in refusal(asking, tmp_path / "service", package_name=name)

    @pytest.mark.parametrize(
        "name",
        ["class", "match", "email", "test", "tests", "src", "migrations", "conftest", "docs", "fastapi", "sqlalchemy",
         "starlette", "pyjwt", "con", "null", "postgres"],
    )  # fmt: skip
    def test_package_name_that_is_taken(self, asking: Path, tmp_path: Path, name: str) -> None:
        sentence = refusal(asking, tmp_path / "service", package_name=name)

        assert f"{name} is taken by Python, by a dependency or by a folder of the service" in sentence
        assert f"choose another name, for example: {name}_service" in sentence

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"project_name": "A" * 41}, "Use at most 40 characters; this name has 41."),
            ({"package_name": "a" * 31}, "Use at most 30 characters; this name has 31."),
            ({"description": "A" * 121}, "Use at most 120 characters; this description has 121."),
            ({"description": ""}, "Say in one sentence what the service does, for example: Takes orders"),
            ({"description": "  "}, "Say in one sentence what the service does, for example: Takes orders"),
            ({"description": "Two\nlines."}, LINE),
            ({"description": "Bell\a."}, LINE),
            ({"description": "Ends.\n"}, LINE),
            ({"description": "Hidden\u200b."}, LINE),
            ({"kind": "library"}, "Invalid choice for 'kind': 'library' is not in ['service', 'harness']"),
            ({"python_min": "3.10"}, "'3.10' is not in ['3.11', '3.12', '3.13', '3.14', '3.15']"),
            ({"ci": "jenkins"}, "'jenkins' is not in ['github', 'gitlab', 'none']"),
        ],
    )
    def test_says_what_to_type_instead(self, asking: Path, tmp_path: Path, data: dict[str, str], sentence: str) -> None:
        assert sentence in refusal(asking, tmp_path / "service", **data)
