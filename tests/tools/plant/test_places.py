"""Where a bug can be planted. Each kind has a sample; its site in a new service is planted in test_new_service.py."""

from pathlib import Path
from typing import NamedTuple

import pytest

from oneloop_tools.plant import places
from oneloop_tools.plant.errors import NothingToPlantError
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.kinds import KINDS
from oneloop_tools.plant.source import Source, UnknownSyntaxError, compiles

FILE = Path(__file__).parent / "samples.txt"
BY_NAME = {kind.name: kind for kind in KINDS}


class Sample(NamedTuple):
    kind: str
    code: str
    planted: str


def read_samples() -> list[Sample]:
    samples = []
    for part in FILE.read_text("utf-8").split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        code, _, planted = rest.partition("--- ")
        samples.append(Sample(name, code, planted.strip()))
    return samples


def planted_in(kind: str, code: str) -> list[str]:
    source = Source("app/sample.py", code.encode())
    edits = BY_NAME[kind].find(source, Index.of([source]))
    return [source.planted(edit).decode() for edit in edits if edit is not None]


@pytest.mark.parametrize("sample", read_samples(), ids=lambda sample: f"{sample.kind}: {sample.code.splitlines()[-1]}")
def test_kind_plants_its_sample(sample: Sample) -> None:
    planted = planted_in(sample.kind, sample.code)

    lines = [line.strip() for text in planted for line in text.splitlines() if line not in sample.code.splitlines()]
    assert sample.planted in lines
    assert all(compiles(text.encode()) for text in planted)


def test_every_kind_has_a_sample() -> None:
    assert {sample.kind for sample in read_samples()} == set(BY_NAME)
    assert len(BY_NAME) == len(KINDS) >= 25


TWICE = """
def add(name):
    if exists(name):
        raise Taken(name)
    try:
        insert(name)
    except IntegrityError:
        raise Taken(name)
"""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param("commit-dropped", "async with begin():\n    pass\n", id="of nothing"),
        pytest.param("flush-dropped", "sys.stdout.flush()\n", id="of a file"),
        pytest.param("commit-after-answer", "def f(): ...\nD = Depends(f, scope='function')\n", id="no generator"),
        pytest.param(
            "transaction-split", "async def f(session):\n    session.add(a)\n    await session.flush()\n", id="a flush"
        ),
        pytest.param(
            "constraint-dropped", "class A(Base):\n    b: Mapped[int] = mapped_column(nullable=False)\n", id="typed"
        ),
        pytest.param("constraint-dropped", "Column('id', primary_key=True, nullable=False)\n", id="a key"),
        pytest.param("timeout-dropped", "timeout: float = Field(5.0, timeout=1)\n", id="a field"),
        pytest.param("timeout-dropped", "create_engine(url, pool_timeout=30.0)\n", id="the default time"),
        pytest.param("check-dropped", TWICE, id="the database refuses it as well"),
        pytest.param("error-unhandled", "try:\n    f()\nexcept ImportError:\n    pass\n", id="an import"),
        pytest.param("pool-unbounded", "create_engine(url, max_overflow=10)\n", id="the default"),
        pytest.param(
            "token-claim-optional",
            'jwt.decode(t, k, audience="a", options={"require": ["aud"]})\n',
            id="an audience that is given",
        ),
        pytest.param("password-unchecked", "await queue.verify(a, b)\n", id="awaited"),
        pytest.param("backfill-dropped", "def upgrade():\n    op.execute('UPDATE a')\n", id="no migration"),
    ],
)
def test_no_bug_is_planted_where_nothing_changes(kind: str, code: str) -> None:
    assert planted_in(kind, code) == []


def write(root: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    return [f"{name}.py" for name in files]


def test_syntax_that_is_not_known_is_left_out_and_reported(tmp_path: Path) -> None:
    files = write(
        tmp_path, good="app.add_middleware(A)\n", newer="type A[B = int] = t'{x}'\nmatch = lambda: (yield =\n"
    )

    found = places.find_places(tmp_path, [], [], files)

    assert found.files == ["good.py"]
    assert [each.partition(":")[0] for each in found.left_out] == ["newer.py is left out"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"# coding: nothing\n", b"(" * 3])
def test_file_that_cannot_be_read_is_one_sentence(content: bytes) -> None:
    with pytest.raises(UnknownSyntaxError, match=r"^a\.py is left out: "):
        Source("a.py", content)


def test_code_without_a_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingToPlantError, match="1 files were read"):
        places.find_places(tmp_path, [], [], write(tmp_path, empty="A = 1\n"))


def test_file_in_which_nothing_is_planted_is_known(tmp_path: Path) -> None:
    """The database does what the migrations say, so a foreign key of a model is no place."""
    migration = "down_revision = None\ndef upgrade():\n    op.drop_table('a')\n"
    made = "made = mapped_column(DateTime(timezone=True), server_default=now())\n"
    model = f"key = ForeignKey('a.id', ondelete='CASCADE')\nlines = relationship('Line', cascade='all')\n{made}"
    files = write(tmp_path, models=model, migration=migration)

    found = places.find_places(tmp_path, ["models.py"], ["cascade-changed", "zone-dropped"], files)

    assert [(bug.path, bug.line) for bug in found.bugs] == [("models.py", 2)]


def test_id_stays_when_lines_move(tmp_path: Path) -> None:
    """A baseline names bugs by kind, file and function."""
    code = "async def f():\n    await session.commit()\n"
    before = places.find_places(tmp_path, [], ["commit-dropped"], write(tmp_path, a=code)).bugs
    after = places.find_places(tmp_path, [], ["commit-dropped"], write(tmp_path, a=f"# a comment\n\n{code}")).bugs

    assert [bug.id for bug in before] == [bug.id for bug in after] == ["commit-dropped a.py f 1"]
    assert (before[0].line, after[0].line) == (2, 4)


@pytest.mark.parametrize(
    ("path", "is_code"),
    [
        ("src/app/main.py", True),
        ("migrations/versions/0001.py", True),
        ("migrations/env.py", False),
        ("app/tests/test_a.py", False),
        ("conftest.py", False),
    ],
)
def test_tests_are_no_code(tmp_path: Path, path: str, is_code: bool) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("app.add_middleware(A)\n")
    (tmp_path / "other.py").write_text("app.add_middleware(A)\n")

    found = places.find_places(tmp_path, [], [], [path, "other.py"])

    assert (path in found.files) == is_code
