"""What the Book Store API offers, as values."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API."""

    name: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    """Argument -> name on the wire."""
    sends_body: bool = False

    @property
    def in_path(self) -> list[str]:
        """Names of the path's placeholders, in order."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def arguments(self) -> list[str]:
        """Everything that a caller may give."""
        return [*self.in_path, *self.query, *(["body"] if self.sends_body else [])]


@dataclass(frozen=True)
class FieldInfo:
    """One field of a record."""

    type: str
    required: bool = False
    nullable: bool = False
    description: str = ""


@dataclass(frozen=True)
class Resource:
    """One object, with the endpoint of each verb."""

    name: str
    verbs: dict[str, str]
    fields: dict[str, FieldInfo]
    envelope: str = ""
    cursor: str = ""
    """Where the answer holds the next cursor; empty: there are no pages."""


ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("list_books", "GET", "/books", {"cursor": "cursor", "limit_": "limit", "genre": "genre"}),
        Endpoint("create_book", "POST", "/books", sends_body=True),
        Endpoint("get_book", "GET", "/books/{book_id}"),
        Endpoint("update_book", "PUT", "/books/{book_id}", sends_body=True),
        Endpoint("delete_book", "DELETE", "/books/{book_id}"),
        Endpoint("list_authors", "GET", "/authors", {"name": "name"}),
    )
}

BOOKS = Resource(
    name="books",
    verbs={
        "read": "list_books",
        "read_one": "get_book",
        "create": "create_book",
        "update": "update_book",
        "delete": "delete_book",
    },
    fields={
        "id": FieldInfo("integer"),
        "title": FieldInfo("string", required=True),
        "price": FieldInfo("number"),
        "genre": FieldInfo("string"),
    },
    envelope="books",
    cursor="next_cursor",
)
AUTHORS = Resource(
    name="authors",
    verbs={"read": "list_authors"},
    fields={"id": FieldInfo("integer"), "name": FieldInfo("string")},
)
RESOURCES = {resource.name: resource for resource in (BOOKS, AUTHORS)}
