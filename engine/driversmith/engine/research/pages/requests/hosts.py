"""Whose requests a page is about: the hosts of its API, among all that it names."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from .mentions import Mention

_TWO_PARTS = frozenset(
    [
        "co",
        "com",
        "org",
        "net",
        "gov",
        "ac",
        "edu",
        "gob",
        "or",
        "ne",
        "go",
        "github",
        "herokuapp",
        "vercel",
        "netlify",
        "azurewebsites",
        "appspot",
        "onrender",
    ]
)
_OTHERS = re.compile(
    r"(^|\.)(github\.com|githubusercontent\.com|gitlab\.com|bitbucket\.org|npmjs\.(com|org)|unpkg\.com|jsdelivr\.net|pypi\.org"
    r"|stackoverflow\.com|stackexchange\.com|twitter\.com|x\.com|facebook\.com|instagram\.com|youtube\.com|youtu\.be"
    r"|linkedin\.com|reddit\.com|medium\.com|discord\.(gg|com)|t\.me|telegram\.(org|me)|slack\.com|google\.[a-z.]+|goo\.gl"
    r"|googleapis\.com|gstatic\.com|w3\.org|schema\.org|json\.org|json-schema\.org|json-ld\.org|purl\.org|wikipedia\.org"
    r"|wikimedia\.org|creativecommons\.org|opensource\.org|apache\.org|mozilla\.org|ietf\.org|iana\.org|python\.org"
    r"|nodejs\.org|php\.net|ruby-lang\.org|getpostman\.com|postman\.com|swagger\.io|openapis\.org|paypal\.com|patreon\.com"
    r"|ko-fi\.com|buymeacoffee\.com|stripe\.com|apple\.com|microsoft\.com|gravatar\.com|cloudflare\.com|localhost)$"
)
"""Hosts that pages name for other reasons than that they are the API: theirs are the pages about them."""
_EXAMPLES = re.compile(
    r"(^|\.)(example\.(com|org|net|edu)|example|test|invalid|localhost|127\.0\.0\.1|your-?(domain|site|app|server)\.[a-z]+|my(site|domain|app)\.[a-z]+|yoursite\.[a-z]+|foo\.(com|bar))$"
)
_API_LABEL = re.compile(r"(^|[.-])(api|apis|rest|ws|gateway|data|services?)\d*([.-]|$)")
_API_PATH = re.compile(
    r"/(api|rest|v\d+(\.\d+)*|graphql|wp-json|jsonrpc|ws)([/?.]|$)|\.(json|xml|php|asp|aspx|cgi|pl|csv|rss)($|\?)",
    re.IGNORECASE,
)
_TELLING = frozenset(("method_path", "call", "base", "labelled", "code"))
_FAR_BEHIND = 6
"""How many times the worth of another domain's host makes one a passing example."""
_WORTH = {
    "method_path": 5,
    "embedded": 2,
    "call": 5,
    "labelled": 3,
    "base": 6,
    "code": 2,
    "span": 1,
    "prose": 1,
    "path": 1,
}


def host_of(origin: str) -> str:
    """`api.example.com` of `https://api.example.com:8000`."""
    return origin.partition("://")[2].rpartition("@")[2].partition(":")[0].lower()


def domain_of(host: str) -> str:
    """The part of a host that one owner holds: `example.com`, `example.co.uk`, `me.github.io`."""
    if re.fullmatch(r"[\d.]+|\[.*", host):
        return host
    labels = host.split(".")
    if len(labels) > 2 and (labels[-2] in _TWO_PARTS):
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def root_of(url: str) -> str:
    """`https://example.com:8000` of a URL; empty for what is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def is_elsewhere(host: str) -> bool:
    """Whether a host is known for something else than the API of a page."""
    return bool(_OTHERS.search(host))


def is_example(host: str) -> bool:
    """Whether a host stands for the reader's own."""
    return "{" in host or bool(_EXAMPLES.search(host))


def looks_like_api(origin: str, path: str) -> bool:
    """Whether host or path say by themselves that programs ask there."""
    return bool(_API_LABEL.search(host_of(origin))) or bool(_API_PATH.search(path))


def api_origins(mentions: Iterable[Mention], page_url: str) -> Counter[str]:
    """The origins that the API may have, each with its worth; those of the page's own domain count three times."""
    own = domain_of(host_of(root_of(page_url)))
    worth = Counter[str]()
    strong: set[str] = set()
    examples: set[str] = set()
    for mention in mentions:
        origin = mention.target.origin
        host = host_of(origin)
        if not host or (is_elsewhere(host) and domain_of(host) != own):
            continue
        points = _WORTH[mention.signal]
        if looks_like_api(origin, mention.target.path):
            points *= 2
        if domain_of(host) == own:
            points *= 3
        if is_example(host) and domain_of(host) != own:
            examples.add(origin)
        worth[origin] += points
        shown = mention.signal == "span" and domain_of(host) == own and not mention.linked
        if (
            mention.signal in _TELLING
            or shown
            or mention.target.is_template
            or looks_like_api(origin, mention.target.path)
        ):
            strong.add(origin)
    if examples < strong:
        strong -= examples
    if not strong:
        return Counter()
    best = max(strong, key=lambda origin: worth[origin])
    near = {own, domain_of(host_of(best))}
    return Counter(
        {
            origin: worth[origin]
            for origin in sorted(strong)
            if domain_of(host_of(origin)) in near or worth[origin] * _FAR_BEHIND >= worth[best]
        }
    )
