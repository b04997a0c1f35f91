"""Profiles written by hand, one for each kind of API that a driver must cope with."""

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
    RateLimitSigns,
    ResponseProfile,
    ServerProfile,
    SkippedOperation,
)

EVIDENCE = Evidence(pointer="#/paths")
JSON = ResponseProfile(media_type="application/json", kind="json", type="any")
NOTHING = ResponseProfile(status=204)
JSON_BODY = BodyProfile(media_type="application/json", kind="json", type="object", required=True)


def path(name: str, **more: Any) -> ParameterProfile:
    return parameter(name, location="path", required=True, style="simple", explode=False, **more)


def parameter(name: str, **more: Any) -> ParameterProfile:
    values: dict[str, Any] = {"argument": name, "location": "query", "type": "string", **more}
    return ParameterProfile(name=name, **values)


def operation(name: str, signature: str, *parameters: ParameterProfile, **more: Any) -> OperationProfile:
    method, _, template = signature.partition(" ")
    values: dict[str, Any] = {"response": JSON, "evidence": EVIDENCE, **more}
    return OperationProfile(name=name, method=method, path=template, parameters=parameters, **values)


def thing(name: str, operations: dict[str, str], **more: Any) -> ObjectProfile:
    values: dict[str, Any] = {"evidence": EVIDENCE, "operations": operations, **more}
    return ObjectProfile(name=name, **values)


def profile(name: str, operations: list[OperationProfile], objects: list[ObjectProfile], **more: Any) -> ApiProfile:
    values: dict[str, Any] = {
        "base_url": "https://api.example.com/v1",
        "source": DescriptionSource(location="openapi.json", format="OpenAPI 3.1.0", sha256="0" * 64, size=1),
        **more,
    }
    return ApiProfile(
        api_name=name,
        operations={o.name: o for o in operations},
        objects={o.name: o for o in objects},
        **values,
    )


def api_key(location: str = "header", wire_name: str = "X-API-Key", prefix: str = "") -> AuthScheme:
    values: dict[str, Any] = {"location": location}
    return AuthScheme(
        name="key",
        kind="api_key",
        parameter=wire_name,
        prefix=prefix,
        credentials=(Credential(argument="api_key", env="PETSTORE_API_KEY", scheme="key"),),
        evidence=EVIDENCE,
        **values,
    )


def petstore(auth: AuthScheme | None = None, **more: Any) -> ApiProfile:
    """Twelve operations; pages by number; an API key; all verbs; a map, a single record and a filter."""
    scheme = auth or api_key()
    secured = {"security": (("key",),)}
    integer: dict[str, Any] = {"type": "integer"}
    operations = [
        operation(
            "list_pets",
            "GET /pets",
            parameter("page", **integer),
            parameter("per_page", **integer),
            parameter("status", enum=("available", "sold"), description="Only pets of this status."),
            parameter("tags", type="array", items="string"),
            summary="List all pets.",
            **secured,
        ),
        operation("get_pet", "GET /pets/{petId}", path("petId", type="integer"), summary="One pet.", **secured),
        operation("add_pet", "POST /pets", body=JSON_BODY, summary="Add a pet.", **secured),
        operation("change_pet", "PUT /pets/{petId}", path("petId", type="integer"), body=JSON_BODY, **secured),
        operation("remove_pet", "DELETE /pets/{petId}", path("petId", type="integer"), response=NOTHING, **secured),
        operation(
            "upload_photo",
            "POST /pets/{petId}/photo",
            path("petId", type="integer"),
            body=BodyProfile(
                media_type="multipart/form-data",
                kind="multipart",
                type="object",
                fields={"photo": FieldProfile(type="string", format="binary"), "note": FieldProfile(type="string")},
            ),
            **secured,
        ),
        operation("list_orders", "GET /pets/{petId}/orders", path("petId", type="integer"), **secured),
        operation("get_inventory", "GET /inventory", summary="Pets by status."),
        operation("get_settings", "GET /settings"),
        operation(
            "log_in",
            "POST /login",
            body=BodyProfile(media_type="application/x-www-form-urlencoded", kind="form", type="object"),
            response=ResponseProfile(media_type="text/plain", kind="text", type="string"),
        ),
        operation(
            "get_logo", "GET /logo", response=ResponseProfile(media_type="image/png", kind="binary", type="string")
        ),
        operation("ping", "HEAD /ping", response=NOTHING),
    ]
    fields = {
        "id": FieldProfile(type="integer", required=True, read_only=True, description="Unique in the store."),
        "name": FieldProfile(type="string", required=True),
        "tag": FieldProfile(type="string", nullable=True),
        "photos": FieldProfile(type="array", items="string"),
        "owner": FieldProfile(type="object"),
    }
    objects = [
        thing(
            "pets",
            {
                "read": "list_pets",
                "read_one": "get_pet",
                "create": "add_pet",
                "update": "change_pet",
                "delete": "remove_pet",
            },
            description="Animals for sale.",
            record_path=("data",),
            item_path=("pet",),
            identifier="id",
            fields=fields,
            pagination=PaginationProfile(
                style="page",
                position_parameter="page",
                size_parameter="per_page",
                first=1,
                default_size=20,
                max_size=50,
            ),
            filters=("status", "tags"),
        ),
        thing("orders", {"read": "list_orders"}, fields={"id": FieldProfile(type="integer")}),
        thing("inventory", {"read": "get_inventory"}, shape="map"),
        thing("settings", {"read": "get_settings"}, shape="record"),
    ]
    values: dict[str, Any] = {
        "title": "Swagger Petstore",
        "version": "1.0.0",
        "description": "A store for pets.",
        "auth": (scheme,),
        "servers": (
            ServerProfile(url="https://api.example.com/v1", evidence=EVIDENCE),
            ServerProfile(url="https://eu.example.com/v1", description="Europe", evidence=EVIDENCE),
        ),
        "skipped": (
            SkippedOperation(operation="POST /files", reason="other_server", detail="https://files.example.com"),
        ),
        **more,
    }
    return profile("Petstore", operations, objects, **values)


def messages() -> ApiProfile:
    """A cursor in the body, a flag that says whether more follows, and a bearer token."""
    scheme = AuthScheme(
        name="bearerAuth",
        kind="bearer",
        prefix="Bearer ",
        credentials=(Credential(argument="token", env="MESSAGES_TOKEN", scheme="bearerAuth", required=True),),
        evidence=EVIDENCE,
    )
    return profile(
        "Messages",
        [
            operation(
                "list_messages",
                "GET /messages",
                parameter("cursor"),
                parameter("limit", argument="limit_", type="integer"),
                security=(("bearerAuth",),),
            ),
        ],
        [
            thing(
                "messages",
                {"read": "list_messages"},
                record_path=("result", "items"),
                pagination=PaginationProfile(
                    style="cursor",
                    position_parameter="cursor",
                    size_parameter="limit",
                    max_size=100,
                    next_path=("result", "next"),
                    more_path=("result", "more"),
                ),
            )
        ],
        auth=(scheme,),
    )


def charges() -> ApiProfile:
    """The identifier of the last record leads to the next page, and a flag says whether there is one."""
    return profile(
        "Charges",
        [operation("list_charges", "GET /charges", parameter("starting_after"), parameter("size", type="integer"))],
        [
            thing(
                "charges",
                {"read": "list_charges"},
                record_path=("data",),
                identifier="id",
                fields={"id": FieldProfile(type="string")},
                pagination=PaginationProfile(
                    style="cursor",
                    position_parameter="starting_after",
                    size_parameter="size",
                    max_size=100,
                    next_path=("data", "id"),
                    more_path=("has_more",),
                ),
            )
        ],
    )


def repositories() -> ApiProfile:
    """The Link header, and HTTP Basic; anonymous reading is allowed."""
    scheme = AuthScheme(
        name="basicAuth",
        kind="basic",
        credentials=(
            Credential(argument="username", env="REPOSITORIES_USERNAME", scheme="basicAuth"),
            Credential(argument="password", env="REPOSITORIES_PASSWORD", scheme="basicAuth"),
        ),
        evidence=EVIDENCE,
    )
    return profile(
        "Repositories",
        [
            operation(
                "list_repos",
                "GET /users/{user}/repos",
                path("user"),
                parameter("per_page", type="integer"),
                security=(("basicAuth",), ()),
            ),
            operation("get_user", "GET /users/{user}", path("user"), security=(("basicAuth",), ())),
        ],
        [
            thing(
                "repos",
                {"read": "list_repos"},
                pagination=PaginationProfile(style="link_header", size_parameter="per_page", max_size=100),
            ),
            thing("users", {"read_one": "get_user"}),
        ],
        auth=(scheme,),
    )


def stations(token_url: str = "/oauth/token", **more: Any) -> ApiProfile:
    """OAuth2 client credentials; the body holds the URL of the next page; a second object is paged by offset."""
    scheme = AuthScheme(
        name="oauth",
        kind="oauth2_client_credentials",
        token_url=token_url,
        scopes=("read", "write"),
        credentials=(
            Credential(argument="client_id", env="STATIONS_CLIENT_ID", scheme="oauth"),
            Credential(argument="client_secret", env="STATIONS_CLIENT_SECRET", scheme="oauth"),
        ),
        evidence=EVIDENCE,
    )
    secured = {"security": (("oauth",),)}
    return profile(
        "Stations",
        [
            operation("list_stations", "GET /stations", **secured),
            operation(
                "list_trips",
                "GET /trips",
                parameter("offset", type="integer"),
                parameter("count", type="integer"),
                **secured,
            ),
            operation("book", "POST /bookings", body=JSON_BODY, **secured),
        ],
        [
            thing(
                "stations",
                {"read": "list_stations"},
                record_path=("data",),
                pagination=PaginationProfile(style="next_url", next_path=("links", "next")),
            ),
            thing(
                "trips",
                {"read": "list_trips"},
                pagination=PaginationProfile(
                    style="offset", position_parameter="offset", size_parameter="count", default_size=10
                ),
            ),
            thing("bookings", {"create": "book"}),
        ],
        auth=(scheme,),
        **more,
    )


def calls_only() -> ApiProfile:
    """No object at all, no credentials, every style of parameter."""
    array: dict[str, Any] = {"type": "array", "items": "string"}
    record: dict[str, Any] = {"type": "object"}
    operations = [
        operation(
            "styles",
            "GET /styles/{plain}/x{label}/y{matrix}",
            path("plain"),
            parameter("label", location="path", required=True, style="label", explode=True, **array),
            parameter("matrix", location="path", required=True, style="matrix", explode=True, **array),
            parameter("many", **array),
            parameter("joined", explode=False, **array),
            parameter("spaced", style="spaceDelimited", explode=False, **array),
            parameter("piped", style="pipeDelimited", explode=False, **array),
            parameter("filter", style="deepObject", **record),
            parameter("spread", **record),
            parameter("query", json_encoded=True, **record),
            parameter("target", allow_reserved=True),
            parameter("X-Tags", location="header", style="simple", **array),
            parameter("session", location="cookie"),
            parameter("from", argument="from_"),
        ),
        operation(
            "shout",
            "POST /shout",
            body=BodyProfile(media_type="text/plain", kind="text", type="string", required=True),
            response=ResponseProfile(media_type="text/plain", kind="text", type="string"),
        ),
        operation(
            "store", "PUT /blob", body=BodyProfile(media_type="application/octet-stream", kind="binary", type="string")
        ),
    ]
    return profile("Calls", operations, [])


NASTY = (
    'it\'s "quoted"',
    '"""\nimport os\n"""',
    "\\",
    "ends with \\",
    "\\N{BULLET} \\x",
    "__class__",
    "{{ 7 * 7 }}{% raw %}",
    "a\rb\u2028c\u202ed\x00e\x1b[31m",
    "<script>alert(1)</script> [x](http://evil.test) `x` ![](http://evil.test/i.png)",
    "e\u0301\u00e9\u4e2d\u6587\U0001f600",
    "\\ud800",
    "x" * 300,
    "{x} %s %(y)s $z",
    "'''",
    "#",
    "class",
    "None",
    "str",
    "a|b",
)


def hostile() -> ApiProfile:
    """Every text is out to break Python, Markdown, TOML or the request."""
    operations: list[OperationProfile] = []
    objects: list[ObjectProfile] = []
    for number, text in enumerate(NASTY):
        name = f"operation_{number}"
        operations.append(
            operation(
                name,
                "POST /things/{id}" if number % 2 else "GET /things",
                *([path("id", description=text)] if number % 2 else []),
                parameter(text, description=text, enum=(text,), default=text, example=text, required=number % 3 == 0),
                parameter(f"header {text}", location="header", description=text),
                operation_id=text,
                summary=text,
                security=(("key",), (text,)),
                body=BodyProfile(
                    media_type=text, kind="multipart", type="object", fields={text: FieldProfile(format="binary")}
                )
                if number % 2
                else None,
                response=ResponseProfile(media_type=text, kind="json"),
            )
        )
        objects.append(
            thing(
                text,
                {"create" if number % 2 else "read": name},
                description=text,
                record_path=(text,),
                item_path=(text,),
                identifier=text,
                fields={
                    text: FieldProfile(type="string", description=text, enum=(text,)),
                    "id": FieldProfile(required=True),
                },
                pagination=PaginationProfile(
                    style="cursor", position_parameter=text, size_parameter=f"size {text}", next_path=(f"next {text}",)
                ),
            )
        )
    evil = AuthScheme(
        name=NASTY[0],
        kind="api_key",
        location="query",
        parameter=NASTY[1],
        prefix=NASTY[0],
        description=NASTY[1],
        credentials=(Credential(argument="secret_key", env="HOSTILE_SECRET_KEY", scheme=NASTY[0]),),
        evidence=EVIDENCE,
    )
    return profile(
        "Hostile",
        operations,
        objects,
        title="\n".join(NASTY),
        version=NASTY[0],
        description="\n".join(NASTY),
        auth=(api_key(), evil),
        servers=tuple(ServerProfile(url=text, description=text, evidence=EVIDENCE) for text in NASTY),
        skipped=tuple(SkippedOperation(operation=text, reason="invalid_path", detail=text) for text in NASTY),
        warnings=NASTY,
        source=DescriptionSource(location=NASTY[1], format=NASTY[0], sha256="0" * 64, size=1),
    )


def untyped() -> ApiProfile:
    """Fields that no TypedDict can tell, so that the driver has no types of records; one of them may be null."""
    fields = {"nothing": FieldProfile(type="null", nullable=True), "name": FieldProfile(type="string", nullable=True)}
    return profile(
        "Untyped", [operation("list_things", "GET /things")], [thing("things", {"read": "list_things"}, fields=fields)]
    )


def unpromised() -> ApiProfile:
    """The description promises no content, so that any text is an answer."""
    silent = operation("get_note", "GET /notes", response=ResponseProfile())
    return profile("Unpromised", [silent], [thing("notes", {"read": "get_note"}, shape="record")])


def corrected() -> ApiProfile:
    """What a description seldom says: headers that every request has and that lead on, an error inside a good answer, a
    table, a map with keys of its own, pages asked for in bodies and headers."""
    body = BodyProfile(media_type="application/json", kind="json", type="object")
    number: dict[str, Any] = {"type": "integer"}
    return profile(
        "Corrected",
        [
            operation("search_rows", "POST /rows/search/", body=body),
            operation("list_logs", "GET /logs/", parameter("X-Page", location="header", argument="x_page", **number)),
            operation("list_codes", "GET /codes/"),
            operation("list_notes", "GET /notes/", parameter("page", **number), parameter("size", **number)),
            operation("list_events", "GET /events/"),
        ],
        [
            thing(
                "rows",
                {"read": "search_rows"},
                record_path=("rows",),
                shape="table",
                columns_path=("columns",),
                pagination=PaginationProfile(
                    style="cursor",
                    position_parameter="after",
                    size_parameter="count",
                    next_path=("next",),
                    position_in="body",
                ),
            ),
            thing(
                "logs",
                {"read": "list_logs"},
                pagination=PaginationProfile(
                    style="page", position_parameter="X-Page", position_in="header", first=1, default_size=20
                ),
            ),
            thing("codes", {"read": "list_codes"}, shape="map", key_field="code"),
            thing(
                "notes",
                {"read": "list_notes"},
                record_path=("notes",),
                pagination=PaginationProfile(
                    style="page",
                    position_parameter="page",
                    size_parameter="size",
                    max_size=50,
                    total_header="X-Total",
                    short_page_ends=True,
                ),
            ),
            thing(
                "events",
                {"read": "list_events"},
                pagination=PaginationProfile(style="next_url", next_header="X-Next"),
            ),
        ],
        headers={"X-Version": "2024-01"},
        trailing_slash=True,
        error_path=("error",),
        rate_limit_signs=RateLimitSigns(statuses=(403,), header="X-Wait"),
    )


def only(kind: ApiProfile, name: str) -> ApiProfile:
    """One object of an API, and its operations."""
    described = kind.objects[name]
    operations = {operation: kind.operations[operation] for operation in described.operations.values()}
    return kind.model_copy(update={"objects": {name: described}, "operations": operations})


def nested() -> ApiProfile:
    """Pets with the objects in them."""
    described = petstore()
    owner = {
        "name": FieldProfile(type="string", required=True),
        "kind": FieldProfile(type="string", enum=("shop", "person")),
    }
    fields = {
        **described.objects["pets"].fields,
        "owner": FieldProfile(type="object", fields=owner),
        "visits": FieldProfile(type="array", items="object", fields={"on": FieldProfile(type="string")}),
    }
    pets = described.objects["pets"].model_copy(update={"fields": fields})
    return described.model_copy(update={"objects": {**described.objects, "pets": pets}})


ALL = {
    "petstore": petstore,
    "nested": nested,
    "messages": messages,
    "repositories": repositories,
    "stations": stations,
    "calls_only": calls_only,
    "hostile": hostile,
    "untyped": untyped,
    "unpromised": unpromised,
    "corrected": corrected,
    "corrected_rows": lambda: only(corrected(), "rows"),
    "corrected_logs": lambda: only(corrected(), "logs"),
    "corrected_codes": lambda: only(corrected(), "codes"),
    "corrected_notes": lambda: only(corrected(), "notes"),
    "corrected_events": lambda: only(corrected(), "events"),
}
