"""Security schemes of a description as AuthSchemes, without their credentials."""

import re
from typing import Literal

from ...models.profile import AuthKind, AuthScheme, Evidence
from ..documents.nodes import Node, mapping, one_line, text
from ..documents.references import Document, Place, join

_LOCATIONS: dict[str, Literal["header", "query", "cookie"]] = {"header": "header", "query": "query", "cookie": "cookie"}
_PREFIX = re.compile(r"Authorization\W{1,4}([A-Za-z][\w-]{1,20}) +[`'\"]?[<{\[$]")
_TOKEN_PREFIX = re.compile(r"\b(Token|ApiKey|Api-Key|Key) +[<{\[]")
_NEEDS_MORE = {
    "digest",
    "hoba",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
    "hmac",
}
"""HTTP schemes whose header is worked out anew for each request; part of no driver."""
_FIRST_CHOICE = ("clientCredentials", "application")


def security_schemes(document: Document) -> dict[str, AuthScheme | None]:
    """Every scheme that the description defines, by name; None for one that a driver cannot speak."""
    if document.is_swagger2:
        home, pointer = mapping(document.root.get("securityDefinitions")), "#/securityDefinitions"
    else:
        home, pointer = (
            mapping(mapping(document.root.get("components")).get("securitySchemes")),
            "#/components/securitySchemes",
        )
    schemes: dict[str, AuthScheme | None] = {}
    for name, node in list(home.items())[:40]:
        place = document.resolve(node, join(pointer, name))
        schemes[name] = _scheme(name, place.node, Evidence(pointer=place.pointer)) if place else None
        if schemes[name] is None:
            kind = " ".join(text(mapping(node).get(key))[:40] for key in ("type", "scheme")).strip()
            document.notes.add(
                f"The security scheme {name[:80]!r} ({kind or 'unknown'}) is not supported; requests go out without it."
            )
    return schemes


def key_scheme(
    name: str, wire_name: str, location: Literal["header", "query", "cookie"], place: Place, words: str
) -> AuthScheme:
    """The scheme for a parameter that is really a key."""
    evidence = Evidence(pointer=place.pointer, rule="a parameter that carries a key is a credential, not an argument")
    if location == "header" and wire_name.lower() == "authorization":
        scheme = _authorization(name, place.node, evidence, words)
        return scheme.model_copy(update={"kind": "bearer"}) if scheme.prefix == "Bearer " else scheme
    return AuthScheme(
        name=name,
        kind="api_key",
        location=location,
        parameter=wire_name,
        description=one_line(place.node.get("description"), 200),
        evidence=evidence,
    )


def _scheme(name: str, node: Node, evidence: Evidence) -> AuthScheme | None:
    kind = text(node.get("type")).lower()
    description = one_line(node.get("description"), 200)
    if kind == "apikey":
        return _api_key(name, node, description, evidence)
    if kind == "oauth2":
        return _oauth2(name, node, description, evidence)
    if kind == "openidconnect":
        return _bearer(name, description, evidence, "tokens come from the OpenID provider")
    if kind in ("http", "basic"):
        return _http(name, text(node.get("scheme")).strip() if kind == "http" else kind, description, evidence)
    return None


def _api_key(name: str, node: Node, description: str, evidence: Evidence) -> AuthScheme | None:
    location = _LOCATIONS.get(text(node.get("in")).lower())
    wire_name = text(node.get("name")).strip()
    if location is None or not is_wire_name(wire_name, location):
        return None
    if location == "header" and wire_name.lower() == "authorization":
        return _authorization(name, node, evidence)
    return AuthScheme(
        name=name, kind="api_key", location=location, parameter=wire_name, description=description, evidence=evidence
    )


def _authorization(name: str, node: Node, evidence: Evidence, words: str = "") -> AuthScheme:
    """A key in the Authorization header: which words stand before it is often only in the description."""
    schema = mapping(node.get("schema"))
    said = (text(place.get(key))[:2000] for place in (node, schema) for key in ("description", "example", "default"))
    words = " ".join((name, words, *said))
    description = one_line(node.get("description"), 200)
    kind: AuthKind = "api_key"
    prefix = ""
    if re.search(r"bearer", words, re.IGNORECASE):
        prefix = "Bearer "
    elif match := _PREFIX.search(words) or _TOKEN_PREFIX.search(words):
        prefix = match.group(1) + " "
    elif re.search(r"\bbasic\b", words, re.IGNORECASE):
        kind, prefix = "basic", "Basic "
    if prefix:
        rule = f"its description speaks of {prefix.strip()}"
        evidence = evidence.model_copy(update={"rule": f"{evidence.rule}; {rule}" if evidence.rule else rule})
    return AuthScheme(name=name, kind=kind, prefix=prefix, description=description, evidence=evidence)


def _http(name: str, scheme: str, description: str, evidence: Evidence) -> AuthScheme | None:
    if scheme.lower() == "basic":
        return AuthScheme(name=name, kind="basic", prefix="Basic ", description=description, evidence=evidence)
    if scheme.lower() == "bearer":
        return _bearer(name, description, evidence, None)
    if scheme.lower() in _NEEDS_MORE or not re.fullmatch(r"[A-Za-z][\w-]{0,40}", scheme):
        return None
    rule = f"the value follows the word {scheme}"
    evidence = evidence.model_copy(update={"rule": rule})
    return AuthScheme(name=name, kind="api_key", prefix=f"{scheme} ", description=description, evidence=evidence)


def _oauth2(name: str, node: Node, description: str, evidence: Evidence) -> AuthScheme:
    flows = mapping(node.get("flows")) or {text(node.get("flow")): node}
    for flow_name in _FIRST_CHOICE:
        flow = mapping(flows.get(flow_name))
        token_url = text(flow.get("tokenUrl")).strip()
        if token_url and len(token_url) <= 1000 and not re.search(r"[\x00-\x20\x7f]", token_url):
            return AuthScheme(
                name=name,
                kind="oauth2_client_credentials",
                prefix="Bearer ",
                token_url=token_url,
                scopes=tuple(str(scope)[:200] for scope in list(mapping(flow.get("scopes")))[:50]),
                description=description,
                evidence=evidence,
            )
    grant = next((flow for flow in flows if flow), "unknown")
    return _bearer(name, description, evidence, f"the token comes from the OAuth2 flow {grant[:40]}")


def _bearer(name: str, description: str, evidence: Evidence, rule: str | None) -> AuthScheme:
    return AuthScheme(
        name=name,
        kind="bearer",
        prefix="Bearer ",
        description=description,
        evidence=evidence.model_copy(update={"rule": rule}) if rule else evidence,
    )


def is_wire_name(name: str, location: str) -> bool:
    """Whether a name can stand on the wire there: header and cookie names are tokens, others anything printable."""
    if location in ("header", "cookie"):
        return bool(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}", name)) or (
            location == "cookie" and bool(re.fullmatch(r"[\x21\x23-\x2b\x2d-\x3a\x3c\x3e-\x7e]{1,200}", name))
        )
    return 0 < len(name) <= 500
