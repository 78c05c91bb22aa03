"""What it takes to convert a suite of 2,000 tests, in 100 files, from the command to the last file written.

    uv run python tests/benchmarks/convert.py [TESTS] [ROUNDS]

The goal is 10 s. In turn with it, LibCST reads and writes the same files and changes nothing. It prints both times and
what was converted, and asserts nothing.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import report, timed  # noqa: E402  a script finds the package by the line above

TESTS = 2000
ROUNDS = 3
LEAST = """
import libcst, pathlib
for file in pathlib.Path("tests").glob("*.py"):
    file.write_text(libcst.parse_module(file.read_text()).code)
"""
IN_A_FILE = 20
COMMAND = (sys.executable, "-m", "oneloop_tools", "convert", ".", "tests", "--write")

HELPERS = '''"""What the tests share."""


def login(client, email, password):
    response = client.post("/api/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


def create(client, token, **values):
    return client.post("/api/documents", json=values, headers={"Authorization": f"Bearer {token}"}).json()
'''
CONFTEST = """import pytest
from fastapi.testclient import TestClient

from app.main import app
from tests.helpers import login


@pytest.fixture
def client():
    with TestClient(app) as c:
        yield c


@pytest.fixture
def token(client, test_users):
    return login(client, test_users["admin"]["user"].email, test_users["admin"]["password"])
"""
HEAD = '''"""Tests of one part."""

import pytest

from tests.helpers import create, login

'''
# Five tests: a helper, a fixture, parameters, a class, and one that is left.
FIVE = '''
def test_reads_{n}(client, test_users):
    # The editor signs in.
    token = login(client, test_users["editor"]["user"].email, test_users["editor"]["password"])
    response = client.get("/api/documents", headers={{"Authorization": f"Bearer {{token}}"}})

    assert response.status_code == 200
    assert {{item["title"] for item in response.json()["items"]}} == set()


@pytest.mark.parametrize("limit", [0, 101])
def test_limit_{n}(client, token, limit):
    response = client.get("/api/documents", params={{"limit": limit}}, headers={{"Authorization": token}})
    assert response.status_code == 422


class TestCreate{n}:
    """POST /api/documents."""

    def test_answers_201(self, client, token):
        document = create(client, token, title="Test", content="...")
        assert document["title"] == "Test"

    def test_refuses(self, client):
        for body in ({{}}, {{"title": ""}}):
            assert client.post("/api/documents", json=body).status_code == 401


def test_stream_{n}(client):
    with client.stream("GET", "/api/export") as response:
        assert list(response.iter_lines()) == []

'''


def write_suite(folder: Path, tests: int) -> None:
    """Write a suite of about so many tests into `folder`, with the table of a project that has the plugin."""
    (folder / "pyproject.toml").write_text("[tool.oneloop]\n")
    suite = folder / "tests"
    suite.mkdir()
    for name, text in (("__init__", ""), ("helpers", HELPERS), ("conftest", CONFTEST)):
        (suite / f"{name}.py").write_text(text)
    for number in range(-(-tests // IN_A_FILE)):
        text = HEAD + "".join(FIVE.format(n=part) for part in range(IN_A_FILE // 5))
        (suite / f"test_part_{number}.py").write_text(text)


def main() -> None:
    """Measure in turn and print."""
    given = [int(each) for each in sys.argv[1:]]
    tests, rounds = [*given, *(TESTS, ROUNDS)[len(given) :]]
    pairs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_suite(folder, tests)
            least, _ = timed(sys.executable, "-c", LEAST, cwd=folder)
            took, said = timed(*COMMAND, cwd=folder, env={"PYTHONPATH": str(ROOT / "tools/src")})
            pairs.append((took, least))
    summary = next(line for line in said.splitlines() if " converted, " in line)
    print(f"conversion of {tests} tests, quickest of {rounds}: {summary}")
    print(report(pairs, "the whole command", "read and write"))


if __name__ == "__main__":
    main()
