"""An asynchronous driver that is used as its synchronous twin is: what one must do, the other must do, too."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, Self


class Blocking:
    """Runs each coroutine to its end, and asynchronous iterators item by item."""

    runner: asyncio.Runner
    asynchronous: Any
    """The class of the driver."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._driver = self.asynchronous(*given, **named)

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        made = object.__new__(cls)
        made._driver = cls.asynchronous.from_env(**overrides)
        return made

    def __enter__(self) -> Self:
        self.runner.run(self._driver.__aenter__())
        return self

    def __exit__(self, *exception: object) -> None:
        self.runner.run(self._driver.__aexit__(*exception))

    @property
    def _http(self) -> Any:
        return SimpleNamespace(send=self._blocking(self._driver._http.send))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        return self._blocking(found) if callable(found) else found

    def _blocking(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            answer = method(*given, **named)
            if inspect.isasyncgen(answer):
                return self._items(answer)
            return self.runner.run(answer) if inspect.iscoroutine(answer) else answer

        return call

    def _items(self, found: AsyncIterator[Any]) -> Iterator[Any]:
        async def following() -> Any:
            return await anext(found, None)

        while (item := self.runner.run(following())) is not None:
            yield item


def blocking(asynchronous: Any, runner: asyncio.Runner) -> type[Blocking]:
    """A class to be used as that of the synchronous driver."""
    return type("BlockingDriver", (Blocking,), {"asynchronous": asynchronous, "runner": runner})
