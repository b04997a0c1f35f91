"""How the conformance suites of ports (`journal/conformance`, `sandbox/conformance`) say what they expect.

Functions, and no `assert`: the suites also run on people's machines, under `python -O` as well, and what they find is
read as a sentence. Each takes first what is looked at ("the status of a new session").
"""

import math
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar, cast

import anyio

from .errors import UnmetError

LONG = 300.0
"""Seconds. What a check waits for comes before, on the busiest machine; whoever runs it may allow less."""
MAX_SHOWN = 300

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=Exception)


def by_name(*checks: Callable[P, Awaitable[None]]) -> dict[str, Callable[P, Awaitable[None]]]:
    """The checks under their names, which say what is promised."""
    return {check.__name__: check for check in checks}


def variants(
    check: Callable[..., Awaitable[None]], cases: Mapping[str, Mapping[str, Any]]
) -> dict[str, Callable[..., Awaitable[None]]]:
    """One check several times, under its name and what is special about the case: `name[case]`."""
    return {f"{check.__name__}[{case}]": partial(check, **arguments) for case, arguments in cases.items()}


class Caught(Generic[E]):
    """The error that came, once it has."""

    error: E


def expect(met: bool, sentence: str) -> None:
    """Raises UnmetError with the sentence, which tells what was expected and received, unless it is met."""
    if not met:
        raise UnmetError(sentence)


def expect_equal(what: str, received: object, expected: object) -> None:
    """Raises UnmetError where both differ."""
    expect(received == expected, f"{what}: expected {shown(expected)}, received {shown(received)}.")


def expect_close(what: str, received: float | None, expected: float) -> None:
    """Raises UnmetError where the number is none, or differs by more than rounding."""
    near = received is not None and math.isclose(received, expected, rel_tol=1e-6)
    expect(near, f"{what}: expected about {expected:g}, received {shown(received)}.")


def expect_some(what: str, received: T | None) -> T:
    """The value; raises UnmetError where there is none."""
    if received is None:
        raise UnmetError(f"{what}: expected one, received none.")
    return received


def expect_type(what: str, received: object, kind: type[T]) -> T:
    """The value; raises UnmetError where it is of another kind."""
    if not isinstance(received, kind):
        raise UnmetError(f"{what}: expected a value of type {kind.__name__}, received {shown(received)}.")
    return received


def expect_object(what: str, received: object) -> dict[str, Any]:
    """The JSON object; raises UnmetError where it is something else."""
    return cast("dict[str, Any]", expect_type(what, received, dict))


@contextmanager
def expect_error(what: str, kind: type[E], *, saying: str = "") -> Generator[Caught[E]]:
    """Raises UnmetError unless the block ends with an error of this kind whose text holds `saying`."""
    caught: Caught[E] = Caught()
    wanted = f"{kind.__name__} that says {saying!r}" if saying else kind.__name__
    try:
        yield caught
    except UnmetError:
        raise
    except Exception as error:  # edge: an error of another kind is what the sentence is about
        if not isinstance(error, kind) or saying not in str(error):
            raise UnmetError(
                f"{what}: expected {wanted}, received {type(error).__name__}: {cut(str(error))}"
            ) from error
        caught.error = error
    else:
        raise UnmetError(f"{what}: expected {wanted}, received no error.")


@contextmanager
def expect_soon(what: str) -> Generator[None]:
    """Raises UnmetError where the block is not done after LONG."""
    with anyio.move_on_after(LONG) as scope:
        yield
    expect(not scope.cancelled_caught, f"{what}: expected within {LONG:g} s, and had not come by then.")


def shown(value: object) -> str:
    """A value as a sentence quotes it."""
    return cut(repr(value))


def cut(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
