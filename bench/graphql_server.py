"""A harbour by GraphQL, built with strawberry: `python graphql_server.py PORT` serves it at `/graphql` until the process is ended.

Ships are a Relay connection, ports a list by offset, crews numbered pages; needs strawberry-graphql and uvicorn.
"""

import base64
import sys
from typing import Any

HELD: dict[str, list[dict[str, Any]]] = {
    "ships": [{"name": f"ship {n}", "weight": n * 1.5} for n in range(1, 251)],
    "ports": [{"id": n, "name": f"port {n}"} for n in range(1, 121)],
    "crews": [{"id": n, "name": f"crew {n}"} for n in range(1, 96)],
}
CREWS_A_PAGE = 20
PORTS_A_PAGE = 50


def truth() -> dict[str, list[dict[str, Any]]]:
    """What the server holds, as it gives it."""
    ids = (base64.b64encode(f"Ship:{n}".encode()).decode() for n in range(1, len(HELD["ships"]) + 1))
    return {**HELD, "ships": [{"id": name, **ship} for name, ship in zip(ids, HELD["ships"], strict=True)]}


def application() -> Any:
    """The schema, served at `/graphql`."""
    import strawberry
    from starlette.applications import Starlette
    from strawberry import relay
    from strawberry.asgi import GraphQL

    @strawberry.type
    class Ship(relay.Node):
        id: relay.NodeID[int]
        name: str
        weight: float

    @strawberry.type
    class Port:
        id: int
        name: str

    @strawberry.type
    class Crew:
        id: int
        name: str

    @strawberry.type
    class Info:
        count: int
        next: int | None

    @strawberry.type
    class Crews:
        info: Info
        results: list[Crew]

    @strawberry.type
    class Query:
        @relay.connection(relay.ListConnection[Ship])
        def ships(self) -> list[Ship]:
            return [Ship(id=n, **ship) for n, ship in enumerate(HELD["ships"], 1)]

        @strawberry.field
        def ports(self, offset: int = 0, limit: int = 20) -> list[Port]:
            return [Port(**port) for port in HELD["ports"][offset : offset + min(limit, PORTS_A_PAGE)]]

        @strawberry.field
        def crews(self, page: int = 1) -> Crews:
            end = page * CREWS_A_PAGE
            info = Info(count=len(HELD["crews"]), next=page + 1 if end < len(HELD["crews"]) else None)
            return Crews(info=info, results=[Crew(**crew) for crew in HELD["crews"][end - CREWS_A_PAGE : end]])

        @strawberry.field
        def port(self, id: int) -> Port | None:
            return next((Port(**port) for port in HELD["ports"] if port["id"] == id), None)

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def add_port(self, name: str) -> Port:
            HELD["ports"].append({"id": len(HELD["ports"]) + 1, "name": name})
            return Port(**HELD["ports"][-1])

    served = Starlette()
    served.mount("/graphql", GraphQL(strawberry.Schema(Query, Mutation)))
    return served


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
