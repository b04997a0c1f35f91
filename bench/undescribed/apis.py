"""The APIs: how roots list what there is, how pages go on, how credentials are wanted."""

from collections.abc import Callable, Mapping
from typing import Any

from .api import KEY, Answer, Api, Asked, Told, link, number, page_of, ports, ships

SHIPS, PORTS = ships(), ports()
BOTH = {"ships": SHIPS, "ports": PORTS}
Route = Callable[[Asked], Told | None]


def routes(**answers: Route | Any) -> Answer:
    """Answers by path; `root` is `/`, `_` in a name is `/` in the path. Values that are no functions are bodies."""
    paths = {"/" if name == "root" else "/" + name.replace("_", "/"): answer for name, answer in answers.items()}

    def answer(asked: Asked) -> Told | None:
        found = paths.get(asked.path.rstrip("/") or "/")
        return found(asked) if callable(found) else None if found is None else Told(found)

    return answer


def counted(records: list[Any]) -> Route:
    """As Django REST framework has it."""

    def answer(asked: Asked) -> Told:
        items, at, more = page_of(records, asked)
        following = link(asked, page=at + 1) if more else None
        return Told({"count": len(records), "next": following, "previous": None, "results": items})

    return answer


def drf() -> Api:
    def root(asked: Asked) -> Told:
        return Told({"ships": f"{asked.url}/ships/", "ports": f"{asked.url}/ports/"})

    return Api("drf", routes(root=root, ships=counted(SHIPS), ports=counted(PORTS)), BOTH)


def drf_html() -> Api:
    """A browsable root that shows HTML to whoever does not ask for JSON first."""

    def root(asked: Asked) -> Told:
        if "application/json" not in asked.headers.get("accept", ""):
            return Told("<html><h1>Api Root</h1></html>", headers={"Content-Type": "text/html"})
        return Told({"ships": f"{asked.url}/api/ships/"})

    return Api("drf-html", routes(api=root, api_ships=counted(SHIPS)), {"ships": SHIPS}, typed="/api/")


def spring() -> Api:
    """Spring Data REST: HAL, templated links, pages from 0."""

    def root(asked: Asked) -> Told:
        to = f"{asked.url}/api"
        links = {
            "ships": {"href": f"{to}/ships{{?page,size,sort}}", "templated": True},
            "ports": {"href": f"{to}/ports"},
            "profile": {"href": f"{to}/profile"},
        }
        return Told({"_links": links}, headers={"Content-Type": "application/hal+json"})

    def listed(asked: Asked) -> Told:
        size = number(asked, "size", 20)
        items, at, more = page_of(SHIPS, asked, size=size, first=0)
        links: dict[str, Any] = {"self": {"href": link(asked)}}
        if more:
            links["next"] = {"href": link(asked, page=at + 1, size=size)}
        page = {"size": size, "totalElements": len(SHIPS), "totalPages": 3, "number": at}
        return Told(
            {"_embedded": {"ships": items}, "_links": links, "page": page},
            headers={"Content-Type": "application/hal+json"},
        )

    answer = routes(
        api=root,
        api_ships=listed,
        api_ports={"_embedded": {"ports": PORTS}, "_links": {"self": {"href": "/api/ports"}}},
    )
    return Api("spring", answer, BOTH, typed="/api")


def curies() -> Api:
    """HAL with relations that have a prefix."""

    def root(asked: Asked) -> Told:
        links = {
            "self": {"href": "/"},
            "curies": [{"name": "sh", "href": "/rels/{rel}", "templated": True}],
            "sh:ships": {"href": "/ships"},
        }
        return Told({"_links": links, "welcome": "to the harbour"})

    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        links = {"self": {"href": link(asked, absolute=False)}} | (
            {"next": {"href": link(asked, absolute=False, page=at + 1)}} if more else {}
        )
        return Told({"total": len(SHIPS), "_links": links, "_embedded": {"sh:ships": items}})

    return Api("curies", routes(root=root, ships=listed), {"ships": SHIPS})


def json_api() -> Api:
    kind = {"Content-Type": "application/vnd.api+json"}

    def root(asked: Asked) -> Told:
        return Told(
            {"jsonapi": {"version": "1.1"}, "links": {"self": asked.url, "ships": f"{asked.url}/ships"}}, headers=kind
        )

    data = [
        {"type": "ships", "id": str(s["id"]), "attributes": {"name": s["name"], "weight": s["weight"]}} for s in SHIPS
    ]

    def listed(asked: Asked) -> Told:
        items, at, more = page_of(data, asked, page="page[number]")
        links = {"self": link(asked), "next": link(asked, **{"page[number]": at + 1}) if more else None}
        return Told({"data": items, "links": links, "meta": {"total": len(data)}}, headers=kind)

    return Api("json-api", routes(root=root, ships=listed), {"ships": data})


def odata() -> Api:
    def root(asked: Asked) -> Told:
        sets = [
            {"name": "Ships", "kind": "EntitySet", "url": "Ships"},
            {"name": "Ports", "kind": "EntitySet", "url": "Ports"},
        ]
        return Told({"@odata.context": f"{asked.url}/odata/$metadata", "value": sets})

    def listed(asked: Asked) -> Told:
        start = number(asked, "$skip", 0)
        more = {"@odata.nextLink": link(asked, **{"$skip": start + 20})} if start + 20 < len(SHIPS) else {}
        return Told(
            {"@odata.context": f"{asked.url}/odata/$metadata#Ships", "value": SHIPS[start : start + 20], **more}
        )

    answer = routes(odata=root, odata_Ships=listed, odata_Ports={"@odata.context": "x", "value": PORTS})
    return Api("odata", answer, {"Ships": SHIPS, "Ports": PORTS}, typed="/odata/")


def atom() -> Api:
    root = {
        "title": "Harbour",
        "links": [{"rel": "self", "href": "/"}, {"rel": "ships", "href": "/ships"}, {"rel": "help", "href": "/help"}],
    }

    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        links = [{"rel": "self", "href": link(asked)}] + (
            [{"rel": "next", "href": link(asked, page=at + 1)}] if more else []
        )
        return Told({"entries": items, "links": links})

    return Api("atom", routes(root=root, ships=listed), {"ships": SHIPS})


def html_root() -> Api:
    page = (
        "<!doctype html><title>Harbour</title><link rel=stylesheet href=/s.css><a href='/about'>About</a>"
        "<ul><li><a href='/api/ships'>ships</a><li><a href='/api/ports'>ports</a></ul><a href='/logout'>Log out</a>"
        "<a href='https://elsewhere.test/'>Elsewhere</a>"
    )

    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        return Told(
            items, headers={"Link": f'<{link(asked, absolute=False, page=at + 1)}>; rel="next"'} if more else {}
        )

    def root(asked: Asked) -> Told:
        return Told(page, headers={"Content-Type": "text/html; charset=utf-8"})

    def about(asked: Asked) -> Told:
        return Told("<html>Ships</html>", headers={"Content-Type": "text/html"})

    return Api("html-root", routes(root=root, about=about, api_ships=listed, api_ports=PORTS), BOTH)


def html_script() -> Api:
    """A page whose script fetches the data."""
    page = "<html><body><div id=app></div><script src='/app.js'></script></body></html>"
    script = "async function show() { const r = await fetch('/api/ships'); draw(await r.json()); }"

    def text(body: str, kind: str) -> Route:
        return lambda asked: Told(body, headers={"Content-Type": kind})

    def app(asked: Asked) -> Told | None:
        return Told(script, headers={"Content-Type": "text/javascript"}) if asked.path == "/app.js" else rest(asked)

    rest = routes(root=text(page, "text/html"), api_ships=counted(SHIPS))
    return Api("html-script", app, {"ships": SHIPS})


def cursor() -> Api:
    """Nothing at the root; below /api/v1 names alone, and cursors."""

    def listed(asked: Asked) -> Told:
        start = int(asked.query.get("cursor", "c0")[1:])
        following = f"c{start + 20}" if start + 20 < len(SHIPS) else None
        return Told({"items": SHIPS[start : start + 20], "next_cursor": following})

    answer = routes(
        api_v1={"name": "Harbour", "resources": ["ships", "ports"]},
        api_v1_ships=listed,
        api_v1_ports={"items": PORTS, "next_cursor": None},
    )
    return Api("cursor", answer, BOTH)


def nested_cursor() -> Api:
    def listed(asked: Asked) -> Told:
        start = int(asked.query.get("after", "0") or 0)
        more = start + 20 < len(SHIPS)
        return Told(
            {
                "data": SHIPS[start : start + 20],
                "paging": {"cursors": {"after": str(start + 20) if more else ""}, "has_more": more},
            }
        )

    return Api("nested-cursor", routes(root={"ships": "/ships"}, ships=listed), {"ships": SHIPS})


def header_cursor() -> Api:
    def listed(asked: Asked) -> Told:
        start = int(asked.query.get("cursor", "0"))
        return Told(
            SHIPS[start : start + 20], headers={"X-Next-Cursor": str(start + 20)} if start + 20 < len(SHIPS) else {}
        )

    return Api(
        "header-cursor",
        routes(v1={"links": {"ships": {"href": "/v1/ships"}}}, v1_ships=listed),
        {"ships": SHIPS},
        typed="/v1",
    )


def last_record() -> Api:
    def listed(asked: Asked) -> Told:
        start = number(asked, "starting_after", 0)
        return Told({"object": "list", "data": SHIPS[start : start + 10], "has_more": start + 10 < len(SHIPS)})

    return Api("last-record", routes(v1_ships=listed), {"ships": SHIPS}, typed="/v1/ships")


def pages() -> Api:
    """The URL is a collection, and repeats what it was asked for."""

    def listed(asked: Asked) -> Told:
        size = min(50, number(asked, "per_page", 20))
        items, at, _ = page_of(SHIPS, asked, size=size)
        return Told({"page": at, "per_page": size, "total": len(SHIPS), "items": items})

    return Api("pages", routes(v1_ships=listed), {"ships": SHIPS}, typed="/v1/ships")


def offsets() -> Api:
    def listed(asked: Asked) -> Told:
        start, size = number(asked, "skip", 0), min(30, number(asked, "limit", 30))
        return Told({"ships": SHIPS[start : start + size], "total": len(SHIPS), "skip": start, "limit": size})

    return Api("offsets", routes(root={"ships": "/ships", "docs": "/docs"}, ships=listed), {"ships": SHIPS})


def spring_page() -> Api:
    def listed(asked: Asked) -> Told:
        size = number(asked, "size", 20)
        items, at, more = page_of(SHIPS, asked, size=size, first=0)
        counts = {
            "totalElements": len(SHIPS),
            "totalPages": -(-len(SHIPS) // size),
            "number": at,
            "size": size,
            "last": not more,
            "first": at == 0,
        }
        return Told(
            {
                "content": items,
                "pageable": {"pageNumber": at, "pageSize": size},
                **counts,
                "numberOfElements": len(items),
                "empty": not items,
            }
        )

    return Api("spring-page", routes(api_ships=listed), {"ships": SHIPS}, typed="/api/ships")


def total_header() -> Api:
    def listed(asked: Asked) -> Told:
        items, _, _ = page_of(SHIPS, asked, size=20)
        return Told(items, headers={"X-Total-Count": str(len(SHIPS))})

    return Api("total-header", routes(root=["/ships"], ships=listed), {"ships": SHIPS})


def next_number() -> Api:
    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked, size=20)
        return Told({"records": items, "next_page": at + 1 if more else None})

    return Api("next-number", routes(root={"endpoints": {"ships": "/ships"}}, ships=listed), {"ships": SHIPS})


def eve() -> Api:
    root = {"_links": {"child": [{"href": "ships", "title": "ships"}, {"href": "ports", "title": "ports"}]}}

    def listed(name: str, records: list[dict[str, Any]]) -> Route:
        def answer(asked: Asked) -> Told:
            items, at, more = page_of(records, asked, size=25)
            links = {"self": {"href": name}} | ({"next": {"href": f"{name}?page={at + 1}"}} if more else {})
            return Told(
                {"_items": items, "_links": links, "_meta": {"page": at, "max_results": 25, "total": len(records)}}
            )

        return answer

    return Api("eve", routes(root=root, ships=listed("ships", SHIPS), ports=listed("ports", PORTS)), BOTH)


def endpoints() -> Api:
    """Entries with methods, one of them a deed."""
    entries = [
        {"path": "/api/ships", "method": "GET", "description": "All ships"},
        {"path": "/api/ships", "method": "POST", "description": "A new one"},
        {"path": "/api/ships/{id}", "method": "GET", "description": "One"},
        {"path": "/api/ports", "methods": ["GET", "POST"]},
        {"path": "/api/reset", "method": "GET", "description": "Forget everything"},
    ]

    def reset(asked: Asked) -> Told:
        raise AssertionError("something was done")

    answer = routes(api={"endpoints": entries}, api_ships=counted(SHIPS), api_ports=PORTS, api_reset=reset)
    return Api("endpoints", answer, BOTH, typed="/api")


def spelled_routes() -> Api:
    listed = {
        "message": "Welcome",
        "routes": [
            "GET /ships - all ships",
            "POST /ships",
            "GET /ships/:id",
            "GET /session/delete",
            "DELETE /ships/:id",
        ],
    }

    def deed(asked: Asked) -> Told:
        raise AssertionError("something was done")

    return Api("routes", routes(root=listed, ships=counted(SHIPS), session_delete=deed), {"ships": SHIPS})


def named_records() -> Api:
    """Records that are a name and an address, as PokeAPI has them."""

    def root(asked: Asked) -> Told:
        return Told({"ships": f"{asked.url}/api/v2/ships/"})

    def entries(asked: Asked) -> list[dict[str, Any]]:
        return [{"name": s["name"], "url": f"{asked.url}/api/v2/ships/{s['id']}/"} for s in SHIPS]

    def listed(asked: Asked) -> Told:
        start = number(asked, "offset", 0)
        following = link(asked, offset=start + 20, limit=20) if start + 20 < len(SHIPS) else None
        return Told(
            {"count": len(SHIPS), "next": following, "previous": None, "results": entries(asked)[start : start + 20]}
        )

    return Api(
        "named-records",
        routes(api_v2=root, api_v2_ships=listed),
        {"ships": [{"name": s["name"]} for s in SHIPS]},
        typed="/api/v2/",
    )


def two_roots() -> Api:
    answer = routes(
        root={"apis": [{"name": "fleet", "url": "/fleet"}]},
        fleet={"name": "fleet", "version": "2", "_links": {"ships": "/fleet/ships", "ports": "/fleet/ports"}},
        fleet_ships=counted(SHIPS),
        fleet_ports={"status": "success", "data": {"ports": PORTS}},
    )
    return Api("two-roots", answer, BOTH)


def json_home() -> Api:
    resources = {
        "https://rels.test/ships": {"href": "/ships"},
        "https://rels.test/ship": {"hrefTemplate": "/ships/{id}", "hrefVars": {"id": "x"}},
    }

    def root(asked: Asked) -> Told:
        return Told(
            {"api": {"title": "Harbour"}, "resources": resources}, headers={"Content-Type": "application/json-home"}
        )

    return Api("json-home", routes(root=root, ships=counted(SHIPS)), {"ships": SHIPS})


def url_templates() -> Api:
    """As GitHub's root: every URL under a name of its own, some with something to fill in."""

    def root(asked: Asked) -> Told:
        to = asked.url
        return Told(
            {
                "current_ship_url": f"{to}/ship",
                "ships_url": f"{to}/ships{{?page,per_page}}",
                "ship_url": f"{to}/ships/{{id}}",
            }
        )

    def listed(asked: Asked) -> Told:
        size = number(asked, "per_page", 30)
        items, at, more = page_of(SHIPS, asked, size=size)
        return Told(items, headers={"Link": f'<{link(asked, page=at + 1)}>; rel="next"'} if more else {})

    return Api("templates", routes(root=root, ships=listed), {"ships": SHIPS})


def hydra() -> Api:
    root = {"@context": "/contexts/Entrypoint", "@id": "/", "@type": "Entrypoint", "ship": "/ships", "port": "/ports"}
    kind = {"Content-Type": "application/ld+json"}

    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        view = {"@id": link(asked, absolute=False), "@type": "hydra:PartialCollectionView"} | (
            {"hydra:next": link(asked, absolute=False, page=at + 1)} if more else {}
        )
        return Told(
            {"@context": "/contexts/Ship", "hydra:member": items, "hydra:totalItems": len(SHIPS), "hydra:view": view},
            headers=kind,
        )

    return Api("hydra", routes(root=root, ships=listed, ports={"hydra:member": PORTS, "hydra:totalItems": 5}), BOTH)


def siren() -> Api:
    def listed(asked: Asked) -> Told:
        items, at, more = page_of(SHIPS, asked)
        links = [{"rel": ["self"], "href": link(asked)}] + (
            [{"rel": ["next"], "href": link(asked, page=at + 1)}] if more else []
        )
        return Told({"class": ["ships"], "entities": items, "links": links})

    root = {"class": ["home"], "links": [{"rel": ["self"], "href": "/"}, {"rel": ["ships"], "href": "/ships"}]}
    return Api("siren", routes(root=root, ships=listed), {"ships": SHIPS})


def envelope() -> Api:
    """The URL is a collection, in an envelope, with a part of its query fixed."""

    def listed(asked: Asked) -> Told:
        if asked.query.get("query") != "up":
            return Told({"status": "error", "error": "no query"}, 400)
        return Told({"status": "success", "data": {"resultType": "vector", "result": PORTS}})

    return Api("envelope", routes(api_v1_query=listed), {"query": PORTS}, typed="/api/v1/query?query=up")


def guarded(
    name: str, refusal: Told, allows: Callable[[Asked], bool], credentials: str, inner: Api | None = None
) -> Api:
    """An API that refuses everybody without a credential."""
    inside = inner or drf()

    def answer(asked: Asked) -> Told | None:
        return inside.answer(asked) if allows(asked) else refusal

    return Api(name, answer, inside.truth, inside.typed, credentials)


def refused(message: str, **headers: str) -> Told:
    told: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told({"error": message}, 401, told)


def key_header() -> Api:
    refusal = refused("Missing header X-Harbour-Key")
    return guarded("key-header", refusal, lambda a: a.headers.get("x-harbour-key") == KEY, f'api_key = "{KEY}"\n')


def key_wire() -> Api:
    lines = f'headers = {{ X-Port = "{KEY}" }}\n'
    return guarded("key-wire", refused("unauthorized"), lambda a: a.headers.get("x-port") == KEY, lines)


def key_query() -> Api:
    refusal = refused("Give your key as ?appid=KEY")
    return guarded("key-query", refusal, lambda a: a.query.get("appid") == KEY, f'api_key = "{KEY}"\n', atom())


def bearer() -> Api:
    refusal = refused("no token", WWW_Authenticate='Bearer realm="harbour"')
    return guarded(
        "bearer", refusal, lambda a: a.headers.get("authorization") == f"Bearer {KEY}", f'token = "{KEY}"\n', cursor()
    )


def token_word() -> Api:
    refusal = refused("Authentication credentials were not provided.", WWW_Authenticate="Token")
    return guarded(
        "token", refusal, lambda a: a.headers.get("authorization") == f"Token {KEY}", f'token = "{KEY}"\n', drf_html()
    )


def basic() -> Api:
    import base64

    pair = "Basic " + base64.b64encode(f"keeper:{KEY}".encode()).decode()
    refusal = refused("no", WWW_Authenticate='Basic realm="harbour"')
    lines = f'username = "keeper"\npassword = "{KEY}"\n'
    return guarded("basic", refusal, lambda a: a.headers.get("authorization") == pair, lines, html_root())


def open_root() -> Api:
    """The root is open, and what it lists wants a token."""
    inner = drf()

    def answer(asked: Asked) -> Told | None:
        if asked.path != "/" and asked.headers.get("authorization") != f"Bearer {KEY}":
            return refused("Unauthorized", WWW_Authenticate="Bearer")
        return inner.answer(asked)

    return Api("open-root", answer, inner.truth, credentials=f'token = "{KEY}"\n')


_ALL = (drf, drf_html, spring, curies, json_api, odata, atom, html_root, html_script, cursor, nested_cursor, header_cursor, last_record,
        pages, offsets, spring_page, total_header, next_number, eve, endpoints, spelled_routes, named_records, two_roots, json_home,
        url_templates, hydra, siren, envelope, key_header, key_wire, key_query, bearer, token_word, basic, open_root)  # fmt: skip
APIS: dict[str, Api] = {api.name: api for make in _ALL for api in (make(),)}
