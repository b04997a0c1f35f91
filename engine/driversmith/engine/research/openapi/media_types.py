"""Media types: which of several to speak, and what kind of payload each is."""

import re
from collections.abc import Iterable

from ...models.profile import PayloadKind, form_of
from .schemas import Schema

_TEXT = re.compile(
    r"(text/.+|.*[/+.](xml|yaml|x-yaml|csv|html|javascript|ecmascript|graphql|x-ndjson|ndjson|jsonl|json-seq|sql))\Z"
)
GEOJSON = "application/geo+json"
_BINARY = re.compile(r"octet|zip|pdf|image|audio|video|msgpack|protobuf|tar")
_PREFERENCE: dict[PayloadKind, int] = {"json": 0, "form": 1, "multipart": 2, "text": 3, "binary": 4}


def essence(media_type: str) -> str:
    """A media type without parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether the media type is JSON, whatever is said in it."""
    name = essence(media_type)
    return name in ("application/json", "text/json", "application/x-json") or name.endswith("+json")


def payload(media_type: str, schema: Schema) -> tuple[str, PayloadKind] | None:
    """The media type to send or to ask for, and its kind; None where the wildcard says nothing."""
    name = essence(media_type)
    if not re.fullmatch(r"[a-z0-9!#$&^_.+*-]+/[a-z0-9!#$&^_.+*-]+", name):
        name = media_type = "application/json" if name == "json" else "*/*"
    if name.endswith("*+json"):
        return "application/json", "json"
    if "*" in name:
        return _wildcard(name, schema)
    if name == "application/form-data":  # a common slip
        name = media_type = "multipart/form-data"
    return media_type.strip(), _kind(name, schema)


def preferred(offers: Iterable[tuple[str, Schema]]) -> tuple[str, PayloadKind, Schema] | None:
    """The best of several media types: JSON, then forms, then text, then bytes; plain JSON before its relatives."""
    best: tuple[str, PayloadKind, Schema] | None = None
    best_rank = (99, 99)
    for media_type, schema in offers:
        if (meaning := payload(media_type, schema)) is None:
            continue
        plain = 0 if essence(meaning[0]) == "application/json" else 2 if "patch+json" in meaning[0] else 1
        rank = (_PREFERENCE[meaning[1]], plain)
        if rank < best_rank:
            best, best_rank = (*meaning, schema), rank
    return best


def _wildcard(name: str, schema: Schema) -> tuple[str, PayloadKind] | None:
    if schema.type in ("object", "array"):
        return "application/json", "json"
    if schema.format == "binary" or name.startswith(("image/", "audio/", "video/")):
        return "application/octet-stream", "binary"
    if name.startswith("text/") or schema.type == "string":
        return "text/plain", "text"
    return None


def _kind(name: str, schema: Schema) -> PayloadKind:
    if is_json(name):
        return "json"
    if name == "application/x-www-form-urlencoded":
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    if form_of(name) or _TEXT.match(name):
        return "text"
    return "json" if schema.type in ("object", "array") and not _BINARY.search(name) else "binary"
