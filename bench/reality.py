"""Are APIs read truly whose descriptions are wrong?

    python bench/reality.py [--live auto|true] [--only NAME ...] [--json]

Small servers on this machine, each with a description that is wrong or silent in one point (two are right), and a truth that
only the server holds. For each, a driver is made with the template engine, without a key, and all records of all objects
are read through it. `truly`: every record of every object, in order, none twice, nothing left out. `live but wrong` is what
must never be: the result says that an object was verified live, and it is read otherwise. Every second API has three
objects, the odd one not the first.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
from rich.console import Console
from rich.table import Table

Query = dict[str, str]
Answered = tuple[Any, dict[str, str]] | tuple[Any, dict[str, str], int]
"""Body, headers, and the status where it is not 200."""
FIELDS = {"id": {"type": "integer"}, "name": {"type": "string"}, "weight": {"type": "number"}}
PORTS = [{"id": n, "name": f"port {n}", "weight": n / 2} for n in range(1, 6)]
CREWS = [{"id": n, "name": f"crew {n}", "weight": float(n)} for n in range(1, 4)]
KEY = "k-93817362"
FACT = "/objects/ships/"
"""Begins the addresses of the facts that are wrong or silent."""


def ships(count: int) -> list[dict[str, Any]]:
    return [{"id": n, "name": f"ship {n}", "weight": n * 1.5} for n in range(1, count + 1)]


@dataclass(frozen=True)
class Api:
    """One API: what is said of its ships, and what it does."""

    name: str
    answer: Callable[[Query, str], Answered]
    """The answer for a query; the second argument is the server's URL."""
    truth: list[dict[str, Any]]
    schema: dict[str, Any]
    parameters: tuple[tuple[str, dict[str, Any]], ...] = ()
    path: str = "/ships"
    """Where the ships really are."""
    described_path: str = "/ships"
    prefix: str = ""
    """Before all paths, and told to nobody."""
    security: dict[str, Any] | None = None
    """The security scheme that is described."""
    allows: Callable[[dict[str, str], Query], bool] = field(default=lambda _headers, _query: True)
    many: bool = False
    """Whether there are two more objects, which come first."""

    def description(self) -> dict[str, Any]:
        def get(name: str, schema: dict[str, Any], parameters: tuple[tuple[str, dict[str, Any]], ...] = ()) -> Any:
            given = [{"name": n, "in": "query", **what} for n, what in parameters]
            content = {"application/json": {"schema": schema}}
            answers = {"200": {"description": "ok", "content": content}}
            return {"get": {"operationId": name, "parameters": given, "responses": answers}}

        paths = {self.described_path: get("listShips", self.schema, self.parameters)}
        if self.many:
            paths = {"/ports": get("listPorts", rows()), "/crews": get("listCrews", rows()), **paths}
        document: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {"title": self.name, "version": "1"},
            "paths": paths,
        }
        if self.security:
            document["components"] = {"securitySchemes": {"key": self.security}}
            document["security"] = [{"key": []}]
        return document

    @property
    def objects(self) -> dict[str, list[dict[str, Any]]]:
        name = self.described_path.strip("/").rpartition("/")[2]
        return {**({"ports": PORTS, "crews": CREWS} if self.many else {}), name: self.truth}


def rows() -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": FIELDS}}


def under(*keys: str) -> dict[str, Any]:
    schema = rows()
    for key in reversed(keys):
        schema = {"type": "object", "properties": {key: schema}}
    return schema


def integer(**more: Any) -> dict[str, Any]:
    return {"schema": {"type": "integer", **more}}


TEXT = {"schema": {"type": "string"}}
SEVEN, SIXTY = ships(7), ships(60)


def whole(body: Any) -> Callable[[Query, str], Answered]:
    return lambda _query, _url: (body, {})


def page(query: Query, *, first: int = 1, size: int = 20, name: str = "page") -> list[dict[str, Any]]:
    start = (int(query.get(name, first)) - first) * size
    return SIXTY[start : start + size] if start >= 0 else []


def slice_of(query: Query, start: str, size: str, most: int) -> list[dict[str, Any]]:
    begin = int(query.get(start, 0))
    return SIXTY[begin : begin + min(int(query.get(size, most)), most)]


def number(query: Query) -> int:
    return int(query.get("page", 1))


def following(query: Query, value: Any) -> Any:
    return value if number(query) < 3 else None


def linked(query: Query, url: str) -> Answered:
    to = f'<{url}/ships?page={number(query) + 1}>; rel="next"'
    return page(query), {"Link": to} if number(query) < 3 else {}


def cursor(query: Query, name: str) -> tuple[list[dict[str, Any]], str | None]:
    begin = int(query.get(name, 0))
    return SIXTY[begin : begin + 20], str(begin + 20) if begin + 20 < 60 else None


def by_cursor(name: str, told: Callable[[str | None], dict[str, Any]]) -> Callable[[Query, str], Answered]:
    def answer(query: Query, _url: str) -> Answered:
        found, after = cursor(query, name)
        return {"data": found, **told(after)}, {}

    return answer


def below_one_is_refused(query: Query, _url: str) -> Answered:
    return ({"error": "page must be at least 1"}, {}, 400) if number(query) < 1 else ({"data": page(query)}, {})


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
    Api("columns", whole({"columns": ["id", "name"], "rows": [[1, "a"], [2, "b"]]}), SEVEN, under("data"), many=True),
    Api("error-in-200", whole({"error": "quota exceeded"}), SEVEN, under("data")),
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
]


@dataclass
class Outcome:
    """What became of one API."""

    name: str
    level: str
    truly: bool
    told: bool
    """Whether the result names a fact that would have to be supplied."""
    requests: int
    corrected: list[str]
    is_false: bool
    """Whether an object is called live that is read otherwise than its server has it."""


async def measured(api: Api, live: str, home: Path) -> Outcome:
    """Serve the API, make its driver, read everything through it."""
    from driversmith.engine import open_engine
    from driversmith.engine.errors import DriversmithError
    from driversmith.engine.models.session import GenerateRequest
    from driversmith.engine.network.loopback import LoopbackServer, Request, Response
    from driversmith.engine.settings import Settings

    asked: list[str] = []

    def answer(request: Request) -> Response:
        url = urlsplit(request.target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        status, headers = 200, dict[str, str]()
        body: Any = None
        if url.path == "/openapi.json":
            body = api.description()
        else:
            asked.append(request.target)
            if not api.allows({name.lower(): value for name, value in request.headers}, query):
                body, status = {"message": "unauthorized"}, 401
            elif url.path == api.prefix + api.path:
                found = api.answer(query, server.url)
                body, headers, status = (*found, 200)[:3]
            elif api.many and url.path in (f"{api.prefix}/ports", f"{api.prefix}/crews"):
                body = PORTS if url.path.endswith("ports") else CREWS
        if body is None:
            body, status = {"error": "not found"}, 404
        told = (("Content-Type", "application/json"), *headers.items())
        return Response(status, json.dumps(body).encode(), told)

    async with LoopbackServer(answer) as server:
        settings = Settings(home=home, allow_local=frozenset({server.url.removeprefix("http://")}))
        if api.security:
            _give_key(settings.credentials_file, server.url, "token" if api.security["type"] == "http" else "api_key")
        async with open_engine(settings) as engine:
            request = GenerateRequest.model_validate(
                {
                    "api_name": api.name,
                    "api_url": server.url,
                    "spec": f"{server.url}/openapi.json",
                    "output_dir": str(home / "out"),
                    "engine": "template",
                    "live": live,
                }
            )
            session = await engine.start(request)
            result = await engine.wait(session.session_id, seconds=120)
            requests, truly, is_false = len(asked), result.output_path is not None, False
            for name, records in api.objects.items():
                try:
                    read = await engine.read_driver(Path(result.output_path or ""), name, limit=1_000)
                except DriversmithError:
                    read = []
                truly = truly and read == records
                verified = result.verification.objects.get(name)
                is_false |= verified is not None and verified.level == "live" and read != records
    return Outcome(
        name=api.name,
        level=result.verification.level,
        truly=truly,
        told=FACT in " ".join([*result.notes, result.error.next_action if result.error else ""]),
        requests=requests,
        corrected=[contradiction.fact for contradiction in result.contradictions],
        is_false=is_false,
    )


def _give_key(file: Path, url: str, argument: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'["{url}"]\n{argument} = "{KEY}"\n')
    file.chmod(0o600)


async def run(apis: list[Api], live: str) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        return [await measured(api, live, Path(folder) / api.name) for api in apis]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--live", choices=("auto", "true"), default="true")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    apis = [api for api in APIS if not given.only or api.name in given.only]
    outcomes = anyio.run(run, apis, given.live)
    if given.json:
        print(json.dumps([vars(o) for o in outcomes], indent=2))
        return
    table = Table(title=f"{len(outcomes)} APIs, live={given.live}")
    for column in ("API", "verified", "read truly", "told", "GETs", "corrected"):
        table.add_column(column)
    for o in outcomes:
        truly = "yes" if o.truly else "NO, and live" if o.is_false else "no"
        table.add_row(o.name, o.level, truly, "yes" if o.told else "", str(o.requests), ", ".join(o.corrected))
    truly, told = sum(o.truly for o in outcomes), sum(o.told and not o.truly for o in outcomes)
    Console(width=150).print(table)
    print(
        f"read truly {truly}/{len(outcomes)}, else told {told}, neither {len(outcomes) - truly - told},"
        f" live but wrong {sum(o.is_false for o in outcomes)}, GETs at most {max(o.requests for o in outcomes)}"
    )


if __name__ == "__main__":
    main()
