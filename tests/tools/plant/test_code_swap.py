"""A bug in a function is planted into the process that has imported it; any other needs another import."""

import gc
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from oneloop_tools.plant.code_swap import Functions, NotInPlaceError

MODULE = "shop_with_functions"
CODE = """\
import contextlib

LIMIT = 1


def limit(of=1):
    return LIMIT if of else 0


def counter(start):
    def count():
        return start + 1
    return count


@contextlib.contextmanager
def opened():
    yield 1


class Order:
    size = 1
    is_open = True

    @property
    def price(self):
        return [each * 2 for each in (1, 2)]

    async def send(self):
        await self.save()
        return 1


made = counter(1)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / f"{MODULE}.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module(MODULE)
    del sys.modules[MODULE]
    gc.unfreeze()


def plant(shop: ModuleType, before: str, after: str) -> None:
    file = Path(str(shop.__file__))
    assert CODE.count(before) == 1
    for function, code in Functions(file.parent).find(file, CODE.encode(), CODE.replace(before, after).encode()):
        function.__code__ = code


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        pytest.param("return LIMIT if of", "return 5 if of", "limit()", id="a function"),
        pytest.param("return start + 1", "return start + 4", "made()", id="a function that another has made"),
        pytest.param("return start + 1", "return start + 4", "counter(1)()", id="one that another makes"),
        pytest.param("return [each * 2 for each in (1, 2)]", "return 5", "Order().price", id="a comprehension less"),
        pytest.param("each * 2", "each * 3 and 5", "Order().price[0]", id="in a comprehension"),
        pytest.param("yield 1", "yield 5", "opened().__enter__()", id="behind a decorator"),
    ],
)
def test_function_gets_its_new_code(shop: ModuleType, before: str, after: str, changed: str) -> None:
    plant(shop, before, after)

    assert eval(changed, vars(shop)) == 5  # noqa: S307  our own text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("LIMIT = 1", "LIMIT = 2", id="of the module"),
        pytest.param("is_open = True", "is_open = 1", id="1 for True"),
        pytest.param("size = 1", "size = 2", id="of a class"),
        pytest.param("of=1", "of=2", id="a default"),
        pytest.param("limit(of=1)", "limit()", id="a parameter"),
        pytest.param("    @property\n", "", id="a decorator"),
        pytest.param("yield 1", "return 1", id="no generator any more"),
        pytest.param("def count():\n        return start", "def other():\n        return start", id="a closure of old"),
    ],
)
def test_other_changes_need_another_import(shop: ModuleType, before: str, after: str) -> None:
    with pytest.raises(NotInPlaceError):
        plant(shop, before, after)


def test_functions_stay_if_other_lines_move(shop: ModuleType) -> None:
    plant(shop, "        await self.save()\n", "        self.save()  # no await\n\n")

    assert shop.limit() == 1
    assert shop.made() == 2
