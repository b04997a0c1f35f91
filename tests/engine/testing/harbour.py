"""The profile of a small API that has one of everything, and its hand-written driver."""

from pathlib import Path
from typing import Any

from driversmith.engine.models.profile import (
    ApiProfile,
    AuthScheme,
    BodyProfile,
    Credential,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    ParameterProfile,
    ResponseProfile,
)

DRIVER = Path(__file__).parent / "drivers" / "harbour_driver"
PACKAGE, CLASS_NAME = "harbour_driver", "HarbourDriver"
HERE = Evidence(pointer="#")
SECURITY = (("key",), ("bearer",), ("oauth",))
SHIP = {
    "id": FieldProfile(type="integer", required=True, read_only=True),
    "name": FieldProfile(type="string", required=True, description="As painted on the bow."),
    "length": FieldProfile(type="number", nullable=True),
    "built": FieldProfile(type="string", format="date"),
    "tags": FieldProfile(type="array", items="string"),
}


def parameter(name: str, location: str = "query", **values: Any) -> ParameterProfile:
    style = "simple" if location in {"path", "header"} else "form"
    values = {"type": "string", "argument": name, "style": style, "required": location == "path", **values}
    return ParameterProfile.model_validate({"name": name, "location": location, **values})


def operation(name: str, method: str, path: str, *parameters: ParameterProfile, **values: Any) -> OperationProfile:
    values = {"response": ResponseProfile(media_type="application/json", kind="json", type="object"), **values}
    return OperationProfile(
        name=name, method=method, path=path, parameters=parameters, security=SECURITY, evidence=HERE, **values
    )


def json_body(**fields: FieldProfile) -> BodyProfile:
    return BodyProfile(media_type="application/json", kind="json", type="object", required=True, fields=fields)


ship_id = parameter("ship_id", "path")
size = parameter("per_page", type="integer", maximum=50)
OPERATIONS = (
    operation(
        "list_ships", "GET", "/ships", parameter("page", type="integer"), size, parameter("flag", enum=("NO", "PA"))
    ),
    operation("get_ship", "GET", "/ships/{ship_id}", ship_id),
    operation("create_ship", "POST", "/ships", body=json_body(**SHIP)),
    operation("update_ship", "PUT", "/ships/{ship_id}", ship_id, body=json_body(**SHIP)),
    operation("delete_ship", "DELETE", "/ships/{ship_id}", ship_id, response=ResponseProfile(status=204)),
    operation(
        "list_berths",
        "GET",
        "/ports/{port_id}/berths",
        parameter("port_id", "path"),
        parameter("offset", type="integer"),
        parameter("limit", argument="limit_", type="integer"),
    ),
    operation("list_events", "GET", "/events", parameter("cursor"), parameter("size", type="integer")),
    operation("list_cranes", "GET", "/cranes", parameter("page", type="integer")),
    operation("list_tugs", "GET", "/tugs", parameter("page", type="integer")),
    operation("get_tide", "GET", "/tide"),
    operation("list_prices", "GET", "/prices"),
    operation(
        "search",
        "GET",
        "/search",
        parameter("q", required=True),
        parameter("ids", type="array", items="integer", explode=False),
        parameter("kinds", type="array", items="string"),
        parameter("filter", type="object", style="deepObject"),
        parameter("exact", type="boolean"),
        parameter("X-Trace", "header", argument="x_trace"),
    ),
    operation(
        "get_paper",
        "GET",
        "/ships/{ship_id}/papers/{paper}",
        ship_id,
        parameter("paper", "path"),
        response=ResponseProfile(media_type="application/pdf", kind="binary", type="string"),
    ),
    operation(
        "put_paper",
        "PUT",
        "/ships/{ship_id}/papers/{paper}",
        ship_id,
        parameter("paper", "path"),
        body=BodyProfile(media_type="application/pdf", kind="binary", type="string", required=True),
        response=ResponseProfile(status=204),
    ),
    operation(
        "log_in",
        "POST",
        "/login",
        body=BodyProfile(
            media_type="application/x-www-form-urlencoded",
            kind="form",
            type="object",
            fields={"user": FieldProfile(type="string", required=True)},
        ),
        response=ResponseProfile(media_type="text/plain", kind="text", type="string"),
    ),
)


def described(name: str, operations: dict[str, str], **values: Any) -> ObjectProfile:
    return ObjectProfile.model_validate(
        {"name": name, "operations": operations, "fields": SHIP, "identifier": "id", "evidence": HERE, **values}
    )


def paging(style: str, **values: Any) -> PaginationProfile:
    return PaginationProfile.model_validate({"style": style, **values})


OBJECTS = (
    described(
        "ships",
        {
            "read": "list_ships",
            "read_one": "get_ship",
            "create": "create_ship",
            "update": "update_ship",
            "delete": "delete_ship",
        },
        record_path=("data",),
        item_path=("data",),
        pagination=paging("page", position_parameter="page", size_parameter="per_page", first=1, max_size=50),
        filters=("flag",),
    ),
    described(
        "berths",
        {"read": "list_berths"},
        record_path=("result", "items"),
        pagination=paging("offset", position_parameter="offset", size_parameter="limit"),
    ),
    described(
        "events",
        {"read": "list_events"},
        record_path=("events",),
        pagination=paging("cursor", position_parameter="cursor", size_parameter="size", next_path=("meta", "next")),
    ),
    described(
        "cranes",
        {"read": "list_cranes"},
        pagination=paging("link_header", position_parameter="page", first=1),
    ),
    described(
        "tugs",
        {"read": "list_tugs"},
        record_path=("results",),
        pagination=paging("next_url", position_parameter="page", next_path=("next",)),
    ),
    described("tide", {"read": "get_tide"}, shape="record"),
    described("prices", {"read": "list_prices"}, shape="map", record_path=("prices",)),
)


def credential(argument: str, scheme: str) -> Credential:
    return Credential(argument=argument, env=f"HARBOUR_{argument.upper()}", scheme=scheme)


AUTH = (
    AuthScheme(
        name="key",
        kind="api_key",
        location="query",
        parameter="api_key",
        credentials=(credential("api_key", "key"),),
        evidence=HERE,
    ),
    AuthScheme(
        name="bearer", kind="bearer", prefix="Bearer ", credentials=(credential("token", "bearer"),), evidence=HERE
    ),
    AuthScheme(
        name="oauth",
        kind="oauth2_client_credentials",
        prefix="Bearer ",
        token_url="/oauth/token",
        credentials=(credential("client_id", "oauth"), credential("client_secret", "oauth")),
        evidence=HERE,
    ),
)


def harbour_profile() -> ApiProfile:
    return ApiProfile(
        api_name="Harbour",
        source=DescriptionSource(location="harbour.json", format="OpenAPI 3.1.0", sha256="0" * 64, size=1),
        base_url="https://api.harbour.example/v2",
        auth=AUTH,
        objects={o.name: o for o in OBJECTS},
        operations={o.name: o for o in OPERATIONS},
    )
