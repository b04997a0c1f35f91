"""Taking secrets out of text by their values, whatever sentence, URL or traceback they stand in, and however it spells them.

A value is found as it is, as JSON, Python, HTML or a URL escape it (once or again, wholly or in part), and in Base64 (either
alphabet, at any place in what was encoded: Basic credentials are one case) or in hexadecimal digits.
"""

import base64
import html
import json
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import takewhile
from urllib.parse import unquote_to_bytes

from pydantic import JsonValue

REDACTED = "[redacted]"
_SHORTEST = 4
_SHORTEST_INSIDE = 8
"""Characters of an encoded form below which it could be found by chance."""
_HEAD = 10
_ENCODED_HEAD = 14
"""Characters of the beginning of a long secret, as it is or encoded, that give it away."""
_LAYERS = 3
"""How often a text is decoded, one escape inside the other."""
_ESCAPED = re.compile(  # it begins with a set of characters, which is what makes looking for it fast
    r"[%\\&](?:"
    r"(?<=%)(?P<percent>[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*)"
    r"|(?<=\\)(?P<utf16>u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*)"
    r"|(?<=\\)x(?P<byte>[0-9A-Fa-f]{2})"
    r"|(?<=\\)U(?P<code>00[01][0-9A-Fa-f]{5})"
    r"|(?<=\\)(?P<quoted>[\\/\"'])"
    r"|(?<=&)(?P<html>(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)"
    r")"
)
_ENCODED_RUN = re.compile(r"[\w+/=-]*")
_WORDS = re.compile(r"[^\W\d_]+([_-][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]*")

_COMMON = re.compile(r"[a-z]+/[a-z0-9.+*-]+(;\s*[a-z]+=[\w.-]+)*|v?[0-9.:-]{1,11}|\d{4}-\d\d-\d\d\S{0,16}")

_Span = tuple[int, int]


class Redactor:
    """Replaces known secret values; learns more while it is in use."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._plain = frozenset[str]()
        self._encoded = frozenset[str]()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Redact these values too; shorter than 4 characters is no secret."""
        new = {secret for secret in secrets if len(secret) >= _SHORTEST} - self._plain
        if new:
            decoded = {form for secret in new for form in _decodings(secret) if len(form) >= _SHORTEST}
            self._plain |= new | decoded | {form.replace(" ", "+") for form in decoded}
            self._encoded |= {form for secret in new for form in _encoded(secret)}

    def __call__(self, text: str) -> str:
        """The text without any known secret."""
        return _without(text, self._spans(text, self._plain, _LAYERS)) if self._plain else text

    def sure(self, text: str) -> str:
        """The text without the secrets that cannot be a word of it by chance: for what drivers are made from, where a user name
        such as `orders` may be the name of a path as well."""
        sure = {secret for secret in self._plain if not _may_be_a_word(secret)}
        return _without(text, self._spans(text, sure, _LAYERS)) if sure else text

    def clean(self, value: JsonValue) -> JsonValue:
        """The value with every string in it, keys included, as `sure` has it; the value itself where it holds no secret."""
        if not self._plain:
            return value
        as_text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return value if self.sure(as_text) == as_text else without_secrets(value, self.sure)

    def _spans(self, text: str, plain: Iterable[str], layers: int) -> list[_Span]:
        """Where secrets stand in the text, as they are or within escapes."""
        if len(text) < _SHORTEST:
            return []
        found = [span for secret in plain for span in _places(text, secret, _HEAD)]
        found += [_whole(text, span) for form in self._encoded for span in _places(text, form, _ENCODED_HEAD)]
        if layers and _ESCAPED.search(text):
            decoded = _Decoded(text)
            found += [decoded.original(span) for span in self._spans(decoded.text, plain, layers - 1)]
        return found


def without_secrets(value: JsonValue, redact: Callable[[str], str]) -> JsonValue:
    """The value with every string in it, keys included, redacted, and numbers that are a secret."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [without_secrets(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(key): without_secrets(item, redact) for key, item in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool) and redact(str(value)) == REDACTED:
        return REDACTED
    return value


class _Decoded:
    """A text with its escapes undone, once, and the way back to where they stood."""

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        self._starts, self._originals = [0], [0]
        """Where pieces begin, in the decoded and in the original text: in turn as it was, and an escape."""
        length = done = 0
        for match in _ESCAPED.finditer(text):
            plain, escape = text[done : match.start()], _undone(match)
            parts += [plain, escape]
            for piece, original in ((plain, match.start()), (escape, match.end())):
                length += len(piece)
                self._starts.append(length)
                self._originals.append(original)
            done = match.end()
        self.text = "".join([*parts, text[done:]])

    def original(self, span: _Span) -> _Span:
        """Where a piece of the decoded text stood; an escape is taken whole."""
        return self._back(span[0]), self._back(span[1] - 1, end=True)

    def _back(self, place: int, *, end: bool = False) -> int:
        piece = bisect_right(self._starts, place) - 1
        if piece % 2:  # an escape
            return self._originals[piece + 1] if end else self._originals[piece]
        return self._originals[piece] + place - self._starts[piece] + end


def _decodings(secret: str) -> set[str]:
    """A secret as it stands in a decoded text: what looks like an escape in it was taken for one."""
    found = {secret}
    for _ in range(_LAYERS):
        secret = _Decoded(secret).text
        found.add(secret)
    return found


def _undone(match: re.Match[str]) -> str:  # noqa: PLR0911 - one case a kind of escape
    match match.lastgroup:
        case "percent":
            content = unquote_to_bytes(match[0])
            try:
                return content.decode()
            except UnicodeDecodeError:
                return content.decode("latin-1")
        case "utf16":
            units = bytes.fromhex("".join(re.findall("[0-9A-Fa-f]{4}", match[0])))
            return units.decode("utf-16-be", "surrogatepass")
        case "byte":
            return chr(int(match["byte"], 16))
        case "code":
            code = int(match["code"], 16)
            return chr(code) if code <= sys.maxunicode else match[0]
        case "quoted":
            return match["quoted"]
        case _:
            return html.unescape(match[0])


def _places(text: str, form: str, head: int) -> list[_Span]:
    """Where a form stands; of a long one also its beginning alone, for whoever cut the text does not know what it cuts."""
    begin = form[:head] if len(form) > head and not _LETTERS.fullmatch(form[:head]) else form
    found: list[_Span] = []
    start = text.find(begin)
    while start >= 0:
        pairs = zip(text[start : start + len(form)], form, strict=False)
        end = start + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        found.append((start, end))
        start = text.find(begin, end)
    return found


def _whole(text: str, span: _Span) -> _Span:
    """What was encoded together with a secret goes with it."""
    start, end = span
    while start and _ENCODED_RUN.fullmatch(text[start - 1]):
        start -= 1
    after = _ENCODED_RUN.match(text, end)
    return start, after.end() if after else end


def _without(text: str, spans: list[_Span]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        if start >= done:
            parts += [text[done:start], REDACTED]
        done = end
    return "".join([*parts, text[done:]]) if parts else text


def _encoded(secret: str) -> set[str]:
    """What of a secret's Base64 and hexadecimal forms is the same whatever stands before and after it."""
    content = secret.encode("utf-8", "surrogatepass")
    found = {content.hex(), content.hex().upper()}
    for before in range(3):
        text = base64.b64encode(bytes(before) + content).decode()
        core = text[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    whole = base64.b64encode(content).decode().rstrip("=")
    return {form for form in found if len(form) >= _SHORTEST_INSIDE} | {whole}


def _may_be_a_word(secret: str) -> bool:
    """Whether a value could stand in a description by chance: a word, a media type, a number, a version or a date."""
    return (
        len(secret) < 8
        or (len(secret) < 20 and _WORDS.fullmatch(secret) is not None)
        or bool(_COMMON.fullmatch(secret))
    )
