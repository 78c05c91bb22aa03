"""In every layout the result is valid, all requests are awaited or nothing is changed, and no comment is lost.

The judge is `checker`, which shares no code with the converter.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from oneloop_tools.convert import rewrite
from tests.tools.convert.checker import async_names, comments, offences, requests_of
from tests.tools.convert.snippets import convert
from tests.tools.convert.variations import SAFE, UNSAFE, Variation, files

OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FILE = "test_snippet.py"


def converted(variation: Variation) -> tuple[str, list[str]]:
    """Convert, check that a second conversion changes nothing, and return the text and the report."""
    changed, listed = convert({FILE: variation.text})
    compile(changed[FILE], FILE, "exec")
    assert convert(changed)[0] == changed
    return changed[FILE], listed


@OFTEN
@given(files(SAFE))
def test_what_is_safe_is_converted(variation: Variation) -> None:
    text, listed = converted(variation)

    left = [line for line in listed if ": left: " in line]
    # Passed options may contain `follow_redirects`, and a body in an f-string would need its quotes.
    may_be_left = "**{}" in variation.text or ("json={}" in variation.text and 'f"""' in variation.text)
    assert "test_it" in async_names(text) or (left and may_be_left), text
    assert offences(text, variation.client) == [], text
    assert comments(text) == comments(variation.text), text
    assert requests_of(text) == requests_of(variation.text), text


@OFTEN
@given(files(UNSAFE))
def test_what_is_not_safe_is_left_whole(variation: Variation) -> None:
    assert_left(variation)


@OFTEN
@given(files(SAFE, misuse=True))
def test_a_client_that_is_used_in_another_way_leaves_the_test_whole(variation: Variation) -> None:
    assert_left(variation)


def assert_left(variation: Variation) -> None:
    text, listed = converted(variation)

    bare = [line for line in text.splitlines() if "# TODO: not converted (" not in line]
    assert "\n".join(bare) == variation.text.rstrip("\n"), text
    assert len([line for line in listed if ": left: " in line]) == 1, listed
    assert text.count("# TODO: not converted (") == 1


class TestTheJudge:
    """Each kind of wrong change is noticed."""

    def test_a_request_that_is_not_awaited(self) -> None:
        assert offences("async def test(async_client):\n    async_client.get('/')\n")

    def test_a_request_that_is_awaited_where_it_cannot_be(self) -> None:
        assert offences("def test(async_client):\n    [x async for x in y]\n") == []
        assert offences("async def test(async_client):\n    list(await async_client.get(p) for p in ps)\n")

    def test_a_comment_that_is_lost(self) -> None:
        assert comments("x = 1  # why\n") != comments("x = 1\n")

    def test_the_converter_without_its_await(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A planted bug in the converter."""
        monkeypatch.setattr(rewrite, "awaited", lambda call, **_: call)
        changed, _ = convert({FILE: "def test_it(client):\n    assert client.get('/').status_code == 200\n"})

        assert offences(changed[FILE])
