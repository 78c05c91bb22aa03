"""Variations of tests by Hypothesis: names, layout, comments, nesting, decorators, order."""

from dataclasses import dataclass

from hypothesis import strategies as st

NAMES = st.sampled_from(["client", "test_client", "c", "api", "http"])
COMMENTS = st.sampled_from(["", "  # why", "  # client.get is not meant", "  # TODO: later"])
LINES = st.sampled_from(["", "\n", "    # A line of its own.\n", "\n    # client.post('/') in words\n"])
PATHS = st.sampled_from(['"/health"', "'/items/%d' % 1", 'path := "/health"', '"/" + "health"'])
ARGUMENTS = st.sampled_from(
    ["", ', params={"x": 1}', ', headers={"A": "b"},', ", timeout=3", ",\n        json={},\n    ", ", **{}"]
)
VERBS = st.sampled_from(["get", "post", "put", "patch", "delete", "head", "options"])
MARKS = st.sampled_from(
    ["", "@pytest.mark.slow\n", '@pytest.mark.parametrize("n", [1, 2])  # twice\n', "@pytest.mark.asyncio\n"]
)

# Each has one place for a request. Safe ones have to be converted, unsafe ones leave the whole test.
SAFE = st.sampled_from(
    [
        "    response = {}\n    assert response.status_code == 200\n",
        "    assert {}.status_code == 200\n",
        "    assert ({}).json() == {{}}\n",
        "    found = [{} for _ in range(2)]\n    assert found\n",
        "    found = sorted({}.status_code for _ in range(2))\n    assert found\n",
        "    if ({}).status_code == 200:\n        assert True\n    else:\n        assert False\n",
        "    for _ in range(2):\n        response = {}\n        assert response\n",
        "    while ({}).status_code == 200:\n        break\n    assert True\n",
        "    def inner(x):\n        return {}\n    assert inner(1)\n",
        "    assert dict(a={})['a']\n",
        '    assert f"""{{({}).text}}"""\n',
        "    assert not {}.json()\n",
        "    try:\n        response = {}\n    finally:\n        print()\n    assert response\n",
        "    assert (lambda answer: answer)({})\n",
        "    first, second = {}, 1\n    assert first, second\n",
        "    assert all({}.status_code == 200 for _ in range(2))\n",
        "    with open('x') as file:\n        response = {}\n        assert response\n",
    ]
)
UNSAFE = st.sampled_from(
    [
        "    call = lambda: {}\n    assert call()\n",
        "    with pytest.raises(ValueError):\n        {}\n",
        "    with something():\n        assert {}\n",
        "    try:\n        response = {}\n    except ValueError:\n        response = None\n    assert response\n",
        "    answers = ({} for _ in range(2))\n    assert answers\n",
        "    assert any({}.status_code == 200 for _ in range(2))\n",
        "    def inner():\n        yield {}\n    assert list(inner())\n",
        "    def inner():\n        return {}\n    assert list(map(inner, []))\n",
        "    class Inner:\n        answer = {}\n    assert Inner\n",
        "    def inner(x={}):\n        return x\n    assert inner()\n",
        "    {}\n",
        '    assert f"""{{{}=}}"""\n',
    ]
)
# Uses of the client itself that leave the whole test.
MISUSES = st.sampled_from(
    [
        "    other[0] = {}\n",
        "    first, *rest = {}, 1\n",
        "    print({})\n",
        "    clients = [{}]\n",
        "    {}.stream('GET', '/')\n",
        "    with {}.websocket_connect('/'):\n        pass\n",
        "    get = {}.get\n",
        "    assert {} is not None\n",
        "    def inner():\n        return {}\n",
        "    getattr({}, 'get')('/')\n",
        "    {}.unknown()\n",
        "    from functools import partial\n    partial({}.get, '/')\n",
        "    assert 'http://testserver' or {}\n",
    ]
)
REBINDINGS = st.sampled_from(["    {} = None\n", "    del {}\n", "    for {} in ():\n        pass\n"])


@dataclass(frozen=True)
class Variation:
    """A file with one test, and the name that its client has."""

    text: str
    client: str

    def __str__(self) -> str:
        return self.text


@st.composite
def files(draw: st.DrawFn, bodies: st.SearchStrategy[str], *, misuse: bool = False) -> Variation:
    """Draw a file with a test whose client comes from a fixture, the top of the file, or the test itself."""
    name = draw(NAMES)
    where = draw(st.sampled_from(["fixture", "module", "local", "entered"]))
    request = f"{name}.{draw(VERBS)}({draw(PATHS)}{draw(ARGUMENTS)})"
    body = draw(LINES) + draw(bodies).format(request)
    if misuse:
        before = draw(st.booleans())
        # A name that is bound in the test is not the client at the top of the file.
        wrong = draw(MISUSES if where == "module" else MISUSES | REBINDINGS).format(name)
        body = wrong + body if before else body + wrong
    others = draw(st.permutations(["tmp_path", "monkeypatch", "caplog"]))[: draw(st.integers(0, 2))]
    mark = draw(MARKS)
    if "parametrize" in mark:
        others = [*others, "n"]
    return Variation(_file(where, name, body, heading=(mark, others), comment=draw(COMMENTS)), name)


def _file(where: str, name: str, body: str, *, heading: tuple[str, list[str]], comment: str) -> str:
    mark, others = heading
    imports = "import pytest\nfrom fastapi.testclient import TestClient\n\nfrom app.main import app\n\n"
    head = ""
    if where == "fixture":
        head = f"@pytest.fixture\ndef {name}():\n    with TestClient(app) as made:\n        yield made\n\n\n"
        others = [*others[:1], name, *others[1:]]
    elif where == "module":
        head = f"{name} = TestClient(app){comment}\n\n\n"
    elif where == "local":
        body = f"    {name} = TestClient(app){comment}\n{body}"
    else:
        inner = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
        body = f"    with TestClient(app) as {name}:{comment}\n{inner}"
    return f"{imports}{head}{mark}def test_it({', '.join(others)}):{comment}\n{body}"
