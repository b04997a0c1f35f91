"""Who may call, and the constructor arguments that follow."""

from typing import Any

import pytest

OK = {"responses": {"200": {"description": "ok"}}}
KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
QUERY_KEY = {"type": "apiKey", "in": "query", "name": "key"}
BASIC = {"type": "http", "scheme": "Basic"}
BEARER = {"type": "http", "scheme": "bearer"}
OAUTH = {
    "type": "oauth2",
    "flows": {"authorizationCode": {"authorizationUrl": "https://a", "tokenUrl": "https://t", "scopes": {}}},
}
CLIENT = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "r", "write": "w"}}},
}


def studied(study: Any, schemes: Any, security: Any = None, **paths: Any) -> Any:
    document = {
        "components": {"securitySchemes": schemes},
        "paths": {f"/{k}": {"get": {**v, **OK}} for k, v in paths.items()},
    }
    if security is not None:
        document["security"] = security
    return study(document)


@pytest.mark.parametrize(
    ("scheme", "kind", "location", "parameter", "prefix", "arguments"),
    [
        (KEY, "api_key", "header", "X-API-Key", "", ["api_key"]),
        (QUERY_KEY, "api_key", "query", "key", "", ["api_key"]),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, "api_key", "cookie", "sid", "", ["api_key"]),
        (BASIC, "basic", "header", "Authorization", "Basic ", ["username", "password"]),
        (BEARER, "bearer", "header", "Authorization", "Bearer ", ["token"]),
        (OAUTH, "bearer", "header", "Authorization", "Bearer ", ["token"]),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://x"}, "bearer", "header", "Authorization", "Bearer ", ["token"]),
        (CLIENT, "oauth2_client_credentials", "header", "Authorization", "Bearer ", ["client_id", "client_secret"]),
        ({"type": "http", "scheme": "Token"}, "api_key", "header", "Authorization", "Token ", ["api_key"]),
        (
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Authorization: Bearer <key>`"},
            "api_key", "header", "Authorization", "Bearer ", ["api_key"],
        ),
        (
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Authorization: SSWS {key}"},
            "api_key", "header", "Authorization", "SSWS ", ["api_key"],
        ),
        (
            {"type": "apiKey", "in": "header", "name": "authorization", "description": "HTTP basic authentication"},
            "basic", "header", "Authorization", "Basic ", ["username", "password"],
        ),
        ({"type": "apiKey", "in": "header", "name": "Authorization"}, "api_key", "header", "Authorization", "", ["api_key"]),
    ],
)  # fmt: skip
def test_a_scheme_is_read(
    study: Any, *, scheme: Any, kind: str, location: str, parameter: str, prefix: str, arguments: list[str]
) -> None:
    profile = studied(study, {"it": scheme}, [{"it": []}], a={})
    (auth,) = profile.auth
    assert (auth.kind, auth.location, auth.parameter, auth.prefix) == (kind, location, parameter, prefix)
    assert [credential.argument for credential in auth.credentials] == arguments
    assert [credential.env for credential in auth.credentials] == [f"TEST_{argument.upper()}" for argument in arguments]
    assert all(credential.required for credential in auth.credentials)
    assert profile.operations["get_a"].security == (("it",),)


def test_client_credentials_know_token_url_and_scopes(study: Any) -> None:
    (auth,) = studied(study, {"it": CLIENT}, [{"it": []}], a={}).auth
    assert auth.token_url == "/token"
    assert auth.scopes == ("read", "write")


def test_swagger_2_spells_schemes_its_own_way(study: Any) -> None:
    definitions = {
        "b": {"type": "basic"},
        "o": {"type": "oauth2", "flow": "application", "tokenUrl": "https://t/x", "scopes": {}},
    }
    document = {
        "swagger": "2.0",
        "securityDefinitions": definitions,
        "security": [{"b": []}, {"o": []}],
        "paths": {"/a": {"get": OK}},
    }
    assert [auth.kind for auth in study(document).auth] == ["basic", "oauth2_client_credentials"]


def test_several_keys_are_called_like_their_schemes(study: Any) -> None:
    schemes = {
        "app-id": KEY,
        "class": QUERY_KEY,
        "timeout": {"type": "apiKey", "in": "cookie", "name": "t"},
        "basic": BASIC,
    }
    profile = studied(study, schemes, [{name: [] for name in schemes}], a={})
    assert [c.argument for auth in profile.auth for c in auth.credentials] == [
        "app_id", "class_", "timeout_2", "username", "password",
    ]  # fmt: skip


def test_schemes_that_look_the_same_on_the_wire_are_one_credential(study: Any) -> None:
    profile = studied(study, {"pat": BEARER, "oauth": OAUTH}, [{"pat": []}, {"oauth": []}], a={})
    assert [auth.name for auth in profile.auth] == ["pat"]
    assert profile.operations["get_a"].security == (("pat",),)
    assert "same on the wire" in profile.warnings[0]


def test_alternatives_and_combinations_are_kept(study: Any) -> None:
    profile = studied(
        study,
        {"key": KEY, "basic": BASIC},
        [{"key": [], "basic": []}],
        a={},
        b={"security": [{"key": []}, {}]},
        c={"security": []},
        d={"security": "nonsense"},
    )
    assert {name: operation.security for name, operation in profile.operations.items()} == {
        "get_a": (("key", "basic"),),
        "get_b": (("key",), ()),
        "get_c": (),
        "get_d": (),
    }
    assert not any(credential.required for auth in profile.auth for credential in auth.credentials)


def test_schemes_without_any_requirement_are_offered_everywhere(study: Any) -> None:
    profile = studied(study, {"key": KEY, "basic": BASIC}, None, a={}, b={"security": []})
    assert profile.operations["get_a"].security == (("key",), ("basic",), ())
    assert profile.operations["get_b"].security == ()


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "digest"},
        {"type": "mutualTLS"},
        {"type": "apiKey", "in": "body"},
        {"type": []},
        "x",
        {"$ref": "#/no"},
    ],
)
def test_what_a_driver_cannot_speak_is_left_out_with_a_warning(study: Any, scheme: Any) -> None:
    profile = studied(
        study,
        {"odd": scheme, "key": KEY},
        None,
        a={"security": [{"odd": []}, {"key": []}]},
        b={"security": [{"odd": []}]},
    )
    assert [auth.name for auth in profile.auth] == ["key"]
    assert profile.operations["get_a"].security == (("key",),)
    assert profile.operations["get_b"].security == ((),)
    assert any("'odd'" in warning for warning in profile.warnings)


def test_an_undefined_scheme_is_noted(study: Any) -> None:
    profile = studied(study, {}, [{"ghost": []}], a={})
    assert profile.auth == ()
    assert "not defined" in profile.warnings[0]


@pytest.mark.parametrize(
    ("parameter", "argument", "security"),
    [
        ({"name": "X-API-Key", "in": "header", "required": True}, "api_key", (("X-API-Key",),)),
        ({"name": "api_key", "in": "query"}, "api_key", (("api_key",), ())),
        ({"name": "X-ListenAPI-Key", "in": "header", "required": True}, "api_key", (("X-ListenAPI-Key",),)),
        ({"name": "access_token", "in": "query", "required": True}, "api_key", (("access_token",),)),
        (
            {"name": "Authorization", "in": "header", "required": True, "description": "Bearer token"},
            "token",
            (("Authorization",),),
        ),
        (
            {"name": "token", "in": "query", "required": True, "description": "Authentication token."},
            "api_key",
            (("token",),),
        ),
    ],
)
def test_a_parameter_that_is_really_a_key_is_a_credential(
    study: Any, parameter: Any, argument: str, security: Any
) -> None:
    profile = studied(study, {}, None, a={"parameters": [parameter, {"name": "q", "in": "query"}]})
    operation = profile.operations["get_a"]
    assert [p.name for p in operation.parameters] == ["q"]
    assert operation.security == security
    assert [c.argument for auth in profile.auth for c in auth.credentials] == [argument]
    assert "credential" in (profile.auth[0].evidence.rule or "")


@pytest.mark.parametrize("name", ["page_token", "Idempotency-Key", "key", "token", "keyword", "X-Request-Id"])
def test_a_parameter_that_only_sounds_like_a_key_stays(study: Any, name: str) -> None:
    profile = studied(
        study, {}, None, a={"parameters": [{"name": name, "in": "header", "description": "Of the resource."}]}
    )
    assert [p.name for p in profile.operations["get_a"].parameters] == [name]


def test_a_key_parameter_that_a_scheme_carries_already_is_dropped(study: Any) -> None:
    twice = {"name": "x-api-key", "in": "header", "required": True}
    own = {"name": "sid", "in": "query", "required": True}
    schemes = {"mine": KEY, "session": {"type": "apiKey", "in": "query", "name": "sid"}}
    profile = studied(
        study, schemes, [{"mine": []}], a={"parameters": [twice]}, b={"parameters": [own], "security": []}
    )
    assert profile.operations["get_a"].parameters == profile.operations["get_b"].parameters == ()
    assert profile.operations["get_a"].security == (("mine",),)
    assert profile.operations["get_b"].security == (("session",),)


def test_a_token_parameter_beside_a_bearer_scheme_is_the_same_secret(study: Any) -> None:
    token = {"name": "token", "in": "query", "required": True, "description": "Authentication token."}
    profile = studied(study, {"oauth": OAUTH}, [{"oauth": []}], a={"parameters": [token]})
    assert profile.operations["get_a"].security == (("oauth",),)
    assert [auth.name for auth in profile.auth] == ["oauth"]


def test_a_key_parameter_beside_another_scheme_goes_with_it(study: Any) -> None:
    key = {"name": "X-API-Key", "in": "header"}
    schemes = {"oauth": OAUTH}
    needed = studied(study, schemes, [{"oauth": []}], a={"parameters": [{**key, "required": True}]})
    optional = studied(study, schemes, [{"oauth": []}], a={"parameters": [key]})
    assert needed.operations["get_a"].security == (("oauth", "X-API-Key"),)
    assert optional.operations["get_a"].security == (("oauth", "X-API-Key"), ("oauth",), ("X-API-Key",))
