"""What the wipe cannot work with, or cannot undo."""

from ..errors import OneloopError


class KeptTablesError(OneloopError):
    """`kept_tables` names a table that the migrations do not make."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The fixture `kept_tables` names {', '.join(names)}, and the migrations make no such "
            "table. Name it as the database does, with its schema or without."
        )


class SchemaChangedError(OneloopError):
    """A test changed the database in a way that no wipe undoes, and did not ask for its own."""

    def __init__(self, test: str, found: list[str]) -> None:
        lines = "\n".join(f"  - {line}" for line in found)
        super().__init__(
            f"{test} changed the database that all tests of this process share:\n{lines}\n"
            "It was replaced, and the next test starts clean. Mark the test with "
            "@pytest.mark.own_database. See docs/testing/isolation.md."
        )
