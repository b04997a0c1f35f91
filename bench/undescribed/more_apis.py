"""More of them: other ways to list resources, to name cursors and to count pages."""

from typing import Any

from .api import KEY, Api, Asked, Told, link, number, page_of, ports, ships
from .apis import Route, counted, guarded, routes

SHIPS, PORTS = ships(), ports()
ONE = {"ships": SHIPS}
BOTH = {"ships": SHIPS, "ports": PORTS}


def token_pages(key: tuple[str, ...], parameter: str, records: str = "data", size: int = 20) -> Route:
    """A cursor at these keys that goes into this parameter."""

    def answer(asked: Asked) -> Told:
        start = int(asked.query.get(parameter, "t0")[1:])
        body: dict[str, Any] = {records: SHIPS[start : start + size]}
        at = body
        for name in key[:-1]:
            at = at.setdefault(name, {})
        if start + size < len(SHIPS):
            at[key[-1]] = f"t{start + size}"
        return Told(body)

    return answer


def counted_pages(asked: str, home: str, told: dict[str, str], *, records: str = "data", size_name: str = "") -> Route:
    """Pages that repeat their number and size under other names, below `home`."""

    def answer(question: Asked) -> Told:
        size = min(50, number(question, size_name, 20)) if size_name else 20
        items, at, _ = page_of(SHIPS, question, page=asked, size=size)
        counts: dict[str, Any] = {told["page"]: at, told["size"]: size, told["total"]: len(SHIPS)}
        if "pages" in told:
            counts[told["pages"]] = -(-len(SHIPS) // size)
        return Told({records: items, **({home: counts} if home else counts)})

    return answer


def nested_links() -> Api:
    return Api(
        "nested-links",
        routes(
            root={"data": {"type": "index", "links": {"ships": "/ships", "ports": "/ports"}}},
            ships=counted(SHIPS),
            ports=PORTS,
        ),
        BOTH,
    )


def linked_entries() -> Api:
    entries = [{"name": n, "links": [{"rel": "self", "href": f"/{n}"}]} for n in ("ships", "ports")]
    return Api(
        "linked-entries", routes(root={"resources": entries}, ships=counted(SHIPS), ports={"items": PORTS}), BOTH
    )


def hal_lists() -> Api:
    return Api(
        "hal-lists",
        routes(
            root={"_links": {"ships": [{"href": "/ships"}], "ports": [{"href": "/ports"}]}},
            ships=counted(SHIPS),
            ports=PORTS,
        ),
        BOTH,
    )


def relative_words() -> Api:
    return Api(
        "relative",
        routes(api={"ships": "ships/", "ports": "./ports/"}, api_ships=counted(SHIPS), api_ports=PORTS),
        BOTH,
        typed="/api/",
    )


def objects_with_urls() -> Api:
    root = {"ships": {"url": "/ships", "methods": ["GET", "POST"]}, "ports": {"url": "/ports", "methods": ["GET"]}}
    return Api("objects-with-urls", routes(root=root, ships=counted(SHIPS), ports=PORTS), BOTH)


def path_keys() -> Api:
    root = {
        "name": "Harbour",
        "paths": {"/ships": "all ships", "/ports": "all ports", "/ships/{id}": "one", "/restart": "restart"},
    }
    return Api("path-keys", routes(root=root, ships=counted(SHIPS), ports=PORTS), BOTH)


def redirected() -> Api:
    def root(asked: Asked) -> Told:
        return Told({}, 302, {"Location": "/api/v1/"})

    answer = routes(root=root, api_v1={"ships": "/api/v1/ships"}, api_v1_ships=counted(SHIPS))
    return Api("redirected", answer, ONE)


def code_page() -> Api:
    page = (
        "<html><body><h1>Harbour API</h1><p>Endpoints: <code>GET /api/ships</code>, <code>/api/ports</code>,"
        " <code>POST /api/ships</code></body></html>"
    )

    def root(asked: Asked) -> Told:
        return Told(page, headers={"Content-Type": "text/html"})

    return Api("code-page", routes(root=root, api_ships=counted(SHIPS), api_ports=PORTS), BOTH)


def wrapped_twice() -> Api:
    return Api(
        "wrapped-twice",
        routes(root=["/ships"], ships={"success": True, "result": {"ships": PORTS, "took": 3}}),
        {"ships": PORTS},
    )


def token_camel() -> Api:
    return Api(
        "page-token", routes(v1_ships=token_pages(("nextPageToken",), "pageToken", "ships")), ONE, typed="/v1/ships"
    )


def token_meta() -> Api:
    return Api("meta-cursor", routes(v1_ships=token_pages(("meta", "next_cursor"), "cursor")), ONE, typed="/v1/ships")


def token_response_metadata() -> Api:
    return Api(
        "response-metadata",
        routes(
            root={"endpoints": ["/ships"]}, ships=token_pages(("response_metadata", "next_cursor"), "cursor", "ships")
        ),
        ONE,
    )


def token_continuation() -> Api:
    return Api(
        "continuation",
        routes(
            api={"ships": "/api/ships"}, api_ships=token_pages(("continuationToken",), "continuationToken", "items")
        ),
        ONE,
        typed="/api",
    )


def end_cursor() -> Api:
    def listed(asked: Asked) -> Told:
        start = number(asked, "after", 0)
        info = {"end_cursor": str(start + 20), "has_next_page": start + 20 < len(SHIPS)}
        return Told({"nodes": SHIPS[start : start + 20], "page_info": info})

    return Api("end-cursor", routes(root={"ships": "/ships"}, ships=listed), ONE)


def next_query() -> Api:
    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        return Told({"results": items, "next": f"?page={at + 1}" if more else None})

    return Api("next-query", routes(v1_ships=listed), ONE, typed="/v1/ships")


def laravel() -> Api:
    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked, size=15)
        links = {
            "first": link(asked, page=1),
            "last": link(asked, page=4),
            "prev": None,
            "next": link(asked, page=at + 1) if more else None,
        }
        return Told(
            {
                "data": items,
                "links": links,
                "meta": {"current_page": at, "per_page": 15, "total": len(SHIPS), "last_page": 4},
            }
        )

    return Api("laravel", routes(api_ships=listed), ONE, typed="/api/ships")


def page_number() -> Api:
    told = {"page": "pageNumber", "size": "pageSize", "total": "totalCount", "pages": "totalPages"}
    return Api(
        "page-number",
        routes(api_ships=counted_pages("pageNumber", "", told, size_name="pageSize")),
        ONE,
        typed="/api/ships",
    )


def current_page() -> Api:
    told = {"page": "currentPage", "size": "perPage", "total": "totalItems", "pages": "totalPages"}
    return Api(
        "current-page", routes(root=["/ships"], ships=counted_pages("page", "pagination", told, records="ships")), ONE
    )


def meta_pages() -> Api:
    told = {"page": "page", "size": "limit", "total": "total"}
    return Api(
        "meta-pages",
        routes(root={"ships": "/ships"}, ships=counted_pages("page", "meta", told, size_name="limit")),
        ONE,
    )


def solr() -> Api:
    def listed(asked: Asked) -> Told:
        start, rows = number(asked, "start", 0), number(asked, "rows", 10)
        return Told(
            {
                "responseHeader": {"status": 0},
                "response": {"numFound": len(SHIPS), "start": start, "docs": SHIPS[start : start + rows]},
            }
        )

    return Api("solr", routes(solr_select=listed), {"select": SHIPS}, typed="/solr/select?q=*:*")


def odata_counted() -> Api:
    def listed(asked: Asked) -> Told:
        start = number(asked, "$skip", 0)
        following = {"@odata.nextLink": f"Ships?$skip={start + 25}"} if start + 25 < len(SHIPS) else {}
        return Told({"@odata.count": len(SHIPS), "value": SHIPS[start : start + 25], **following})

    return Api(
        "odata-relative",
        routes(odata={"value": [{"name": "Ships", "url": "Ships"}]}, odata_Ships=listed),
        {"Ships": SHIPS},
        typed="/odata",
    )


def catalogue_registry() -> Api:
    """A list of names, led on by a relative Link, under a version that says nothing (a registry of images)."""
    names = [f"harbour/ship-{n:03}" for n in range(1, 131)]

    def listed(asked: Asked) -> Told:
        last, size = asked.query.get("last", ""), number(asked, "n", 50)
        rest = [name for name in names if name > last]
        more = {"Link": f'</v2/_catalog?last={rest[size - 1]}&n={size}>; rel="next"'} if len(rest) > size else {}
        return Told({"repositories": rest[:size]}, headers=more)

    inner = Api(
        "registry", routes(v2={}, v2__catalog=listed), {"catalog": [{"value": name} for name in names]}, "/v2/_catalog"
    )
    refusal = Told(
        {"errors": [{"code": "UNAUTHORIZED"}]},
        401,
        {"WWW-Authenticate": 'Basic realm="r"', "Docker-Distribution-Api-Version": "registry/2.0"},
    )
    answer = inner.answer

    def catalog(asked: Asked) -> Told | None:
        return listed(asked) if asked.path == "/v2/_catalog" else answer(asked)

    import base64

    pair = "Basic " + base64.b64encode(f"keeper:{KEY}".encode()).decode()
    whole = Api("registry", catalog, inner.truth, inner.typed)
    return guarded(
        "registry",
        refusal,
        lambda a: a.headers.get("authorization") == pair,
        f'username = "keeper"\npassword = "{KEY}"\n',
        whole,
    )


def forbidden_key() -> Api:
    refusal = Told({"message": "API key required in X-Auth-Token header"}, 403)
    return guarded(
        "forbidden-key", refusal, lambda a: a.headers.get("x-auth-token") == KEY, f'api_key = "{KEY}"\n', laravel()
    )


def three_levels() -> Api:
    answer = routes(
        root={"versions": [{"id": "v2", "links": [{"rel": "self", "href": "/v2/"}]}]},
        v2={"_links": {"fleet": {"href": "/v2/fleet"}}},
        v2_fleet={"links": {"ships": "/v2/fleet/ships"}},
        v2_fleet_ships=counted(SHIPS),
    )
    return Api("three-levels", answer, ONE)


def dump() -> Api:
    """The root holds everything, and each resource has a path of its own with all of it."""
    return Api("dump", routes(root={"ships": SHIPS[:3], "ports": PORTS[:2]}, ships=SHIPS, ports=PORTS), BOTH)


_ALL = (nested_links, linked_entries, hal_lists, relative_words, objects_with_urls, path_keys, redirected, code_page, wrapped_twice,
        token_camel, token_meta, token_response_metadata, token_continuation, end_cursor, next_query, laravel, page_number, current_page,
        meta_pages, solr, odata_counted, catalogue_registry, forbidden_key, three_levels, dump)  # fmt: skip
MORE: dict[str, Api] = {api.name: api for make in _ALL for api in (make(),)}
