"""What an API refuses, and what it wants instead: parameters, headers, another media type, patience, credentials."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.facts.detectors.case import Case, Given
from driversmith.engine.facts.detectors.credentials import told_by_refusal, told_challenge
from driversmith.engine.facts.detectors.registry import proposals
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile, AuthScheme, Evidence, ParameterProfile

from ...testing.harbour import harbour_profile, parameter

UNIT = parameter("unit", enum=("kg", "lb"))
REGION = parameter("region", enum=("north", "south"))


def profile(*parameters: ParameterProfile, security: tuple[tuple[str, ...], ...] = (), **more: Any) -> ApiProfile:
    """Ships, with these parameters besides."""
    described = harbour_profile()
    ships = described.operations["list_ships"]
    ships = ships.model_copy(update={"parameters": (*ships.parameters, *parameters), "security": security})
    return described.model_copy(update={"operations": {**described.operations, "list_ships": ships}, **more})


def refused(
    status: int, body: Any = None, *parameters: ParameterProfile, headers: dict[str, str] | None = None, **more: Any
) -> list[Correction]:
    """What is proposed for ships; each of it can be applied."""
    given = more.pop("given", None)
    facts = profile(*parameters, **more)
    answers = (Answer("/ships?page=1&per_page=50", status, headers or {}, body),)
    found = proposals(Case(facts, "ships", answers, "refused", given))
    for correction in found:
        apply(facts, correction, known_by="observed")
    return found


@pytest.mark.parametrize(
    "body",
    [
        {"detail": [{"type": "missing", "loc": ["query", "unit"], "msg": "Field required"}]},
        {"unit": ["This field is required."]},
        {"errors": {"Unit": ["The Unit field is required."]}},
    ],
)
def test_what_is_missing_is_sent_with_the_first_value_that_is_described(body: Any):
    found = refused(400, body, UNIT)[0]
    assert found.fact == "/operations/list_ships/parameters/query/unit"
    assert found.value == {"required": True, "enum": ["kg", "lb"], "default": "kg"}


def test_what_chooses_between_records_gets_no_default():
    found = refused(422, {"region": ["This field is required."]}, REGION)[0]
    assert found.value == {"required": True, "enum": ["north", "south"]}


def test_a_described_default_is_sent_once_it_is_required():
    known = parameter("region", default="north")
    assert refused(400, "region is required", known)[0].value == {"required": True, "default": "north"}


def test_a_parameter_of_which_no_value_is_known_is_not_guessed():
    assert refused(400, {"error": "region is required"}) == []


def test_a_header_that_an_error_names_is_sent_with_every_request():
    body = {"error": "The header X-Api-Version is required. Supported versions: 2, 3"}
    assert [(c.fact, c.value) for c in refused(400, body)] == [
        ("/headers/X-Api-Version", "2"),
        ("/headers/X-Api-Version", "3"),
    ]


def test_a_version_without_a_value_is_that_of_the_description():
    body = {"detail": [{"loc": ["header", "X-Api-Version"], "msg": "field required", "type": "missing"}]}
    assert [c.value for c in refused(400, body, version="2.1.0")] == ["2.1.0", "2"]


def test_a_credential_is_no_parameter():
    assert "/parameters/" not in "".join(c.fact for c in refused(400, {"api_key": ["This field is required."]}))


def test_an_error_with_a_good_status_is_one_and_may_ask_for_something():
    found = refused(200, {"success": False, "message": "Missing parameter: unit"}, UNIT)
    assert [c.fact for c in found] == ["/operations/list_ships/parameters/query/unit", "/error_path"]
    assert found[1].value == ["message"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"error": {"code": 4, "message": "no"}}, ["error"]),
        ({"error": "quota exceeded", "data": None}, ["error"]),
        ({"status": "error", "message": "no"}, ["message"]),
        ({"errors": [{"title": "no"}], "data": []}, ["errors"]),
        ({"ok": False, "error_description": "unknown ship"}, ["error_description"]),
    ],
)
def test_an_error_with_a_good_status_is_found_where_it_stands(body: Any, path: list[str]):
    assert [(c.fact, c.value) for c in refused(200, body)] == [("/error_path", path)]


@pytest.mark.parametrize(
    "body",
    [{"data": [{"id": 1}], "error": "one of ten was left out"}, {"error": None}, {"error": False, "message": "ok"}],
)
def test_what_has_records_or_says_that_there_is_no_error_is_none(body: Any):
    assert not any(c.fact == "/error_path" for c in refused(200, body))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"message": "API rate limit exceeded for 10.0.0.1"}, {}),
        ({"message": "Forbidden"}, {"x-ratelimit-remaining": "0"}),
        (None, {"retry-after": "1"}),
    ],
)
def test_a_rate_limit_told_as_403_is_one(body: Any, headers: dict[str, str]):
    assert [(c.fact, c.value) for c in refused(403, body, headers=headers)] == [("/rate_limit", {"statuses": [403]})]


def test_a_media_type_is_taken_from_the_refusal():
    found = refused(406, {"error": "Supported: application/vnd.ships+json"})
    assert (found[0].fact, found[0].value) == ("/operations/list_ships/media_type", "application/vnd.ships+json")
    assert len(found) <= 3


def test_json_is_asked_for_where_xml_comes():
    told = {"content-type": "text/xml; charset=utf-8"}
    assert refused(200, None, headers=told)[0].value == {"required": True, "default": "json"}
    formats = parameter("output", enum=("xml", "geojson"))
    found = refused(200, None, formats, headers=told)[0]
    assert (found.fact.rpartition("/")[2], found.value) == ("output", {"required": True, "default": "geojson"})


def test_a_page_that_is_too_large_is_asked_for_smaller():
    found = refused(400, {"detail": "per_page must not be greater than 25"})
    assert [(c.fact, c.value) for c in found] == [("/objects/ships/pagination", {"max_size": 25, "default_size": 25})]


KEY = AuthScheme(name="key", kind="api_key", parameter="X-Key", evidence=Evidence(pointer="#"))
"""The scheme of the harbour."""


def spellings(found: list[Correction]) -> list[tuple[Any, Any, Any]]:
    values = [c.value for c in found]
    return [(v.get("location"), v.get("parameter"), v.get("prefix")) for v in values if isinstance(v, dict)]


@pytest.mark.parametrize(
    ("body", "headers", "wanted"),
    [
        (None, {"www-authenticate": "Token"}, ("header", "Authorization", "Token ")),
        (None, {"www-authenticate": 'ApiKey realm="a, b"'}, ("header", "Authorization", "ApiKey ")),
        ("Use `Authorization: Token KEY`", {}, ("header", "Authorization", "Token ")),
        ({"message": "Add ?apikey=KEY to the URL"}, {}, ("query", "apikey", "")),
        ({"message": "The query parameter 'appid' is missing"}, {}, ("query", "appid", "")),
        ({"error": {"detail": "Missing header X-Fleet-Key"}}, {}, ("header", "X-Fleet-Key", "")),
    ],
)
def test_a_refusal_says_where_the_key_goes(body: Any, headers: dict[str, str], wanted: tuple[str, str, str]):
    found = refused(401, body, headers=headers, security=(("key",),))
    assert spellings(found)[0] == wanted
    assert len(found) <= 4


def test_the_prose_of_the_description_is_asked_before_what_is_usual():
    described = "Send your key as `Authorization: Token YOUR_KEY`."
    assert spellings(refused(401, None, security=(("key",),), description=described))[0][2] == "Token "


def test_without_a_credential_no_spelling_of_it_is_tried():
    assert refused(401, None, security=(("key",),), given=Given()) == []


def test_a_key_that_nobody_described_is_tried_where_the_refusal_says():
    given = Given(arguments=frozenset({"api_key"}))
    found = refused(401, {"message": "Missing header X-Fleet-Key"}, given=given, auth=())
    assert (found[0].fact, spellings(found)[0]) == ("/auth/api_key", ("header", "X-Fleet-Key", ""))
    assert apply(profile(auth=()), found[0], known_by="observed").auth[0].credentials[0].argument == "api_key"


def test_a_name_and_a_password_go_where_basic_is_asked_for():
    given = Given(arguments=frozenset({"username", "password"}))
    (found,) = refused(401, None, headers={"www-authenticate": 'Basic realm="x"'}, security=(("key",),), given=given)
    assert found.fact == "/auth/key"
    assert isinstance(found.value, dict)
    assert found.value["kind"] == "basic"


def test_a_digest_is_told_and_not_tried():
    found = refused(401, None, headers={"www-authenticate": 'Digest realm="x", nonce="y"'}, security=(("key",),))
    assert "Digest" not in str(spellings(found))
    answers = (Answer("/ships", 401, {"www-authenticate": 'Digest realm="x", nonce="y"'}),)
    assert told_challenge(Case(profile(), "ships", answers)) == "Digest"


def test_a_header_of_the_user_that_no_scheme_takes_becomes_a_credential():
    found = refused(200, {"data": [{"id": 1}]}, given=Given(headers={"X-Ship-Pass": "Bearer "}), auth=(), security=())
    assert found[0].fact == "/auth/X-Ship-Pass"
    assert found[0].value == {"kind": "api_key", "location": "header", "parameter": "X-Ship-Pass", "prefix": "Bearer "}


@pytest.mark.parametrize(
    ("body", "headers", "argument", "place"),
    [
        (None, {"www-authenticate": "Bearer"}, ["token"], ("header", "Authorization", "Bearer ")),
        (None, {"www-authenticate": 'Basic realm="x"'}, ["username", "password"], ("header", "Authorization", "")),
        (None, {"www-authenticate": 'Bearer, Basic realm="x"'}, ["token"], ("header", "Authorization", "Bearer ")),
        ({"message": "Missing header X-Fleet-Key"}, {}, ["api_key"], ("header", "X-Fleet-Key", "")),
        ({"error": "api_key parameter is required"}, {}, ["api_key"], ("query", "api_key", "")),
    ],
)
def test_a_refusal_says_which_credential_a_driver_takes_that_nobody_described(
    body: Any, headers: dict[str, str], argument: list[str], place: tuple[str, str, str]
):
    facts = profile(auth=())
    found = told_by_refusal(Case(facts, "ships", (Answer("/ships", 401, headers, body),), given=Given()))
    assert found is not None
    (scheme,) = apply(facts, found, known_by="observed").auth
    assert [c.argument for c in scheme.credentials] == argument
    assert (scheme.location, scheme.parameter, scheme.prefix) == place
    assert not any(c.required for c in scheme.credentials)


@pytest.mark.parametrize(
    "headers", [{}, {"www-authenticate": 'Digest realm="x", nonce="y"'}, {"www-authenticate": "Negotiate"}]
)
def test_a_refusal_that_names_no_way_or_one_that_no_driver_speaks_adds_none(headers: dict[str, str]):
    case = Case(profile(auth=()), "ships", (Answer("/ships", 401, headers, {"error": "no"}),), given=Given())
    assert told_by_refusal(case) is None


def test_what_is_described_or_given_is_no_news():
    refusal = (Answer("/ships", 401, {"www-authenticate": "Bearer"}),)
    assert told_by_refusal(Case(profile(), "ships", refusal, given=Given())) is None
    given = Given(arguments=frozenset({"token"}))
    assert told_by_refusal(Case(profile(auth=()), "ships", refusal, given=given)) is None


def test_a_token_that_nobody_described_stays_a_token():
    given = Given(arguments=frozenset({"token"}))
    found = refused(401, None, headers={"www-authenticate": "Bearer"}, given=given, auth=())[0]
    (credential,) = apply(profile(auth=()), found, known_by="observed").auth[0].credentials
    assert (found.fact, credential.argument) == ("/auth/token", "token")
