"""Keys that somebody typed into a URL: they belong in no fact."""

import re
from collections.abc import Collection
from urllib.parse import unquote_plus, urlsplit, urlunsplit

_SECRET = re.compile(
    r"(.*[_-])?(key|apikey|token|secret|appid|app_?id|auth|sig|signature|passw(or)?d|pwd|credential|session(id)?|jwt|sas)([_-].*)?\Z",
    re.IGNORECASE,
)


def secret_parameters(url: str) -> list[str]:
    """The names of query parameters that carry a key, in order."""
    names = [unquote_plus(pair.partition("=")[0]) for pair in urlsplit(url).query.split("&") if "=" in pair]
    return list(dict.fromkeys(name for name in names if _SECRET.match(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))))


def without_parameters(url: str, names: Collection[str]) -> str:
    """The URL without these query parameters."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in names]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))
