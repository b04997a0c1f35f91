"""The APIs of the bench: small servers written by hand, each with a quirk that its description hides or tells in prose.

An API here is what is true. Its server answers by the functions below, its description only says what `paths` says; a
driver counts as working where it reads what these servers hold, whatever else it may have passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .described import Json, document, flag, get, listed, query, shaped, text, whole

Query = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a server answers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


Serve = Callable[[str, Query, list[Json]], Answer]
"""Takes the path, the query and all records of the collection."""


@dataclass(frozen=True)
class Collection:
    """One object of an API: its records, how its server hands them out, and what a caller has to give."""

    path: str
    records: list[Json]
    serve: Serve
    given: dict[str, str] = field(default_factory=dict[str, str])
    """Arguments of `read` that only a reader of the description's prose knows to be needed."""


@dataclass(frozen=True)
class Api:
    """One API."""

    slug: str
    title: str
    quirk: str
    """What the description hides, or tells in prose only."""
    collections: dict[str, Collection]
    paths: dict[str, Json]
    scheme: Json | None = None
    key: tuple[str, str] | None = None
    """Header and value without which the server answers 401."""
    arguments: dict[str, str] = field(default_factory=dict[str, str])
    """Credentials, as the driver's constructor takes them."""
    prose: str = ""
    fact: Json | None = None
    """Where the description is wrong or silent in a fact: the correction, without its reason (facts.catalogue)."""

    @property
    def host(self) -> str:
        """Where the description says that the API is; nothing is ever asked there."""
        return f"{self.slug}.example/v1"

    def description(self, title: str) -> Json:
        """The OpenAPI document."""
        return document(title, self.host, self.paths, scheme=self.scheme, prose=self.prose)


def people(count: int, **more: Callable[[int], Any]) -> list[Json]:
    """Records with an id, a name and what `more` makes of their number."""
    return [
        {"id": n, "name": f"{_NAMES[n % len(_NAMES)]} {n}", **{k: v(n) for k, v in more.items()}}
        for n in range(1, count + 1)
    ]


_NAMES = ("amber", "birch", "coral", "delta", "ember", "fjord", "grove")
_PERSON = shaped(id=whole(), name=text())


def all_at_once(_: str, __: Query, records: list[Json]) -> Answer:
    """No pages."""
    return Answer(records)


def small(name: str, operation: str, count: int = 3) -> tuple[Collection, Json]:
    """A collection without pages, and its path item."""
    return Collection(f"/{name}", people(count), all_at_once), get(operation, f"List {name}.", listed(_PERSON))


def _slice(query: Query, records: list[Json], start: int, size_name: str, most: int) -> list[Json]:
    """Records from a position on, as many as asked for but at most so many."""
    return records[start : start + max(1, min(int(query.get(size_name, most)), most))]


def _orchard(_: str, query: Query, records: list[Json]) -> Answer:
    taken = max(1, min(int(query.get("per_page", 5)), 5))
    page = int(query.get("page", 0))
    return Answer({"rows": records[page * taken : (page + 1) * taken], "page": page})


def _parcels(_: str, query: Query, records: list[Json]) -> Answer:
    start = int(query.get("cursor") or 0)
    page = _slice(query, records, start, "limit", 4)
    end = start + len(page)
    return Answer({"parcels": page, "next_cursor": str(end), "has_more": end < len(records)})


def _freight(path: str, query: Query, records: list[Json]) -> Answer:
    page = _parcels(path, query, records).body
    return Answer({"crates": page["parcels"], "next_cursor": page["next_cursor"] if page["has_more"] else None})


def _tides(path: str, query: Query, records: list[Json]) -> Answer:
    page = int(query.get("page", 1))
    taken = max(1, min(int(query.get("per_page", 4)), 4))
    end = page * taken
    more = {"Link": f'<{path}?page={page + 1}&per_page={taken}>; rel="next"'} if end < len(records) else {}
    return Answer(records[end - taken : end], headers=more)


def _museum(_: str, query: Query, records: list[Json]) -> Answer:
    start = int(query.get("offset", 0))
    page = _slice(query, records, start, "limit", 3)
    return Answer({"items": page, "total": len(records)})


def _library(path: str, query: Query, records: list[Json]) -> Answer:
    start = int(query.get("from_row", 0))
    end = start + 4
    following = f"{path}?from_row={end}" if end < len(records) else None
    return Answer({"results": records[start:end], "next_url": following})


def _ferries(_: str, query: Query, records: list[Json]) -> Answer:
    page = int(query.get("page", 1))
    taken = max(1, min(int(query.get("page_size", 4)), 50))
    start = (page - 1) * taken
    if start and start >= len(records):
        return Answer({"error": "no such page"}, status=404)
    return Answer({"data": records[start : start + taken]})


def _stations(_: str, __: Query, records: list[Json]) -> Answer:
    return Answer({str(r["key"]): {k: v for k, v in r.items() if k != "key"} for r in records})


def _letters(_: str, query: Query, records: list[Json]) -> Answer:
    after = query.get("starting_after")
    start = next((n + 1 for n, r in enumerate(records) if r["id"] == after), 0)
    page = _slice(query, records, start, "limit", 4)
    return Answer({"data": page, "has_more": start + len(page) < len(records)})


def _scrolls(_: str, query: Query, records: list[Json]) -> Answer:
    if query.get("reading_room") != "north":
        return Answer({"message": "reading_room is missing"}, status=400)
    page = int(query.get("page", 1))
    taken = max(1, min(int(query.get("per_page", 4)), 4))
    return Answer({"scrolls": records[(page - 1) * taken : page * taken]})


def _visits(_: str, query: Query, records: list[Json]) -> Answer:
    start = int(query.get("skip", 0))
    page = _slice(query, records, start, "take", 5)
    if not page:
        return Answer({"error": {"code": 17, "text": "nothing there"}, "visits": []})
    return Answer({"visits": page})


def _pallets(_: str, query: Query, records: list[Json]) -> Answer:
    page = int(query.get("page", 1))
    taken = max(1, min(int(query.get("size", 4)), 20))
    shown = records[(page - 1) * taken : page * taken]
    return Answer({"result": {"pallets": shown, "count": len(shown)}, "status": "ok"})


def _ships(_: str, __: Query, records: list[Json]) -> Answer:
    return Answer({"meta": {"at": "pier 3"}, "ships": records})


def _apis() -> list[Api]:
    trees, parcels, gauges, works = people(17), people(11), people(10), people(8, year=lambda n: 1900 + n)
    books = [{**r, "id": f"00{r['id']}"} for r in people(9)]
    letters = [{**r, "id": f"lt_{r['id']:03}"} for r in people(9)]
    stations = [{"key": f"st{n}", "name": f"station {n}", "height": n * 10} for n in range(1, 6)]
    growers, grower_path = small("growers", "list_growers")
    depots, depot_path = small("depots", "list_depots")
    harbours, harbour_path = small("harbours", "list_harbours")
    rooms, room_path = small("rooms", "list_rooms")
    shelves, shelf_path = small("shelves", "list_shelves")
    piers, pier_path = small("piers", "list_piers")
    size, page = whole(minimum=1), whole()
    return [
        Api(
            "orchard", "Orchard", "pages are counted from 0, which only the parameter's prose says",
            {"trees": Collection("/trees", trees, _orchard), "growers": growers},
            {
                "/trees": get(
                    "list_trees", "List trees.", shaped(rows=listed(_PERSON), page=whole()),
                    query("page", page, "Zero-based number of the page."),
                    query("per_page", whole(maximum=5, default=5)),
                ),
                "/growers": grower_path,
            },
        ),
        Api(
            "parcels", "Parcels", "the last page still has a cursor; only has_more tells that it is the last",
            {"parcels": Collection("/parcels", parcels, _parcels), "depots": depots},
            {
                "/parcels": get(
                    "list_parcels", "List parcels.",
                    shaped(parcels=listed(_PERSON), next_cursor=text(), has_more=flag()),
                    query("cursor", text()), query("limit", whole(maximum=4)),
                ),
                "/depots": depot_path,
            },
            scheme={"type": "http", "scheme": "bearer"}, key=("authorization", "Bearer parcel-key"),
            arguments={"token": "parcel-key"},
        ),
        Api(
            "tides", "Tides", "the way to the next page stands in a header that only prose names",
            {"gauges": Collection("/gauges", gauges, _tides), "harbours": harbours},
            {
                "/gauges": get(
                    "list_gauges", "List gauges.", listed(_PERSON),
                    query("page", page), query("per_page", whole(maximum=4)),
                    description='The Link response header leads to the next page (rel="next").',
                ),
                "/harbours": harbour_path,
            },
        ),
        Api(
            "museum", "Museum", "pages are capped at 3 records whatever is asked for, which nothing says",
            {"works": Collection("/works", works, _museum), "rooms": rooms},
            {
                "/works": get(
                    "list_works", "List works.", shaped(items=listed(_PERSON), total=whole()),
                    query("offset", whole(default=0)), query("limit", whole(default=20)),
                ),
                "/rooms": room_path,
            },
        ),
        Api(
            "library", "Library", "ids are strings with leading zeros, described as integers",
            {"books": Collection("/books", books, _library), "shelves": shelves},
            {
                "/books": get(
                    "list_books", "List books.",
                    shaped(results=listed(_PERSON), next_url=text("URL of the next page, null on the last.")),
                ),
                "/shelves": shelf_path,
            },
        ),
        Api(
            "ferries", "Ferries", "the key's header is an ordinary parameter; the page after the last is a 404",
            {"sailings": Collection("/sailings", people(12), _ferries)},
            {
                "/sailings": get(
                    "list_sailings", "List sailings.", shaped(data=listed(_PERSON)),
                    query("page", page), query("page_size", whole(maximum=4)),
                    {
                        "name": "X-Ferry-Key", "in": "header", "required": True, "schema": text(),
                        "description": "Your API key.",
                    },
                ),
            },
            key=("x-ferry-key", "ferry-key"), arguments={"api_key": "ferry-key"},
        ),
        Api(
            "stations", "Stations", "records come as a map by their name",
            {"stations": Collection("/stations", stations, _stations)},
            {
                "/stations": get(
                    "list_stations", "List stations.",
                    {"type": "object", "additionalProperties": shaped(name=text(), height=whole())},
                ),
            },
        ),
        Api(
            "letters", "Letters", "the next page is asked for by the last record, which only prose says",
            {"letters": Collection("/letters", letters, _letters), "rooms": rooms},
            {
                "/letters": get(
                    "list_letters", "List letters.",
                    shaped(data=listed(shaped(id=text(), name=text())), has_more=flag()),
                    query("starting_after", text(), "The id of the last letter of the page before."),
                    query("limit", whole(maximum=4)),
                ),
                "/rooms": room_path,
            },
            scheme={"type": "apiKey", "in": "header", "name": "X-Api-Key"}, key=("x-api-key", "letter-key"),
            arguments={"api_key": "letter-key"},
        ),
        Api(
            "scrolls", "Scrolls", "a parameter is required, which only prose says",
            {
                "scrolls": Collection("/scrolls", people(9), _scrolls, {"reading_room": "north"}),
                "shelves": shelves,
            },
            {
                "/scrolls": get(
                    "list_scrolls", "List scrolls.", shaped(scrolls=listed(_PERSON)),
                    query("page", page), query("per_page", whole(maximum=4)),
                    query("reading_room", text(), "Requests without it are refused; the rooms are north and south."),
                ),
                "/shelves": shelf_path,
            },
        ),
        Api(
            "clinic", "Clinic", "beyond the last page comes an error with status 200",
            {"visits": Collection("/visits", people(10), _visits), "rooms": rooms},
            {
                "/visits": get(
                    "list_visits", "List visits.", shaped(visits=listed(_PERSON)),
                    query("skip", whole()), query("take", whole(maximum=5)),
                ),
                "/rooms": room_path,
            },
            scheme={"type": "http", "scheme": "basic"}, key=("authorization", "Basic bnVyc2U6c2VjcmV0"),
            arguments={"username": "nurse", "password": "secret"},
        ),
        Api(
            "pallets", "Pallets", "records stand two envelopes deep, beside a count of the page that is no total",
            {"pallets": Collection("/pallets", people(130), _pallets), "depots": depots},
            {
                "/pallets": get(
                    "list_pallets", "List pallets.",
                    shaped(result=shaped(pallets=listed(_PERSON), count=whole()), status=text()),
                    query("page", page), query("size", size),
                ),
                "/depots": depot_path,
            },
        ),
        Api(
            "ships", "Ships", "records stand in an envelope that the description leaves out",
            {"ships": Collection("/ships", people(6), _ships), "piers": piers},
            {
                "/ships": get(
                    "list_ships", "List ships, which lie in `ships`, beside `meta`.", {"type": "object"},
                ),
                "/piers": pier_path,
            },
            fact={"fact": "/objects/ships/records", "value": {"record_path": ["ships"]}},
        ),
        Api(
            "freight", "Freight", "pages are led to by a cursor that nothing mentions",
            {"crates": Collection("/crates", people(11), _freight), "depots": depots},
            {"/crates": get("list_crates", "List crates.", shaped(crates=listed(_PERSON))), "/depots": depot_path},
            fact={
                "fact": "/objects/crates/pagination",
                "value": {"style": "cursor", "next_path": ["next_cursor"], "position_parameter": "cursor"},
            },
        ),
        Api(
            "wardens", "Wardens", "the key goes in another header than the description says",
            {"wardens": Collection("/wardens", people(5), all_at_once), "rooms": rooms},
            {"/wardens": get("list_wardens", "List wardens.", listed(_PERSON)), "/rooms": room_path},
            scheme={"type": "apiKey", "in": "header", "name": "Authorization"}, key=("x-api-key", "warden-key"),
            arguments={"api_key": "warden-key"},
            fact={"fact": "/auth/main", "value": {"location": "header", "parameter": "X-API-Key"}},
        ),
        Api(
            "berths", "Berths", "the berths stand at another path than the description says",
            {"berths": Collection("/quay-7/berths", people(6), all_at_once), "piers": piers},
            {"/berths": get("list_berths", "List berths.", listed(_PERSON)), "/piers": pier_path},
            fact={"fact": "/operations/list_berths/path", "value": "/quay-7/berths"},
        ),
    ]  # fmt: skip


APIS: dict[str, Api] = {api.slug: api for api in _apis()}
"""All of them, by slug."""
