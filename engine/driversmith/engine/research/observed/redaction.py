"""Secrets in requests that somebody recorded or wrote down: their values are dropped, their places kept."""

import base64
import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

from ..documents.nodes import is_list, is_object

_NAMED = re.compile(
    r"(.*[_-])?(api_?key|key|apikey|(access|auth|id|refresh|bearer|session|user|client)?_?token|jwt|"
    r"(client|app|shared)?_?secret|app_?id|auth|authorization|sig|signature|pass(word|wd|phrase)?|pwd|pin|otp|"
    r"credentials?|(j|php)?sess(ion)?(_?id)?|sid|sas|code_verifier)([_-].*)?\Z",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"(.*[_-])?(((page|next|prev|previous|continuation|sync|cursor|start|sort|order|group|last|exclusive_start|after|before|"
    r"idempotency|partition|primary|foreign|public|sec_websocket|max|min|total|count|websocket)_(token|key|keys|pin|sid|tokens))|"
    r"x?[cs]srf(_.*)?|xsrf(_.*)?|author|key_?words?)\Z",
    re.IGNORECASE,
)
_IN_PROSE = re.compile(
    r"\b(?:(?:Bearer|Basic|Token)\s+[\w+/=.~-]{8,}|eyJ[\w-]{6,}\.[\w-]*\.?[\w-]*|(?:sk|pk|ghp|gho|xox[abp]|AKIA|AIza)[\w-]{10,})|"
    r"(?<![\w/-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}(?![\w/-])"
)
"""What looks like a credential wherever it stands."""
_LABELLED = re.compile(
    r"((?:password|passwd|passphrase|secret|token|api[ _-]?key|credentials?)[`'\"]*\s*(?:is|[:=])\s*[`'\"]*)(?![{<$])[^\s`'\",;]+",
    re.IGNORECASE,
)
_ALSO_IDENTIFIERS = frozenset({"key", "pin", "auth", "signature", "sid"})
"""Members of bodies that are more often something else: short values of them are kept."""
_SHORTEST = 4
REDACTED = "(left out)"


def is_secret_name(name: str) -> bool:
    """Whether a header, cookie, parameter or member of this name carries a secret."""
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip().strip("$:@")).replace("-", "_").replace(".", "_")
    return bool(_NAMED.match(spelled)) and not _NO_SECRET.match(spelled)


class Secrets:
    """Values that must appear nowhere, as they are met; what is made in the end is looked through for them."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def drop(self, value: object) -> None:
        """Remember a value: as it is spelled, decoded, and the part after a scheme's word."""
        if not isinstance(value, str) or len(value) > 10_000:
            return
        for spelled in {value, unquote(value), value.partition(" ")[2], unquote(value.partition(" ")[2])}:
            if len(spelled.strip()) >= _SHORTEST and "{{" not in spelled:
                self._values.add(spelled.strip())
        if value[:6].lower() == "basic ":
            with suppress(ValueError):
                for part in base64.b64decode(value[6:]).decode("utf-8", "replace").split(":"):
                    if len(part) >= _SHORTEST:
                        self._values.add(part)

    def drop_members(self, body: Any, depth: int = 0) -> None:
        """Remember every value of a body whose name says that it is secret."""
        if depth > 12:
            return
        if is_object(body):
            for name, value in body.items():
                if is_secret_name(str(name)) and not (str(name).lower() in _ALSO_IDENTIFIERS and _is_short(value)):
                    self.drop(value)
                self.drop_members(value, depth + 1)
        elif is_list(body):
            for item in body[:1000]:
                self.drop_members(item, depth + 1)

    def holds(self, value: str) -> bool:
        """Whether a value is one of them."""
        return value in self._values or unquote(value) in self._values

    def scrubbed(self, node: Any) -> Any:
        """The same without any of the values, wherever they stand in its texts and keys."""
        values = {spelled for value in self._values for spelled in (value, quote(value, safe=""))}
        if not values:
            return node
        long = sorted((value for value in values if len(value) > 7), key=len, reverse=True)[:5_000]
        pattern = re.compile("|".join(map(re.escape, long))) if long else None
        return _scrubbed(node, values, pattern)


def without_credentials(prose: str) -> str:
    """A text for people without what looks like a credential in it."""
    return _LABELLED.sub(rf"\1{REDACTED}", _IN_PROSE.sub(REDACTED, prose))


def _is_short(value: object) -> bool:
    return not isinstance(value, str) or len(value) < 12


def _scrubbed(node: Any, values: set[str], pattern: "re.Pattern[str] | None") -> Any:
    if isinstance(node, str):
        return pattern.sub(REDACTED, node) if pattern else node
    if is_list(node):
        return [_scrubbed(item, values, pattern) for item in node]
    if is_object(node):
        return {
            (pattern.sub("x", key) if pattern else key): _scrubbed(value, values, pattern)
            for key, value in node.items()
        }
    return node
