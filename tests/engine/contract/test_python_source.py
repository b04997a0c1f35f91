"""Parsing from several threads at once."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from driversmith.engine.contract import python_source
from driversmith.engine.contract.python_source import parse_expression, parse_module

NESTED = "x = " + "[" * 60 + "1" + "]" * 60 + "\n"
SOURCE = (NESTED + "def f():\n    return {'a': [1, {'b': (2, 3, [4, {'c': 6}])}]}\n") * 200


class Garbage:
    """Needs the collector, and runs Python code when collected: that is where threads change."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


@pytest.fixture
def eager_collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.freeze()  # it need not look again and again at what other tests hold
    gc.set_threshold(50, 2, 2)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_threads_that_parse_at_once_do_not_disturb_each_other(eager_collector: None) -> None:
    faults: list[BaseException] = []

    def parse_often() -> None:
        for _ in range(5):
            for _ in range(100):
                Garbage()
            try:
                parse_module(SOURCE)
            except BaseException as fault:
                faults.append(fault)

    threads = [threading.Thread(target=parse_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_an_expression_is_parsed_as_one() -> None:
    assert parse_expression("1 + 1").body is not None


def test_nothing_else_in_the_engine_parses_source_by_itself() -> None:
    engine = Path(python_source.__file__).parent.parent
    allowed = {"contract/python_source.py", "models/base.py"}  # the latter reads its own classes, at one time
    parsing = {
        path.relative_to(engine).as_posix()
        for path in engine.rglob("*.py")
        if "ast.parse(" in path.read_text(encoding="utf-8")
    }
    assert parsing == allowed
