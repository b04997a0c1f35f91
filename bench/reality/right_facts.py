"""The corrections that a person would give who knows each API, without a quote, since no description says so."""

from typing import Any

Fact = tuple[str, Any]
"""An address of the catalogue, and the value."""
RECORDS = "/objects/ships/records"
PAGING = "/objects/ships/pagination"
LISTED = "/operations/list_ships"
AUTH = "/auth/key"


def records(*keys: str, **more: Any) -> tuple[Fact, ...]:
    return ((RECORDS, {"record_path": list(keys), **more}),)


def paging(**members: Any) -> tuple[Fact, ...]:
    return ((PAGING, members),)


def key(**members: Any) -> tuple[Fact, ...]:
    return ((AUTH, {"kind": "api_key", "prefix": "", **members}),)


def argument(name: str, value: str) -> tuple[Fact, ...]:
    return ((f"{LISTED}/parameters/query/{name}", {"required": True, "default": value}),)


RIGHT: dict[str, tuple[Fact, ...]] = {
    "other-key": records("results"),
    "deeper": records("response", "ships"),
    "bare-list": records(),
    "envelope": records("data"),
    "hal": records("_embedded", "ships"),
    "own-name": records("ships"),
    "jsonapi-errors": records("entries"),
    "map": records(shape="map", key_field="key"),
    "map-of-one": records("ships", shape="map", key_field="key"),
    "columns": records("rows", shape="table", columns_path=["columns"]),
    "columns-of-objects": records("result", "data", shape="table", columns_path=["result", "fields"]),
    "one-record": records("data", shape="record"),
    "geojson": records("features"),
    "elastic": records("hits", "hits"),
    "error-in-200": (("/headers/X-Fleet-Plan", "small"),),
    "zero-based": paging(first=0),
    "page-zero-is-page-one": paging(first=1),
    "page-zero-refused": paging(first=1),
    "link": paging(style="link_header"),
    "link-many": paging(style="link_header"),
    "next-url": paging(style="next_url", next_path=["next"]),
    "next-relative": paging(style="next_url", next_path=["links", "next"]),
    "odata": paging(style="next_url", next_path=["@odata.nextLink"]),
    "next-url-header": paging(style="next_url", next_header="X-Next-Page"),
    "cursor": paging(style="cursor", position_parameter="cursor", next_path=["next_cursor"]),
    "cursor-deep": paging(style="cursor", position_parameter="page_token", next_path=["meta", "nextPageToken"]),
    "cursors-after": paging(style="cursor", position_parameter="after", next_path=["paging", "cursors", "after"]),
    "cursor-header": paging(style="cursor", position_parameter="cursor", next_header="X-Next-Cursor"),
    "token": paging(style="cursor", position_parameter="nextToken", next_path=["nextToken"]),
    "relay": paging(
        style="cursor",
        position_parameter="after",
        next_path=["pageInfo", "endCursor"],
        more_path=["pageInfo", "hasNextPage"],
    ),
    "page-ignored": paging(style="none"),
    "page-silent": paging(style="page", position_parameter="page", first=1, default_size=20),
    "offset-silent": paging(style="offset", position_parameter="offset", first=0, default_size=20),
    "offset-ignored": paging(style="page", position_parameter="page", first=1, default_size=20),
    "cap-page": paging(max_size=25, default_size=25),
    "cap-told": paging(max_size=25, default_size=25),
    "cap-odd": paging(max_size=23, default_size=23),
    "short-in-the-middle": paging(short_page_ends=False),
    "short-and-total": paging(total_path=["meta", "total"], short_page_ends=False),
    "short-and-total-header": paging(total_header="X-Total-Count", short_page_ends=False),
    "missing-prefix": (("/base_path", "/api"),),
    "missing-version": (("/base_path", "/api/v1"),),
    "prefix-of-one": ((f"{LISTED}/path", "/api/ships"),),
    "slash": ((f"{LISTED}/path", "/ships/"),),
    "no-slash": ((f"{LISTED}/path", "/ships"),),
    "plural": (("/operations/list_ships/path", "/ships"),),
    "redirect": ((f"{LISTED}/path", "/fleet/ships"),),
    "key-header": key(location="header", parameter="X-Api-Key"),
    "key-query": key(location="query", parameter="api_key"),
    "key-told-for-query": key(location="query", parameter="apikey"),
    "token-challenge": key(location="header", parameter="Authorization", prefix="Token "),
    "bearer": ((AUTH, {"prefix": "Bearer "}),),
    "basic": ((AUTH, {"kind": "basic"}),),
    "version-header": (("/headers/X-Api-Version", "2"),),
    "version-query": argument("api-version", "2024-05-01"),
    **{
        f"wants-unit-{name}": argument("unit", "kg")
        for name in (
            "fastapi",
            "django",
            "spring",
            "rails",
            "laravel",
            "express",
            "aspnet",
            "jsonapi",
            "plain",
            "in-200",
        )
    },
    "xml-unless-asked": argument("format", "json"),
    "rate-limit-403": (("/rate_limit", {"statuses": [403]}),),
    "media-type": ((f"{LISTED}/media_type", "application/vnd.api+json"),),
}
