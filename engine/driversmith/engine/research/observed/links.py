"""Where an answer of an API leads: what its root lists, in the styles in which roots do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..documents.nodes import is_list, is_object
from ..openapi.servers import origin

MOST = 200
_DEEPEST = 4
_HOLDERS = re.compile(r"_?links?\Z", re.IGNORECASE)
_LISTS = re.compile(
    r"(resources?|endpoints?|collections?|tables?|entit(y|ies)|entity_?sets?|routes?|paths?|urls?|services?|apis?|objects?|types?|models?"
    r"|children|child|versions?|databases?|links?|_links|available_?\w+)\Z",
    re.IGNORECASE,
)
"""Keys under which a root names its resources without saying where they are."""
_TARGETS = ("href", "url", "uri", "path", "endpoint", "route", "link", "@id", "href-template", "hrefTemplate", "uriTemplate",
            "url_template", "location", "self")  # fmt: skip
_NAMES = ("rel", "name", "title", "id", "relation", "key", "resource", "label", "type")
_ABOUT = re.compile(
    r"(_?links?|methods?|verbs?|description|summary|kind|templated|docs?|help|documentation|params|parameters|hreflang|text|@type|allowed_methods|"
    r"example|media_type|version|hidden|count|singletonurl)\Z",
    re.IGNORECASE,
)
_ITEM = frozenset((*_TARGETS, *_NAMES))
"""Keys of an object that is a link: with others beside them it is a record that has a URL."""
_PATH = re.compile(
    r"(?:(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY|\*)[\s:]+)?((?:https?://|/)[^\s\"'<>`]*)(?:$|\s*[-:(].*$|\s+\w.*$)",
    re.S,
)
_RELATIVE = re.compile(r"\.{0,2}/?[A-Za-z0-9_~%{}:@$.-]+(?:/[A-Za-z0-9_~%{}:@$.-]+)*/?(?:[?{]\S*)?\Z")
_PARTS = re.compile(
    r"(data|items?|results?|records?|rows|values?|entries|entities|content|elements|included|errors?|warnings?|_?links?|meta(data)?|class|"
    r"columns|fields|actions|_embedded|@.*|hydra:.*)\Z",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_$][\w$-]{0,60}\Z")
_ASIDE = re.compile(
    r"(self|next|prev(ious)?|first|last|curies|profile|up|parent|home|root|canonical|index|start|top|license|terms\w*|privacy\w*|about|author|"
    r"copyright|contact|feedback|support|github|source(_?code)?|repository|homepage|website|logo|icon|favicon|image|avatar|alternate|"
    r"edit|search|health\w*|status|ping|ready\w*|live\w*|metrics|login|logout|log_?in|log_?out|register|sign\w*|auth\w*|token\w*|oauth\w*|"
    r"stylesheet|manifest|cite-as|shortcut|preload|prefetch|type|collection|item|service-meta|version-history|schema|schemas|context|@.*)\Z",
    re.IGNORECASE,
)
"""Relations that lead to no resource of their own."""
_DOCS = re.compile(
    r"(service-?_?(desc|doc)|describedby|described_?by|open_?api\w*|swagger\w*|spec(ification)?|api-?_?docs?|docs?|documentation(_?url)?|"
    r"api-?_?catalog|help|reference|api-?_?definition)\Z",
    re.IGNORECASE,
)
_STATIC = re.compile(
    r"\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|woff2?|ttf|eot|pdf|zip|gz|tar|mp[34]|webp|html?|txt|md|wasm|rss|atom|xsd|proto)\Z",
    re.I,
)


_FILES = re.compile(r"/(usr|etc|var|home|tmp|opt|root|dev|proc|sys|bin|lib|mnt|private)(/|\Z)")
"""Paths of a file system rather than of a host."""


@dataclass(frozen=True)
class Link:
    """A way from one answer to another."""

    name: str
    """What it is called where it stands."""
    urls: tuple[str, ...]
    """Absolute, the likeliest first; with `{name}` for what has to be filled in."""
    query: tuple[str, ...] = ()
    """Optional query parameters that a template names (`{?page,size}`)."""
    is_guess: bool = False
    """Whether only its name stands in the answer."""

    @property
    def is_template(self) -> bool:
        """Whether something has to be filled in first."""
        return "{" in self.urls[0]


def links_of(body: Any, url: str) -> list[Link]:
    """The links to resources in the JSON of a root document, in order: as members with URLs, as `_links` or `links` (HAL,
    JSON:API, Siren, Atom), as lists of entries with an address (OData, JSON home), of paths, or of names alone.

    Links to other hosts, to the answer itself, its neighbours and documentation are none.
    """
    found: dict[str, Link] = {}
    for name, target, is_guess in _pairs(body):
        if _ASIDE.match(name) or _DOCS.match(name):
            continue
        link = _link(name, target, url, is_guess)
        if link is not None:
            found.setdefault(link.urls[0], link)
        if len(found) >= MOST:
            break
    return list(found.values())


def description_links(body: Any, url: str) -> list[str]:
    """Absolute URLs that a JSON document names as descriptions or documentation of its API, those of descriptions first."""
    found: dict[str, int] = {}
    for name, target, is_guess in _pairs(body):
        if not is_guess and _DOCS.match(name) and (place := _joined(url, target)):
            found.setdefault(place, 0 if re.search(r"desc|open_?api|swagger|spec|catalog", name, re.I) else 1)
    return sorted(found, key=lambda place: found[place])


def has_link_items(items: list[Any]) -> bool:
    """Whether every item of a list is an entry that leads somewhere, rather than a record."""
    return bool(items) and all(_is_entry(item) for item in items[:MOST])


def resource_names(body: Any) -> list[str]:
    """The keys of an object that holds several lists of records, none of them a usual part of an answer: each may be a
    resource of that name (a dump)."""
    if not is_object(body) or any(_PARTS.match(key) for key in body):
        return []
    lists = [
        key for key, value in body.items() if is_list(value) and value and all(is_object(item) for item in value[:50])
    ]
    others = [value for value in body.values() if not is_object(value) and not is_list(value)]
    return lists if len(lists) > 1 and not others and all(map(_WORD.match, lists)) else []


def without(body: Any, path: tuple[str, ...]) -> Any:
    """The same without what stands at a path."""
    if not path or not is_object(body):
        return None if not path else body
    return {key: without(value, path[1:]) if key == path[0] else value for key, value in body.items()}


def guessed(name: str, url: str) -> Link:
    """The link to a resource of which only the name is known: below the URL, else beside it."""
    folder = url.partition("?")[0].rstrip("/")
    places = [f"{folder}/{name}", urljoin(url, name)]
    return Link(name, tuple(dict.fromkeys(places)), is_guess=True)


def _pairs(body: Any) -> Iterator[tuple[str, str, bool]]:
    """Name, target, and whether the target is a name alone; outermost first."""
    level: list[tuple[str, Any, int]] = [("", body, 0)]
    count = 0
    while level:
        below: list[tuple[str, Any, int]] = []
        for key, value, depth in level:
            count += 1
            if count > 5_000:
                return
            if isinstance(value, str):
                yield from _text(key, value, depth)
            elif is_object(value):
                target = _target(value) if depth else ""
                if target and _only_links(value) and _allows_get(value):
                    yield _name_of(value, key), target, False
                    continue
                yield from _named(key, value)
                if depth < _DEEPEST:
                    below += [(inner, item, depth + 1) for inner, item in list(value.items())[:MOST]]
                    if not _HOLDERS.match(key):
                        yield from _routes(value)
            elif is_list(value):
                yield from _list(key, value, depth)
                if depth < _DEEPEST and not has_link_items(value):
                    below += [(key, item, depth + 1) for item in value[:3] if is_list(item)]
        level = below


def _text(key: str, value: str, depth: int) -> Iterator[tuple[str, str, bool]]:
    """A member that is a URL or a path, as `ships`, `ships_url` or under `_links`."""
    match = _PATH.match(value)
    if depth and match is None and _is_relative(key, value):
        yield key, value, False
    if match and match.group(1) in (None, "GET", "ANY", "*") and depth:
        if match.group(1) is None and match.group(0) != value:
            return
        yield re.sub(r"_?(url|uri|href|link|endpoint|path)s?\Z", "", key, flags=re.I) or key, match.group(2), False


def _is_relative(key: str, value: str) -> bool:
    """Whether a value is a path relative to the answer: it is written like one (`./ports`, `ships/`), or ends in its own key."""
    if not _RELATIVE.match(value) or re.fullmatch(r"[\d./:-]+", value):
        return False
    return value.endswith("/") or value.startswith(("./", "../")) or ("/" in value and value.rpartition("/")[2] == key)


def _routes(members: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Keys that are routes: `"GET /ships": "all ships"`."""
    for key in list(members)[:MOST]:
        match = _PATH.match(key)
        if match and match.group(1) in (None, "GET", "ANY", "*"):
            yield _last_word(match.group(2)), match.group(2), False


def _named(key: str, members: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Names alone, as the keys of `resources: {"ships": "all ships"}`."""
    if _LISTS.match(key) and not _HOLDERS.match(key):
        for name, value in list(members.items())[:MOST]:
            plain = isinstance(value, str) and not _PATH.match(value)
            if _WORD.match(name) and (plain or (is_object(value) and not _target(value))):
                yield name, name, True


def _list(key: str, items: list[Any], depth: int) -> Iterator[tuple[str, str, bool]]:
    for item in items[:MOST]:
        if isinstance(item, str):
            match = _PATH.match(item)
            if match and match.group(1) in (None, "GET", "ANY", "*"):
                yield _last_word(match.group(2)), match.group(2), False
            elif _WORD.match(item) and (_LISTS.match(key) or not depth):
                yield item, item, True
        elif is_object(item) and _is_entry(item) and _allows_get(item):
            yield _name_of(item, key), _target(item), False
        elif is_object(item) and _LISTS.match(key) and _only_names(item):
            yield item["name"], item["name"], True


def _is_entry(item: Any) -> bool:
    return is_object(item) and bool(_target(item)) and _only_links(item)


def _only_links(item: dict[str, Any]) -> bool:
    return all(_is_of_link(key) for key in item)


def _is_of_link(key: str) -> bool:
    return key in _ITEM or key.lower() in _ITEM or bool(_ABOUT.match(key))


def _only_names(item: dict[str, Any]) -> bool:
    """Whether an entry describes a resource (`{"name": "ships", "columns": [...]}`), and has no address."""
    name = item.get("name")
    if not isinstance(name, str) or not _WORD.match(name):
        return False
    return any(is_list(value) or is_object(value) for value in item.values()) or _only_links(item)


def _target(item: dict[str, Any]) -> str:
    """The address of an entry; "" where it has none."""
    for key in _TARGETS:
        value = item.get(key)
        if isinstance(value, str) and (_PATH.match(value) or _RELATIVE.match(value)) and len(value) <= 2_000:
            return value
    if not any(isinstance(item.get(name), str) for name in ("name", "id", "title", "key", "rel")):
        return ""
    return next((found for key in ("links", "_links", "link") if (found := _own_target(item.get(key)))), "")


def _own_target(links: Any) -> str:
    """Where the links of an entry say that it is itself, else their first: `links: [{"rel": "self", "href": ...}]`."""
    if is_object(links):
        links = [{"rel": name, **(link if is_object(link) else {"href": link})} for name, link in links.items()]
    entries = (
        [link for link in links if is_object(link) and isinstance(link.get("href"), str)] if is_list(links) else []
    )
    own = [link for link in entries if link.get("rel") in ("self", "canonical", ["self"], "items", "data")]
    return next((str(link["href"]) for link in (*own, *entries)), "")


def _allows_get(item: dict[str, Any]) -> bool:
    methods = next(
        (item[key] for key in ("method", "methods", "verb", "verbs", "allowed_methods") if key in item), "GET"
    )
    said = " ".join(map(str, methods)) if is_list(methods) else str(methods)
    return not re.search(r"[A-Za-z]", said) or bool(re.search(r"\b(GET|ANY|ALL)\b", said, re.I))


def _name_of(item: dict[str, Any], key: str) -> str:
    """What a link is called: by its relation or name, else by the key that it stands under, else by its own last word."""
    if key and not _LISTS.match(key) and not _HOLDERS.match(key) and key != "value":
        return key
    for name in _NAMES:
        value = item.get(name)
        value = value[0] if is_list(value) and value else value
        if isinstance(value, str) and value:
            return _last_word(value) if "/" in value else value
    return _last_word(_target(item))


def _link(name: str, target: str, url: str, is_guess: bool) -> Link | None:
    if is_guess:
        return guessed(target, url)
    bare, query = _expanded(target)
    place = _joined(url, bare)
    if not place or origin(place) != origin(url) or _FILES.match(target) or _STATIC.search(urlsplit(place).path):
        return None
    here = url.partition("?")[0].rstrip("/")
    places = [place]
    if not urlsplit(bare).scheme:
        below = f"{here}/{bare.lstrip('./')}"
        # A path may be meant from the root of the host, or from the root of the API; a word below the answer, or beside it.
        places = [place, below] if bare.startswith("/") else [below, place]
    places = [p for p in dict.fromkeys(places) if p.partition("?")[0].rstrip("/") != here or "?" in p]
    return Link(name, tuple(places), query) if places else None


def _expanded(target: str) -> tuple[str, tuple[str, ...]]:
    """A target without what a template leaves open in the query, its path parameters spelled `{name}`; and their names."""
    query = [name.strip("*") for group in re.findall(r"\{[?&]([^{}]*)\}", target) for name in group.split(",") if name]
    bare = re.sub(r"\{[?&#][^{}]*\}", "", target)
    bare = re.sub(r"\{[/.+]([^{}]*)\}", lambda found: "/{" + found[1].strip("*") + "}", bare)
    bare = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", bare)
    scheme, colon, rest = bare.partition("://")
    path = re.sub(r"/:(\w+)", r"/{\1}", rest if colon else scheme)
    pairs = [pair for pair in path.partition("?")[2].split("&") if re.search(r"=\{|=<|=:", pair)]
    if pairs:
        query += [pair.partition("=")[0] for pair in pairs]
        left = [pair for pair in path.partition("?")[2].split("&") if pair not in pairs]
        path = path.partition("?")[0] + ("?" + "&".join(left) if left else "")
    return (scheme + colon + path if colon else path), tuple(dict.fromkeys(query))


def _joined(url: str, target: str) -> str:
    try:
        place = urljoin(url, target.strip())
    except ValueError:
        return ""
    return place.partition("#")[0] if origin(place) else ""


def _last_word(path: str) -> str:
    """The last fixed segment of a path."""
    words = [
        part for part in urlsplit(path.partition("{?")[0]).path.split("/") if part and not re.match(r"[{:<]", part)
    ]
    return words[-1] if words else path
