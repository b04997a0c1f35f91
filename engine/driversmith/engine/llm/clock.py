"""Time as the waiting parts see it, so that tests can move it."""

from collections.abc import Awaitable, Callable

Clock = Callable[[], float]
"""Seconds from some start; never goes back."""
Sleep = Callable[[float], Awaitable[None]]
"""Waits for some seconds of a Clock."""
