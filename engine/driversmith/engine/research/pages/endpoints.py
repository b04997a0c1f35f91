"""From mentions to endpoints: which of them are requests to the API, where it lives, and which are one and the same."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .hosts import api_origins, domain_of, host_of, is_elsewhere, is_example, looks_like_api
from .mentions import Mention, Signal
from .page_text import PageText
from .targets import Target

_STRONG: frozenset[Signal] = frozenset(("method_path", "embedded", "call", "labelled"))
_SENT: frozenset[Signal] = frozenset(("method_path", "call", "labelled", "base", "code", "span"))
_ORDER: tuple[Signal, ...] = ("method_path", "embedded", "call", "labelled", "code", "span", "path", "prose", "base")
_ASSET = re.compile(
    r"\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot|mp[34]|zip|gz|tgz|pdf|exe|dmg|apk|html?|md|bak|jar)$",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(r"https?://[^\s]+\s+[-–:]\s")
"""A URL and what it does, as lists of endpoints have them."""
_BASE_LIKE = re.compile(r"api|rest|v\d+(\.\d+)*|public|json", re.IGNORECASE)
_SITE = re.compile(
    r"/(docs?|documentation|blog|terms|privacy|pricing|about|contact|login|log-in|sign-?(in|up)|register|faq|help|support|news"
    r"|wiki|community|forum|legal|account|dashboard|changelog|download|guides?|tutorials?|sponsors?|careers|cookies)(/|$|\.html?$|\.php$)",
    re.IGNORECASE,
)
_INCOMING = re.compile(
    r"\b(webhooks?|callbacks?|events? notification|we (will )?(send|post|call|make)|your (server|endpoint|url))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Endpoint:
    """A request that the API takes, as pages tell it."""

    target: Target
    method: str
    guessed: bool
    """Whether the method is only assumed: the page names none, and a URL that is opened is a GET."""
    signal: Signal
    mentions: tuple[Mention, ...]
    """All places that speak of it, the best first."""

    @property
    def signature(self) -> str:
        """`GET https://api.example.com/v1/users/{id}`."""
        return f"{self.method} {self.target.origin}{self.target.path}"


@dataclass(frozen=True)
class Found:
    """What pages tell of an API."""

    origin: str
    """Where the API lives, as far as the pages tell; empty where they do not."""
    base_path: str
    """What stands before all paths, without a trailing slash; often empty."""
    endpoints: tuple[Endpoint, ...]


def endpoints_of(pages: Sequence[PageText], mentions: Sequence[Mention]) -> Found:
    """The endpoints among the mentions of pages that belong together; the first is the one that led to the others."""
    here = next((page.url for page in pages if page.url), "")
    spoken = [mention for mention in mentions if not _is_incoming(pages[mention.page], mention)]
    spoken = _at_home(spoken, here)
    origins = api_origins(spoken, here)
    base = _base(spoken, origins, here)
    taken = [mention for mention in spoken if _is_taken(mention, pages[mention.page], origins)]
    taken = [*taken, *_siblings(spoken, taken)]
    whole = {m.target.path for m in taken if m.target.origin == base[0]}
    resolved = [_resolved(one, base, whole) for mention in taken for one in _with_and_without(mention)]
    merged = _merged(_as_templates(resolved))
    kept = _without_bases(merged, base, spoken)
    origin, path = base
    return Found(origin=origin, base_path=path, endpoints=tuple(kept))


def _at_home(mentions: Sequence[Mention], page_url: str) -> list[Mention]:
    """Where a page names no host but such as stand for the reader's own, its own is meant."""
    home = _root(page_url)
    hosts = {host_of(m.target.origin) for m in mentions if m.target.origin and m.signal in _SENT}
    own = domain_of(host_of(home))
    real = [host for host in hosts if domain_of(host) == own or not (is_example(host) or is_elsewhere(host))]
    if not home or real:
        return list(mentions)
    return [
        replace(mention, target=replace(mention.target, origin=home))
        if mention.target.origin and mention.signal in _SENT and is_example(host_of(mention.target.origin))
        else mention
        for mention in mentions
    ]


def _is_incoming(page: PageText, mention: Mention) -> bool:
    """Whether the API sends this request rather than takes it."""
    heading = next((b.text for b in page.blocks[mention.block :: -1] if b.kind == "heading"), "")
    near = " ".join(block.text for block in page.blocks[max(0, mention.block - 1) : mention.block + 1])[:600]
    host = host_of(mention.target.origin)
    if is_example(host) and _INCOMING.search(near + heading):
        return True
    told = re.search(r"\b(webhooks?|callbacks?)\b", heading, re.IGNORECASE)
    own = re.search(r"webhook|callback|hook|subscri", mention.target.path, re.IGNORECASE)
    return bool(told) and not own and not mention.target.origin and bool(_INCOMING.search(near))


def _base(mentions: Iterable[Mention], origins: Counter[str], page_url: str) -> tuple[str, str]:
    """The origin of the API and the path that its bare paths stand below."""
    mentions = list(mentions)
    stated = Counter[tuple[str, str]]()
    for mention in mentions:
        if mention.signal == "base" and mention.target.origin in origins:
            path = re.sub(r"/[^/]*\.[a-z]{2,5}$", "", mention.target.path.rstrip("/"))
            stated[mention.target.origin, path] += 1
    bare = {
        m.target.path.rstrip("/")
        for m in mentions
        if not m.target.origin and m.signal in ("method_path", "span", "path", "labelled")
    }
    for mention in mentions:
        origin, path = mention.target.origin, mention.target.path.rstrip("/")
        if origin in origins and mention.signal != "base":
            for below in bare:
                if len(below) > 1 and path.endswith(below):
                    stated[origin, path.removesuffix(below)] += 2
    if stated:
        return max(stated, key=lambda place: (stated[place], origins[place[0]], -len(place[1])))
    if origins:
        return origins.most_common(1)[0][0], ""
    parts = urlsplit(page_url)
    return (f"{parts.scheme}://{parts.netloc}", "") if parts.netloc else ("", "")


def _is_taken(mention: Mention, page: PageText, origins: Counter[str]) -> bool:
    target, signal = mention.target, mention.signal
    host = host_of(target.origin)
    if signal == "base" or mention.method == "OPTIONS":
        return False
    if host and is_elsewhere(host) and domain_of(host) != domain_of(host_of(_root(page.url))):
        return False
    if signal == "call" and host and target.origin not in origins:
        return False
    if signal in ("method_path", "embedded", "call"):
        return not (
            signal == "call"
            and _ASSET.search(target.path)
            and not target.is_template
            and not looks_like_api(target.origin, "")
        )
    if target.origin and target.origin not in origins:
        return False
    if _is_page_itself(target, page):
        return False
    if _ASSET.search(target.path) and not target.is_template:
        return False
    if _SITE.search(target.path) and not looks_like_api(target.origin, target.path):
        return False
    if signal == "labelled":
        return True
    if (
        signal == "span"
        and not target.origin
        and re.search(rf"{re.escape(target.path)}\W{{0,2}} (slash )?commands?\b", mention.quote)
    ):
        return False
    if not target.origin:
        return signal == "span" or (signal == "path" and not mention.linked)
    if signal == "code":
        return True
    if mention.linked and not looks_like_api(target.origin, target.path):
        return False
    if signal == "span":
        return True
    return looks_like_api(target.origin, target.path) or target.is_template or origins[target.origin] >= 10


def _siblings(mentions: Iterable[Mention], taken: Sequence[Mention]) -> Iterable[Mention]:
    """Linked URLs that stand in the same folder as a request: a list of methods, each a link to itself."""
    folders = {(m.target.origin, m.target.path.rpartition("/")[0]) for m in taken if m.target.origin}
    known = set(map(id, taken))
    for mention in mentions:
        folder = mention.target.path.rpartition("/")[0]
        if id(mention) not in known and mention.linked and folder and (mention.target.origin, folder) in folders:
            if not _ASSET.search(mention.target.path) and not _SITE.search(mention.target.path):
                yield mention


def _is_page_itself(target: Target, page: PageText) -> bool:
    if not page.url or not target.origin:
        return False
    here = urlsplit(page.url)
    return (
        host_of(target.origin) == (here.hostname or "")
        and target.path.rstrip("/") == here.path.rstrip("/")
        and not target.query
    )


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _resolved(mention: Mention, base: tuple[str, str], whole: set[str]) -> Mention:
    """The mention with the whole path: a bare one ends a path that the page tells in full, or stands below the base."""
    target, (origin, prefix) = mention.target, base
    if target.origin or not origin:
        return mention
    ends = [path for path in whole if path.rstrip("/").endswith(target.path.rstrip("/")) and target.segments]
    if ends and target.path not in whole and prefix + target.path not in whole:
        return replace(mention, target=replace(target, origin=origin, path=min(ends, key=lambda p: (len(p), p))))
    path = target.path if not prefix or (target.path + "/").startswith(prefix + "/") else prefix + target.path
    return replace(mention, target=replace(target, origin=origin, path=path))


def _with_and_without(mention: Mention) -> Iterable[Mention]:
    """The mention, and where a part of its path may be left out, one without it."""
    yield mention
    target = mention.target
    for name in target.optional:
        yield replace(mention, target=replace(target, path=target.path.replace("/{" + name + "}", "", 1), optional=()))


def _as_templates(mentions: list[Mention]) -> list[Mention]:
    """A sample that a template of the page fits becomes that template."""
    templates: dict[tuple[str, int], list[Target]] = {}
    for mention in mentions:
        if "{" in mention.target.path:
            key = (host_of(mention.target.origin), len(mention.target.segments))
            templates.setdefault(key, []).append(mention.target)
    made: list[Mention] = []
    literal = {
        (m.target.origin, m.target.path.rstrip("/"))
        for m in mentions
        if m.signal in _STRONG and m.signal != "call" and "{" not in m.target.path
    }
    words: dict[tuple[str, str], set[str]] = {}
    for mention in mentions:
        for other in templates.get((host_of(mention.target.origin), len(mention.target.segments)), []):
            if other.is_template and _fits(mention.target, other):
                words.setdefault((other.origin, other.path), set()).update(_words(mention.target, other))
    for mention in mentions:
        target = mention.target
        known = templates.get((host_of(target.origin), len(target.segments)), [])
        if (target.origin, target.path.rstrip("/")) in literal:
            made.append(mention)
            continue
        fitting = [other for other in known if other.is_template and _fits(target, other)]
        fitting = [other for other in fitting if _is_sample(mention, other, words)]
        if fitting and not target.is_template:
            best = min(fitting, key=lambda other: other.path.count("{"))
            samples = tuple(
                (name, value)
                for mine, theirs in zip(target.segments, best.segments, strict=True)
                if (name := theirs.strip("{}")) and theirs == "{" + name + "}" and (value := _value(mine, target))
            )
            mention = replace(mention, target=replace(target, path=best.path, samples=samples))
        made.append(mention)
    return made


def _words(sample: Target, template: Target) -> list[str]:
    """Plain words that a sample has where a template has a parameter: they may be samples, or paths of their own."""
    return [
        mine
        for mine, theirs in zip(sample.segments, template.segments, strict=True)
        if theirs.startswith("{") and re.fullmatch("[a-z]+([_-][a-z]+)*", mine)
    ]


def _is_sample(mention: Mention, template: Target, words: dict[tuple[str, str], set[str]]) -> bool:
    """Whether a path that a template fits is a sample of it: where the page shows many plain words there, or one by
    itself, they are paths of their own."""
    if not _words(mention.target, template):
        return True
    after = next((p for p, q in zip(template.segments, template.segments[1:], strict=False) if q.startswith("{")), "")
    if mention.signal in ("call", "code") and after and not _BASE_LIKE.fullmatch(after):
        return True
    return mention.signal in ("call", "code", "prose") and len(words[template.origin, template.path]) <= 2


def _value(segment: str, target: Target) -> str:
    if "{" not in segment:
        return segment
    return dict(target.samples).get(segment.strip("{}"), "")


def _fits(sample: Target, template: Target) -> bool:
    """Whether a path is what a template becomes: some fixed part is the same, and no parameter stands where it has a word."""
    same = 0
    for mine, theirs in zip(sample.segments, template.segments, strict=True):
        if "{" in theirs:
            if "{" in mine and mine != theirs and theirs.strip("{}") and mine.strip("{}") not in dict(sample.samples):
                return False
            pattern = re.sub(r"\\\{[^{}]*\\\}", ".+", re.escape(theirs))
            if "{" not in mine and not re.fullmatch(pattern, mine):
                return False
            continue
        if mine != theirs:
            return False
        same += 1
    return same > 0


def _merged(mentions: Iterable[Mention]) -> list[Endpoint]:
    groups: dict[tuple[str, tuple[str, ...]], dict[str | None, list[Mention]]] = {}
    for mention in mentions:
        key = (host_of(mention.target.origin), mention.target.shape)
        groups.setdefault(key, {}).setdefault(mention.method, []).append(mention)
    found: list[Endpoint] = []
    for by_method in groups.values():
        silent = by_method.pop(None, [])
        if not by_method:
            found.append(_endpoint("GET", True, silent))
            continue
        for method, told in by_method.items():
            found.append(_endpoint(method or "GET", False, [*told, *silent]))
    return found


def _endpoint(method: str, guessed: bool, mentions: list[Mention]) -> Endpoint:
    ranked = sorted(mentions, key=lambda m: (_ORDER.index(m.signal), not m.target.is_template, m.page, m.block))
    best = ranked[0]
    target = best.target
    query: dict[str, str | None] = {}
    for mention in ranked:
        if mention.method in (method, None):
            for name, value in mention.target.query:
                query[name] = query.get(name) or value
    samples = dict(pair for mention in reversed(ranked) for pair in mention.target.samples)
    names = set(re.findall(r"\{([^{}]*)\}", target.path))
    target = replace(
        target, query=tuple(query.items()), samples=tuple((k, v) for k, v in samples.items() if k in names)
    )
    return Endpoint(target, method, guessed, best.signal, tuple(ranked))


def _without_bases(endpoints: list[Endpoint], base: tuple[str, str], mentions: Sequence[Mention]) -> list[Endpoint]:
    """Without those that are only the address below which all others stand."""
    stated = {(m.target.origin, m.target.path.rstrip("/")) for m in mentions if m.signal == "base"} | {base}
    kept: list[Endpoint] = []
    for endpoint in endpoints:
        place = (endpoint.target.origin, endpoint.target.path.rstrip("/"))
        is_root = not endpoint.target.segments
        below = [
            other
            for other in endpoints
            if other is not endpoint
            and other.target.origin == endpoint.target.origin
            and other.target.path.startswith(endpoint.target.path.rstrip("/") + "/")
        ]
        in_passing = endpoint.signal in ("prose", "labelled") and not any(
            _EXPLAINED.search(m.quote) for m in endpoint.mentions
        )
        is_base = place in stated or is_root or (in_passing and len(below) > 1)
        if endpoint.guessed and not endpoint.target.query and below and is_base:
            continue
        kept.append(endpoint)
    return kept
