"""One small server: what is said of it, and how its schema is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .right_facts import RIGHT, Fact

Query = dict[str, str]
Answered = tuple[Any, dict[str, str]] | tuple[Any, dict[str, str], int]
"""Body, headers, and the status where it is not 200. A body that is bytes is sent as it is."""
Headers = dict[str, str]
FIELDS = {"id": {"type": "integer"}, "name": {"type": "string"}, "weight": {"type": "number"}}
PORTS = [{"id": n, "name": f"port {n}", "weight": n / 2} for n in range(1, 6)]
CREWS = [{"id": n, "name": f"crew {n}", "weight": float(n)} for n in range(1, 4)]
KEY = "k-93817362"


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
    allows: Callable[[Headers, Query], bool] = field(default=lambda _headers, _query: True)
    """Whether a request is no 401."""
    refusal: Answered = ({"message": "unauthorized"}, {}, 401)
    refuses: Callable[[Headers, Query], Answered | None] = field(default=lambda _headers, _query: None)
    """How a request for ships, or for anything where `all_refused`, is refused; None: it is not."""
    all_refused: bool = False
    credentials: tuple[str, ...] = ()
    """Lines of the API's table in credentials.toml."""
    redirect: str = ""
    """Where `described_path` redirects to, without its query."""
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
    def facts(self) -> tuple[Fact, ...]:
        """The corrections that a person would give who knows the API; none where there are none to give, or where only the
        API itself can show them, as a credential that nobody described."""
        return RIGHT.get(self.name, ())

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
