"""Taking secrets out of text by their values, whatever sentence, URL or traceback they stand in."""

import base64
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from pydantic import JsonValue

REDACTED = "[redacted]"
_SHORTEST = 4


class Redactor:
    """Replaces known secret values; learns more while it is in use."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Redact these values too, also as they stand in URLs and in Basic credentials; shorter than 4 characters is no secret."""
        forms = set(self._forms)
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                encoded = base64.b64encode(secret.encode()).decode()
                forms |= {secret, quote(secret, safe=""), quote_plus(secret), encoded, repr(secret)[1:-1]}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any known secret."""
        for form in self._forms:
            text = text.replace(form, REDACTED)
        return text


def without_secrets(value: JsonValue, redact: Callable[[str], str]) -> JsonValue:
    """The value with every string in it, keys included, redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [without_secrets(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(key): without_secrets(item, redact) for key, item in value.items()}
    return value
