"""Secrets disappear by value, wherever they stand."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from driversmith.engine.network.redaction import REDACTED, Redactor, without_secrets

SECRETS = [
    "p@ss w0rd/+=\u00e9\"'&<%41\\x",
    "plain-Token-1234567",
    "abcd efgh ijkl",
    "\U0001f511key\U0001f511key",
    "00000000-1111",
]


def _base64(before: str, after: str, *, url: bool = False) -> Callable[[str], str]:
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    return lambda secret: encode(f"{before}{secret}{after}".encode()).decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": lambda s: json.dumps(s)[1:-1],
    "in JSON as it is": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda s: json.dumps(json.dumps(s))[3:-3],
    "with slashes escaped": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "all escaped for JSON": lambda s: "".join(f"\\u{int.from_bytes(u, 'big'):04X}" for u in _units(s)),
    "in Python": lambda s: repr(s)[1:-1],
    "in ASCII Python": lambda s: ascii(s)[1:-1],
    "in HTML": html.escape,
    "in HTML by numbers": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "in HTML by hexadecimal numbers": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "in a URL": lambda s: quote(s, safe=""),
    "in a path": quote,
    "in a URL in small letters": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "in a form": quote_plus,
    "twice in a URL": lambda s: quote(quote(s, safe=""), safe=""),
    "a form in a URL": lambda s: quote(quote_plus(s)),
    "a URL in JSON": lambda s: json.dumps(quote(s, safe="")).replace("/", "\\/")[1:-1],
    "JSON in a URL": lambda s: quote(json.dumps(s)),
    "in Base64": _base64("", ""),
    "in Base64 of a user": _base64("user:", ""),
    "in Base64 as a user": _base64("", ":password"),
    "within Base64": _base64("xx", "yyy"),
    "in Base64 for URLs": _base64("a", "b", url=True),
    "Base64 in a URL": lambda s: quote(_base64("user:", "")(s), safe=""),
    "Base64 in JSON": lambda s: json.dumps(_base64("??>", "")(s)).replace("/", "\\/"),
    "in hexadecimal digits": lambda s: s.encode().hex(),
}


def _units(text: str) -> list[bytes]:
    encoded = text.encode("utf-16-be")
    return [encoded[at : at + 2] for at in range(0, len(encoded), 2)]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_redacted_however_it_is_spelled(secret: str, spelling: str) -> None:
    text = SPELLINGS[spelling](secret)
    for redact in (Redactor(["other-secret", secret]), Redactor(["other-secret", secret]).sure):
        redacted = redact(f"Before <{text}> and [{text}] after, with 100% and \\n and &amp;.")
        assert redacted.replace(f'"{REDACTED}"', REDACTED).count(REDACTED) == 2, redacted
        assert redacted.startswith("Before <") and redacted.endswith(" after, with 100% and \\n and &amp;.")
        assert text not in redacted


def test_basic_credentials_are_redacted_as_they_go_on_the_wire() -> None:
    pair = base64.b64encode(b"ann:pa55").decode()
    assert Redactor(["ann:pa55"])(f"Authorization: Basic {pair}") == f"Authorization: Basic {REDACTED}"


@pytest.mark.parametrize(
    "text",
    ["An order of orders.", "100%", "\\u12", "&nbsp;&amp;", "%%41", "abcdefgh" * 400, "c" * 9, "\\", "%C3%28", ""],
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert Redactor(SECRETS)(text) == text
    assert Redactor()(text) == text


def test_a_user_name_that_is_a_word_stays_in_what_drivers_are_made_from() -> None:
    redactor = Redactor(["orders", "administrator", "k3y-of-orders"])
    assert redactor("orders") == REDACTED
    value = {"path": "/orders/administrator", "orders": [1, "k3y-of-orders", {"k3y-of-orders": "x k3y%2Dof-orders"}]}
    assert redactor.clean(value) == {
        "path": "/orders/administrator",
        "orders": [1, REDACTED, {REDACTED: f"x {REDACTED}"}],
    }
    bare = {"path": "/orders"}
    assert redactor.clean(bare) is bare


@pytest.mark.parametrize(
    "value", ["application/json", "application/vnd.api+json; v=2", "2024-01-01", "v1.2.3-4", "read_write-all"]
)
def test_what_any_description_may_say_stays_in_what_drivers_are_made_from(value: str) -> None:
    redactor = Redactor([value])
    assert redactor.clean({"media_type": value}) == {"media_type": value}
    assert redactor(f"It is {value}.") == f"It is {REDACTED}."


def test_numbers_that_are_a_secret_go() -> None:
    assert without_secrets([12345678, 1, 1.5, True, None], Redactor(["12345678"])) == [REDACTED, 1, 1.5, True, None]


def test_a_secret_is_redacted_in_every_spelling() -> None:
    redact = Redactor(["s3cret/ key"])
    text = redact("s3cret/ key, ?k=s3cret%2F%20key&l=s3cret%2F+key, Basic czNjcmV0LyBrZXk=")
    assert text == f"{REDACTED}, ?k={REDACTED}&l={REDACTED}, Basic {REDACTED}"


def test_a_redactor_learns_and_ignores_what_is_too_short_to_be_a_secret() -> None:
    redact = Redactor(["abc"])
    assert redact("abc defg") == "abc defg"
    redact.learn(["defg"])
    assert redact("abc defg") == f"abc {REDACTED}"


@pytest.mark.parametrize("spelling", ["as it is", "in a URL", "in JSON", "in Base64 of a user"])
def test_a_secret_that_was_cut_is_redacted_as_far_as_it_goes(spelling: str) -> None:
    text = SPELLINGS[spelling]("s3cret-Value-0123456789")
    redacted = Redactor(["s3cret-Value-0123456789"])(f"refused: {text[:-6]}...")
    assert redacted == f"refused: {REDACTED}..."
