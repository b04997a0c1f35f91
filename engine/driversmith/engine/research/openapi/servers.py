"""Servers of a description, and which of its operations live on the API's own one."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from urllib.parse import SplitResult, urljoin, urlsplit

from ...models.profile import Evidence, ServerProfile
from ..documents.nodes import Node, mapping, one_line, sequence, text
from ..documents.parse import Description
from ..documents.references import join

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST = 20
_BASE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[^/\\?#@\s{}]+)*")


def servers_of(description: Description) -> tuple[ServerProfile, ...]:
    """The servers of the whole API, variables filled; () where the description names none."""
    root = description.document
    if description.is_swagger2:
        return _swagger2_servers(root)
    return _servers(root, "#")


def own_servers(description: Description) -> tuple[ServerProfile, ...]:
    """The servers to choose a base URL from: those of the API or, where it names none that is absolute, the one most operations name."""
    servers = servers_of(description)
    if any(origin(server.url) for server in servers) or description.is_swagger2:
        return servers
    named = _most_named(description.document)
    return (named, *servers) if named else servers


@dataclass(frozen=True)
class Root:
    """Where a path stands at the API's own origin."""

    prefix: str = ""
    """What goes in front of it, below the path of the base URL."""
    base_path: str | None = None
    """What stands in place of the path of the base URL."""


@dataclass(frozen=True)
class Home:
    """Where the API lives: what stands below the base URL is its own."""

    origins: frozenset[str]
    path: str
    """Path of the server that the base URL stands for."""

    def root_of(self, servers: tuple[ServerProfile, ...]) -> Root | None:
        """Where a path stands whose own servers are these; None where they are all somewhere else."""
        elsewhere: Root | None = None
        for server in servers:
            parts = urlsplit(server.url)
            if (place := origin(server.url)) and place not in self.origins:
                continue
            path = parts.path.rstrip("/")
            if not place and not path.startswith("/") and path:
                path = "/" + path
            if path == self.path:
                return Root()
            if path.startswith(self.path + "/"):
                return Root(prefix=path[len(self.path) :])
            if elsewhere is None and _BASE_PATH.fullmatch(path):
                elsewhere = Root(base_path=path)
        return elsewhere


def home_of(description: Description, base_url: str) -> Home:
    """Where the API lives, given the base URL that was chosen for it."""
    servers = own_servers(description)
    first = next((server.url for server in servers if origin(server.url)), "")
    origins = {place for url in (first, base_url) if (place := origin(url))}
    path = urlsplit(first or (servers[0].url if servers else "")).path.rstrip("/")
    return Home(frozenset(origins), path)


def narrower_servers(node: Node, pointer: str) -> tuple[ServerProfile, ...]:
    """The servers that a path item or an operation names for itself."""
    return _servers(node, pointer) if "servers" in node else ()


def origin(url: str) -> str:
    """`https://host:port` with the port always there; empty for a relative URL and for anything that is no http URL."""
    parts = split(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


def split(url: str) -> SplitResult | None:
    """The parts of a URL, or None where it is none (a broken port, a broken IPv6 address)."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def resolved(url: str, location: str) -> str:
    """An absolute http URL without trailing slash, query and fragment, or "" where there is none."""
    try:
        whole = urljoin(location, url)
    except ValueError:
        return ""
    parts = split(whole)
    if parts is None or not origin(whole):
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def _servers(node: Node, pointer: str) -> tuple[ServerProfile, ...]:
    found: dict[str, ServerProfile] = {}
    for index, entry in enumerate(sequence(node.get("servers"))[:_MOST]):
        server = mapping(entry)
        for url in _filled(text(server.get("url")), mapping(server.get("variables"))):
            if split(url) is not None:
                found.setdefault(
                    url,
                    ServerProfile(
                        url=url,
                        description=one_line(server.get("description"), 200),
                        evidence=Evidence(pointer=join(pointer, "servers", str(index))),
                    ),
                )
    return tuple(found.values())


def _filled(url: str, variables: Node) -> Iterator[str]:
    """A URL with the defaults of its variables, then with the other values that they may have."""
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    values = [_values(mapping(variables.get(name)), name) for name in names]
    for chosen in islice(product(*values), _MOST):
        given = dict(zip(names, chosen, strict=True))
        filled = _fit(_VARIABLE.sub(lambda match, given=given: given[match[1]], url.strip()))
        if filled is not None:
            yield filled


def _values(variable: Node, name: str) -> list[str]:
    default = text(variable.get("default"))
    told = [default, *map(text, sequence(variable.get("enum"))[:_MOST])]
    return list(dict.fromkeys(filter(None, told))) or ["{" + name + "}"]


def _fit(filled: str) -> str | None:
    if not filled or len(filled) > 1000 or re.search(r"[\x00-\x20\x7f]", filled):
        return None
    return filled


def _swagger2_servers(root: Node) -> tuple[ServerProfile, ...]:
    host, base_path = text(root.get("host")).strip(), text(root.get("basePath")).strip()
    base_path = "/" + base_path.strip("/") if base_path.strip("/") else ""
    if "://" in host:
        host = host.partition("://")[2]
    host, _, extra = host.partition("/")
    base_path = f"/{extra.strip('/')}{base_path}" if extra.strip("/") else base_path
    if re.search(r"[\x00-\x20\x7f]", host + base_path) or len(host + base_path) > 1000:
        return ()
    if not host:
        return (ServerProfile(url=base_path, evidence=Evidence(pointer="#/basePath")),) if base_path else ()
    schemes = [scheme for scheme in sequence(root.get("schemes")) if scheme in ("http", "https")]
    rule = None if schemes else "no schemes are given: https"
    servers = (
        ServerProfile(url=f"{scheme}://{host}{base_path}", evidence=Evidence(pointer="#/host", rule=rule))
        for scheme in sorted(set(schemes) or {"https"}, reverse=True)
    )
    return tuple(server for server in servers if split(server.url))


def _most_named(root: Node) -> ServerProfile | None:
    """The first server that the operations name for the most common origin."""
    count: Counter[str] = Counter()
    first: dict[str, ServerProfile] = {}
    for path, item in mapping(root.get("paths")).items():
        pointer = join("#/paths", path)
        for key, node in {"": item, **mapping(item)}.items():
            for server in narrower_servers(mapping(node), join(pointer, key) if key else pointer)[:1]:
                if place := origin(server.url):
                    count[place] += 1
                    first.setdefault(place, server)
    if not count:
        return None
    server = first[max(count, key=lambda place: count[place])]
    rule = "the API names no absolute server of its own; most of its operations name this one"
    return server.model_copy(update={"evidence": Evidence(pointer=server.evidence.pointer, rule=rule)})
