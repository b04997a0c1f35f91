"""Query parameters of resource URIs: always text on the wire."""

from collections.abc import Iterable
from typing import TypeVar, cast

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

MOST = 200
T = TypeVar("T", bound=str)


def limit_of(text: str | None) -> int:
    """A page size, 50 where the URI does not say one.

    Raises:
        MCPError: it is not a whole number from 1 to 200.
    """
    if text is None:
        return 50
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise MCPError(INVALID_PARAMS, f"limit must be a whole number from 1 to {MOST}; you gave {text[:80]!r}.")
    return int(text)


def one_of(name: str, text: str | None, choices: Iterable[T]) -> T | None:
    """One of some words, or None where the URI does not have the parameter.

    Raises:
        MCPError: it is another word.
    """
    choices = tuple(choices)
    if text is not None and text not in choices:
        raise MCPError(INVALID_PARAMS, f"{name} must be one of {', '.join(choices)}; you gave {text[:80]!r}.")
    return cast(T | None, text)
