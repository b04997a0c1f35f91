"""A GraphQL API on loopback, made of SDL and of functions that answer its fields."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from graphql import build_schema, graphql_sync

Root = Mapping[str, Callable[..., Any]]
SHIPS = [{"id": f"S{n}", "name": f"ship {n}", "weight": n * 1.5} for n in range(1, 258)]
PORTS = [{"id": n, "name": f"port {n}", "kind": "SEA" if n % 2 else "RIVER"} for n in range(1, 131)]
CREWS = [{"id": n, "name": f"crew {n}", "ship": SHIPS[n]} for n in range(1, 96)]
BERTHS = [{"id": n, "depth": n} for n in range(1, 74)]
POSTS = [{"id": n, "title": f"post {n}"} for n in range(1, 44)]

SDL = '''
"""Of a harbour."""
type Query {
  ships(first: Int, after: String, last: Int, before: String, where: ShipFilter): ShipConnection!
  ship(id: ID!): Ship
  ports(limit: Int, offset: Int, order_by: [PortOrder!]): [Port!]!
  crews(page: Int, filter: CrewFilter): Crews
  Page(page: Int, perPage: Int): Page
  posts(options: PageQueryOptions): PostsPage
  tags: [String!]!
  version: String!
  node(id: ID!): Node
}
type Mutation { addPort(name: String!): Port sink(input: SinkInput!): Boolean }
input SinkInput { id: ID! why: String }
interface Node { id: ID! }
input ShipFilter { name: String }
type Ship implements Node { id: ID! name: String! weight: Float! old: String @deprecated secret(key: String!): String home: Port }
type ShipEdge { cursor: String! node: Ship! }
type ShipConnection { edges: [ShipEdge!]! pageInfo: PageInfo! totalCount: Int! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
enum Water { SEA RIVER }
enum PortOrder { id_asc }
type Port { id: Int! name: String! kind: Water! ships(first: Int, after: String): ShipConnection }
input CrewFilter { name: String }
type Crew { id: ID! name: String! ship: Ship crews: [Crew!] }
type Info { count: Int pages: Int next: Int prev: Int }
type Crews { info: Info results: [Crew] }
type PagedInfo { total: Int perPage: Int currentPage: Int lastPage: Int hasNextPage: Boolean }
type Page { pageInfo: PagedInfo berths(depth: Int): [Berth] crews: [Crew] }
type Berth { id: Int! depth: Int }
input PageQueryOptions { paginate: PaginateOptions search: String }
input PaginateOptions { page: Int limit: Int }
type PostsPage { data: [Post] meta: Meta }
type Meta { totalCount: Int }
type Post { id: ID title: String }
'''


def ships(_: Any, first: int | None = None, after: str | None = None, **__: Any) -> Any:
    if first is None or not 0 < first <= 100:
        raise ValueError("`first` must be between 1 and 100.")
    start = int(base64.b64decode(after)) if after else 0
    page = SHIPS[start : start + first]
    cursors = [base64.b64encode(str(start + n).encode()).decode() for n in range(1, len(page) + 1)]
    return {
        "edges": [{"cursor": cursor, "node": ship} for cursor, ship in zip(cursors, page, strict=True)],
        "pageInfo": {
            "hasNextPage": start + first < len(SHIPS),
            "hasPreviousPage": start > 0,
            "endCursor": cursors[-1] if cursors else None,
        },
        "totalCount": len(SHIPS),
    }


def crews(_: Any, page: int = 1, **__: Any) -> Any:
    pages = -(-len(CREWS) // 20)
    info = {"count": len(CREWS), "pages": pages, "next": page + 1 if page < pages else None}
    return {"info": info, "results": CREWS[(page - 1) * 20 : page * 20]}


def paged(_: Any, page: int = 1, perPage: int = 10) -> Any:  # noqa: N803 - as its schema calls it
    size = min(perPage, 25)
    return {
        "pageInfo": {
            "total": len(BERTHS),
            "perPage": size,
            "currentPage": page,
            "hasNextPage": page * size < len(BERTHS),
        },
        "berths": lambda _, **__: BERTHS[(page - 1) * size : page * size],
        "crews": CREWS[(page - 1) * size : page * size],
    }


def posts(_: Any, options: dict[str, Any] | None = None) -> Any:
    asked = (options or {}).get("paginate") or {}
    page, size = asked.get("page") or 1, asked.get("limit") or 10
    return {"data": POSTS[(page - 1) * size : page * size], "meta": {"totalCount": len(POSTS)}}


HARBOUR: Root = {
    "ships": ships,
    "ship": lambda _, id: next((s for s in SHIPS if s["id"] == id), None),
    "ports": lambda _, limit=None, offset=None, **__: PORTS[offset or 0 :][: min(limit or 1000, 1000)],
    "crews": crews,
    "Page": paged,
    "posts": posts,
    "tags": lambda _: ["sea", "river"],
    "version": lambda _: "1.0",
    "node": lambda _, id: None,
}


class GraphqlApi:
    """An async context manager; `url` is its origin, and `asked` what was posted to it."""

    def __init__(
        self, sdl: str = SDL, root: Root = HARBOUR, *, path: str = "/graphql", token: str = "", tells: bool = True
    ) -> None:
        """`token` is what it wants as a bearer's; `tells` whether it answers introspection."""
        self._schema = build_schema(sdl)
        self._root = root
        self._path, self._token, self._tells = path, token, tells
        self._server = LoopbackServer(self._answer)
        self.asked: list[str] = []

    async def __aenter__(self) -> "GraphqlApi":
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._server.__aexit__(*error)

    @property
    def url(self) -> str:
        return self._server.url

    def _answer(self, request: Request) -> Response:
        if request.path != self._path:
            return _json({"detail": "Not found."}, 404)
        if request.method != "POST":
            return _json({"errors": [{"message": "Must provide query string."}]}, 400)
        asked = json.loads(request.body)
        self.asked.append(asked["query"])
        if self._token and request.header("authorization") != f"Bearer {self._token}":
            return _json({"errors": [{"message": "This endpoint requires you to be authenticated."}]}, 401)
        if "__schema" in asked["query"] and not self._tells:
            message = "GraphQL introspection has been disabled, but the requested query contained the field '__schema'."
            return _json({"errors": [{"message": message}]}, 400)
        done = graphql_sync(self._schema, asked["query"], self._root, variable_values=asked.get("variables"))
        return _json(done.formatted, 200 if done.data is not None else 400)


def _json(body: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))
