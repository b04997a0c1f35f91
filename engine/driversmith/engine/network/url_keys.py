"""Keys in URLs: which parameters hold one, and texts with those values taken out."""

import re
from urllib.parse import parse_qsl, urlsplit

from .redaction import REDACTED

_NAMES = frozenset({
    "key", "apikey", "appkey", "appid", "applicationid", "applicationkey", "userkey", "authkey", "devkey", "developerkey",
    "servicekey", "licensekey", "accesskey", "subscriptionkey", "publickey", "privatekey", "sharedkey", "hapikey", "xapikey",
    "token", "jwt", "bearer", "auth", "authorization", "oauth", "secret", "password", "passwd", "passphrase", "pass", "pwd",
    "signature", "sig", "sign", "hmac", "credential", "credentials", "session", "sessionid", "sid", "sas", "sessionkey",
    "wskey", "clientid", "clientsecret", "consumerkey", "consumersecret", "apipass", "apiuser", "pin", "otp", "cookie",
})  # fmt: skip
"""Names of parameters, in lower case without what is no letter or digit."""
_NOT_KEYS = frozenset({
    "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "sortkey", "foreignkey", "primarykey",
})  # fmt: skip
_ENDINGS = (
    "apikey", "appkey", "authkey", "accesskey", "accesskeyid", "secretkey", "subscriptionkey", "token", "secret", "password",
    "passwd", "signature", "credential", "clientsecret", "licensekey", "sessionid",
)  # fmt: skip
_TOKEN_SHAPES = re.compile(
    r"(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|glpat|xox[abposr]|key|pat|shpat|npm|hf|SG|AKIA|ASIA|AIza)[-_.]?[A-Za-z0-9_.-]{16,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*|[0-9a-f]{32,}|[0-9A-F]{32,}"
)
_RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_~+/=.-]{20,}")
_PAIR = re.compile(r"(?P<before>(?:[?&#;]|\\u0026)(?P<name>[\w.%\[\]-]{1,80})=)(?P<value>[^&#;\s\"'<>\\)\]},]+)")
_USER = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{1,20}://)[^/\s@\"'<>]+@")


def keys_in(url: str) -> list[str]:
    """The names of parameters, of the query or behind the `#`, that hold a key; the same for a URL that cannot be parsed."""
    try:
        parts = urlsplit(url)
        texts = (parts.query, parts.fragment)
    except ValueError:
        texts = (url.partition("?")[2],)
    pairs = [pair for text in texts for pair in parse_qsl(text.replace(";", "&"))]
    return list(dict.fromkeys(name for name, value in pairs if _is_key(name, value)))


def mask_urls(text: str) -> str:
    """The text with the keys and passwords of URLs in it redacted, known or not."""
    if "://" in text:
        text = _USER.sub(rf"\g<scheme>{REDACTED}@", text)
    if "=" not in text:
        return text
    return _PAIR.sub(lambda m: m["before"] + (REDACTED if _is_key(m["name"], m["value"]) else m["value"]), text)


def _is_key(name: str, value: str) -> bool:
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    if not value or bare in _NOT_KEYS:
        return False
    if bare in _NAMES or bare.endswith(_ENDINGS):
        return True
    return bool(_TOKEN_SHAPES.fullmatch(value) or _RANDOM.fullmatch(value))
