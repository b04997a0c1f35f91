"""Small servers whose descriptions are wrong or silent in one point: what is said of them, what they do, what they hold.

Two are right. Every second has three objects, the odd one not the first.
"""

from base64 import b64encode
from typing import Any

from .answers import (
    SEVEN,
    SHORT,
    SIXTY,
    Busy,
    after_the_last,
    below_one_is_refused,
    bundle,
    by_cursor,
    cursor_in_header,
    following,
    gaps,
    linked,
    next_in_header,
    number,
    page,
    slice_of,
    whole,
)
from .api import FIELDS, KEY, TEXT, Api, integer, rows, under

SLICES = (("offset", integer()), ("limit", integer(maximum=100, default=100)))
VERSION = "The header X-Api-Version is required. Supported versions: 2"
AZURE = {
    "error": {
        "code": "MissingApiVersionParameter",
        "message": "The api-version query parameter (?api-version=) is required. Use for example 2024-05-01.",
    }
}
WANTED: tuple[tuple[str, int, Any, bool], ...] = (
    ("fastapi", 422, {"detail": [{"type": "missing", "loc": ["query", "unit"], "msg": "Field required"}]}, False),
    ("django", 400, {"unit": ["This field is required."]}, True),
    (
        "spring",
        400,
        {"message": "Required request parameter 'unit' for method parameter type String is not present"},
        False,
    ),
    ("rails", 400, {"status": 400, "error": "param is missing or the value is empty: unit"}, True),
    ("laravel", 422, {"message": "Invalid.", "errors": {"unit": ["The unit field is required."]}}, False),
    ("express", 400, {"errors": [{"msg": "Invalid value", "path": "unit", "location": "query"}]}, True),
    ("aspnet", 400, {"title": "Invalid.", "errors": {"unit": ["The unit field is required."]}}, False),
    ("jsonapi", 400, {"errors": [{"source": {"parameter": "unit"}, "detail": "unit is missing"}]}, True),
    ("plain", 400, {"error": "Parameter 'unit' is required and must be one of: kg, lb"}, False),
    ("in-200", 200, {"success": False, "message": "Missing parameter: unit"}, True),
)
BEARER = {"type": "http", "scheme": "bearer"}
HEADER = {"type": "apiKey", "in": "header", "name": "Authorization"}
PAGE = (("page", integer()),)
APIS = [
    Api("right", below_one_is_refused, SIXTY, under("data"), PAGE),
    Api("right-many", whole({"data": SEVEN}), SEVEN, under("data"), many=True),
    Api("other-key", whole({"results": SEVEN, "count": 7}), SEVEN, under("data"), many=True),
    Api("deeper", whole({"response": {"ships": SEVEN}}), SEVEN, under("data")),
    Api("bare-list", whole(SEVEN), SEVEN, under("data"), many=True),
    Api("envelope", whole({"data": SEVEN}), SEVEN, rows()),
    Api(
        "hal", whole({"_embedded": {"ships": SEVEN}, "_links": {"self": {"href": "/ships"}}}), SEVEN, rows(), many=True
    ),
    Api("own-name", whole({"ships": SEVEN, "errors": []}), SEVEN, under("items")),
    Api(
        "jsonapi-errors",
        whole({"errors": [], "included": [{"id": 9}], "entries": SEVEN}),
        SEVEN,
        under("data"),
        many=True,
    ),
    Api(
        "map",
        whole({str(s["id"]): {k: v for k, v in s.items() if k != "id"} for s in SEVEN}),
        [{"key": str(s["id"]), "name": s["name"], "weight": s["weight"]} for s in SEVEN],
        rows(),
    ),
    Api(
        "columns",
        whole({"columns": list(FIELDS), "rows": [list(s.values()) for s in SEVEN]}),
        SEVEN,
        under("data"),
        many=True,
    ),
    Api(
        "error-in-200",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        refuses=lambda h, _: None if h.get("x-fleet-plan") == "small" else ({"error": "quota exceeded"}, {}, 200),
    ),
    Api("zero-based", lambda q, _: ({"data": page(q, first=0)}, {}), SIXTY, under("data"), PAGE, many=True),
    Api("link", linked, SIXTY, rows()),
    Api("link-many", linked, SIXTY, rows(), many=True),
    Api(
        "next-url",
        lambda q, u: ({"data": page(q), "next": following(q, f"{u}/ships?page={number(q) + 1}")}, {}),
        SIXTY,
        under("data"),
    ),
    Api(
        "next-relative",
        lambda q, _: ({"data": page(q), "links": {"next": following(q, f"/ships?page={number(q) + 1}")}}, {}),
        SIXTY,
        under("data"),
        many=True,
    ),
    Api(
        "odata",
        lambda q, u: ({"value": page(q), "@odata.nextLink": following(q, f"{u}/ships?page={number(q) + 1}")}, {}),
        SIXTY,
        under("value"),
    ),
    Api("cursor", by_cursor("cursor", lambda after: {"next_cursor": after}), SIXTY, under("data"), many=True),
    Api(
        "cursor-deep",
        by_cursor("page_token", lambda after: {"meta": {"nextPageToken": after}}),
        SIXTY,
        under("data"),
        (("page_token", TEXT),),
    ),
    Api(
        "cursors-after",
        by_cursor("after", lambda after: {"paging": {"cursors": {"after": after}}}),
        SIXTY,
        under("data"),
        (("after", TEXT),),
        many=True,
    ),
    Api(
        "cap-page",
        lambda q, _: ({"data": slice_of(q, "offset", "limit", 25)}, {}),
        SIXTY,
        under("data"),
        (("offset", integer()), ("limit", integer(maximum=100, default=100))),
    ),
    Api(
        "page-ignored",
        lambda _q, _u: ({"data": SIXTY[:20]}, {}),
        SIXTY[:20],
        under("data"),
        (("page", integer()), ("per_page", integer())),
        many=True,
    ),
    Api("page-silent", lambda q, _: ({"data": page(q)}, {}), SIXTY, under("data")),
    Api(
        "offset-silent",
        lambda q, _: ({"data": slice_of(q, "offset", "limit", 20)}, {}),
        SIXTY,
        under("data"),
        (("offset", integer()),),
        many=True,
    ),
    Api("missing-prefix", whole({"data": SEVEN}), SEVEN, under("data"), prefix="/api"),
    Api("missing-version", whole({"data": SEVEN}), SEVEN, under("data"), prefix="/api/v1", many=True),
    Api("prefix-of-one", whole({"data": SEVEN}), SEVEN, under("data"), path="/api/ships", many=True),
    Api("slash", whole({"data": SEVEN}), SEVEN, under("data"), path="/ships/"),
    Api("no-slash", whole({"data": SEVEN}), SEVEN, under("data"), described_path="/ships/", many=True),
    Api(
        "key-header",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=BEARER,
        allows=lambda h, _: h.get("x-api-key") == KEY,
    ),
    Api(
        "bearer",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=HEADER,
        allows=lambda h, _: h.get("authorization") == f"Bearer {KEY}",
        many=True,
    ),
    Api(
        "key-query",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=HEADER,
        allows=lambda _, q: q.get("api_key") == KEY,
    ),
    Api("one-record", whole({"data": SEVEN[0]}), SEVEN[:1], under("data"), many=True),
    Api(
        "map-of-one",
        whole({"ships": {"a-4711": {"name": "ship 1", "weight": 1.5}}}),
        [{"key": "a-4711", "name": "ship 1", "weight": 1.5}],
        under("ships"),
    ),
    Api(
        "columns-of-objects",
        whole({"result": {"fields": [{"name": name} for name in FIELDS], "data": [list(s.values()) for s in SEVEN]}}),
        SEVEN,
        under("data"),
        many=True,
    ),
    Api("geojson", whole({"type": "FeatureCollection", "features": SEVEN}), SEVEN, under("data")),
    Api("elastic", whole({"took": 3, "hits": {"total": 7, "hits": SEVEN}}), SEVEN, under("data"), many=True),
    Api(
        "only-sounds-like-paging",
        whole({"data": SEVEN, "next_billing_date": "2026-12-01", "book": {"pages": 200}, "has_more": False}),
        SEVEN,
        under("data"),
    ),
    Api(
        "page-zero-is-page-one",
        lambda q, _: ({"data": page({"page": str(max(1, number(q)))})}, {}),
        SIXTY,
        under("data"),
        (("page", integer(default=0)),),
        many=True,
    ),
    Api("page-zero-refused", below_one_is_refused, SIXTY, under("data"), (("page", integer(default=0)),)),
    Api("token", by_cursor("nextToken", lambda after: {"nextToken": after}), SIXTY, under("data"), many=True),
    Api(
        "relay",
        by_cursor("after", lambda after: {"pageInfo": {"hasNextPage": after is not None, "endCursor": after or "60"}}),
        SIXTY,
        under("data"),
        (("after", TEXT),),
    ),
    Api("next-url-header", next_in_header, SIXTY, rows(), many=True),
    Api("cursor-header", cursor_in_header, SIXTY, rows(), (("cursor", TEXT),)),
    Api("stripe", after_the_last, SIXTY, under("data"), (("starting_after", TEXT), ("limit", integer())), many=True),
    Api("fhir", bundle, SIXTY, under("entry")),
    Api(
        "short-in-the-middle",
        gaps,
        SHORT,
        under("data"),
        (*PAGE, ("per_page", integer(default=20, maximum=20))),
        many=True,
    ),
    Api(
        "short-and-total",
        lambda q, u: ({**gaps(q, u)[0], "meta": {"total": len(SHORT)}}, {}),
        SHORT,
        under("data"),
        (*PAGE, ("per_page", integer(default=20, maximum=20))),
    ),
    Api(
        "short-and-total-header",
        lambda q, u: (gaps(q, u)[0], {"X-Total-Count": str(len(SHORT))}),
        SHORT,
        under("data"),
        (*PAGE, ("per_page", integer(default=20, maximum=20))),
        many=True,
    ),
    Api("cap-odd", lambda q, _: ({"data": slice_of(q, "offset", "limit", 23)}, {}), SIXTY, under("data"), SLICES),
    Api(
        "cap-told",
        lambda q, _: (
            ({"detail": "limit must not be greater than 25"}, {}, 400)
            if int(q.get("limit", 25)) > 25
            else ({"data": slice_of(q, "offset", "limit", 25)}, {})
        ),
        SIXTY,
        under("data"),
        SLICES,
        many=True,
    ),
    Api(
        "offset-ignored",
        lambda q, _: ({"data": page(q)}, {}),
        SIXTY,
        under("data"),
        (("offset", integer()), ("page", integer())),
    ),
    Api("plural", whole({"data": SEVEN}), SEVEN, under("data"), described_path="/ship", many=True),
    Api(
        "redirect",
        lambda q, _: ({"data": page(q)}, {}),
        SIXTY,
        under("data"),
        PAGE,
        path="/fleet/ships",
        redirect="/fleet/ships",
    ),
    Api(
        "version-header",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        refuses=lambda h, _: None if h.get("x-api-version") == "2" else ({"error": VERSION}, {}, 400),
        all_refused=True,
        many=True,
    ),
    Api(
        "version-query",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        refuses=lambda _, q: None if q.get("api-version") == "2024-05-01" else (AZURE, {}, 400),
    ),
    *(
        Api(
            f"wants-unit-{name}",
            whole({"data": SEVEN}),
            SEVEN,
            under("data"),
            (("unit", {"schema": {"type": "string", "enum": ["kg", "lb"]}}),),
            refuses=lambda _, q, body=body, status=status: None if q.get("unit") == "kg" else (body, {}, status),
            many=many,
        )
        for name, status, body, many in WANTED
    ),
    Api("rate-limit-403", Busy(), SEVEN, under("data"), many=True),
    Api(
        "media-type",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        refuses=lambda h, _: (
            None
            if h.get("accept") == "application/vnd.api+json"
            else ({"error": "Not acceptable. Supported: application/vnd.api+json"}, {}, 406)
        ),
    ),
    Api(
        "xml-unless-asked",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        refuses=lambda _, q: None if q.get("format") == "json" else (b"<ships/>", {"Content-Type": "text/xml"}),
        many=True,
    ),
    Api(
        "token-challenge",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=BEARER,
        allows=lambda h, _: h.get("authorization") == f"Token {KEY}",
        refusal=({"detail": "Invalid credentials."}, {"WWW-Authenticate": "Token"}, 401),
    ),
    Api(
        "key-told-for-query",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=BEARER,
        allows=lambda _, q: q.get("apikey") == KEY,
        refusal=({"message": "No key. Add ?apikey=YOUR_KEY to the URL."}, {}, 403),
        many=True,
    ),
    Api(
        "basic",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        security=BEARER,
        allows=lambda h, _: h.get("authorization") == "Basic " + b64encode(f"sam:{KEY}".encode()).decode(),
        refusal=({"message": "unauthorized"}, {"WWW-Authenticate": 'Basic realm="ships"'}, 401),
        credentials=('username = "sam"', f'password = "{KEY}"'),
    ),
    Api(
        "key-of-the-user",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        allows=lambda h, _: h.get("x-ship-pass") == KEY,
        credentials=(f'headers = {{ X-Ship-Pass = "{KEY}" }}',),
        many=True,
    ),
    Api(
        "key-undescribed",
        whole({"data": SEVEN}),
        SEVEN,
        under("data"),
        allows=lambda h, _: h.get("x-fleet-key") == KEY,
        refusal=({"message": "Missing header X-Fleet-Key"}, {}, 401),
        credentials=(f'api_key = "{KEY}"',),
    ),
]
