"""JSON without secrets: what an API echoes of our credentials must not reach a journal or a chat."""

from collections.abc import Callable

from pydantic import JsonValue


def without_secrets(value: JsonValue, redact: Callable[[str], str]) -> JsonValue:
    """The value with every string in it, keys included, redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [without_secrets(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(key): without_secrets(item, redact) for key, item in value.items()}
    return value
