"""What was found, and where; and the errors that end an adoption before anything is written."""

from dataclasses import dataclass, field

from oneloop_tools.errors import ToolsError


class AdoptionError(ToolsError):
    """The project cannot be adopted. Nothing was written."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}\nNothing was written.")


class NotFoundError(AdoptionError):
    """An answer that nothing in the project gives."""

    def __init__(self, what: str, option: str, example: str) -> None:
        super().__init__(f"{what} was not found. Name it:\n    --{option} {example}")


@dataclass(frozen=True)
class Finding:
    """`where` is the file and the line that show it, and why it was chosen."""

    value: str
    where: str = ""


@dataclass
class Findings:
    """The answers to Copier's questions, and what else the adoption needs to know."""

    app: Finding
    session_dependency: Finding
    metadata: Finding
    migrations: Finding
    database_url: Finding
    url_variables: dict[str, list[str]]  # by the part of the URL; the whole URL has the name "url"
    driver: Finding
    tests: Finding
    settings: Finding
    manager: Finding
    client: Finding
    has_server_variable: bool = False  # the project uses TEST_DATABASE_URL for something else
    is_host_checked: bool = False  # the app accepts some hosts only
    written_urls: list[str] = field(default_factory=list)  # that the code has, and no variable

    def rows(self) -> list[tuple[str, Finding]]:
        return [
            ("app", self.app),
            ("session dependency", self.session_dependency),
            ("metadata", self.metadata),
            ("migrations", self.migrations),
            ("database URL", self.database_url),
            ("driver", self.driver),
            ("tests", self.tests),
            ("pytest settings", self.settings),
            ("package manager", self.manager),
            ("client", self.client),
        ]

    def answers(self, tests_dir: str) -> dict[str, str]:
        """Return the answers to the questions of copier.yml."""
        # The seam gives the whole URL to one variable. Where the app reads parts, that is one it does not read.
        variable, *_ = self.url_variables.get("url") or ["DATABASE_URL"]
        return {
            "kind": "harness",
            "app": self.app.value,
            "session_dependency": self.session_dependency.value,
            "metadata": self.metadata.value,
            "migrations": self.migrations.value,
            "database_url_variable": variable,
            "driver": self.driver.value,
            "tests_dir": tests_dir,
        }
