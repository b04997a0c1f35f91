"""Which parameters are really keys: they belong to the constructor, not to a call."""

import re
from typing import Literal

from ..documents.nodes import Node, text
from ..names import bare

KeyLikeness = Literal["key", "token"]
"""A `token` is what a bearer scheme of the same operation carries already; a `key` is something of its own."""

_KEYS = frozenset({
    "apikey", "xapikey", "apisecret", "appkey", "xappkey", "applicationkey", "xapplicationkey", "developerkey", "devkey",
    "authkey", "xauthkey", "subscriptionkey", "ocpapimsubscriptionkey", "xrapidapikey", "apiaccesskey", "xapiaccesskey",
})  # fmt: skip
_TOKENS = frozenset({
    "authorization", "xauthorization", "accesstoken", "xaccesstoken", "authtoken", "xauthtoken", "apitoken", "xapitoken",
    "privatetoken", "oauthtoken",
})  # fmt: skip
_KEY_ENDINGS = ("apikey", "accesskey", "subscriptionkey", "appsecrettoken", "developerkey")
_TOKEN_ENDINGS = ("accesstoken", "authtoken", "apitoken", "granttoken")
_PERHAPS = frozenset({"token", "xtoken", "key", "xkey", "auth", "appid", "xappid"})
_SPEAKS_OF_KEYS = re.compile(
    r"\b(api|access|auth\w*|developer|subscription|bearer|secret|app|application)[ _-]?(key|token|id)\b|\bauthenticat",
    re.IGNORECASE,
)


def key_likeness(name: str, location: str, node: Node) -> KeyLikeness | None:
    """Whether a header, query or cookie parameter is really a key, and of which sort."""
    word = bare(name)
    if word == "authorization":
        return "token" if location == "header" else None
    if word in _KEYS or (location == "header" and word.endswith(_KEY_ENDINGS)):
        return "key"
    if word in _TOKENS or (location == "header" and word.endswith(_TOKEN_ENDINGS)):
        return "token"
    custom = location == "header" and re.fullmatch(r"x-.*[-_](key|token)", name, re.IGNORECASE)
    if (word in _PERHAPS or custom) and _SPEAKS_OF_KEYS.search(text(node.get("description"))[:1000]):
        return "token" if "token" in word or word == "auth" else "key"
    return None
